namespace SmartEms.Edge.Core.Quantities;

/// <summary>Energy; counters are monotonic, one per direction.</summary>
public readonly record struct Energy : IComparable<Energy>
{
    private Energy(double value) => WattHours = Finite.Checked(value, nameof(Energy));

    /// <summary>The value in watt-hours.</summary>
    public double WattHours { get; }

    public static Energy Zero => default;

    /// <summary>From watt-hours; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Energy FromWattHours(double value) => new(value);

    public static Energy operator +(Energy a, Energy b) => new(a.WattHours + b.WattHours);
    public static Energy operator -(Energy a, Energy b) => new(a.WattHours - b.WattHours);
    public static Energy operator -(Energy a) => new(-a.WattHours);
    public static Energy operator *(Energy a, double factor) => new(a.WattHours * factor);
    public static Energy operator *(double factor, Energy a) => new(a.WattHours * factor);
    public static Energy operator /(Energy a, double divisor) => new(a.WattHours / divisor);
    public static double operator /(Energy a, Energy b) => a.WattHours / b.WattHours;
    public static Energy Min(Energy a, Energy b) => a.WattHours <= b.WattHours ? a : b;
    public static Energy Max(Energy a, Energy b) => a.WattHours >= b.WattHours ? a : b;
    public int CompareTo(Energy other) => WattHours.CompareTo(other.WattHours);
    public static bool operator <(Energy a, Energy b) => a.WattHours < b.WattHours;
    public static bool operator >(Energy a, Energy b) => a.WattHours > b.WattHours;
    public static bool operator <=(Energy a, Energy b) => a.WattHours <= b.WattHours;
    public static bool operator >=(Energy a, Energy b) => a.WattHours >= b.WattHours;
}
