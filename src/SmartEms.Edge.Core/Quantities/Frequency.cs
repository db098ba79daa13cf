namespace SmartEms.Edge.Core.Quantities;

/// <summary>Mains frequency.</summary>
public readonly record struct Frequency : IComparable<Frequency>
{
    private Frequency(double value) => Hertz = Finite.Checked(value, nameof(Frequency));

    /// <summary>The value in hertz.</summary>
    public double Hertz { get; }

    public static Frequency Zero => default;

    /// <summary>From hertz; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Frequency FromHertz(double value) => new(value);

    public static Frequency Min(Frequency a, Frequency b) => a.Hertz <= b.Hertz ? a : b;
    public static Frequency Max(Frequency a, Frequency b) => a.Hertz >= b.Hertz ? a : b;
    public int CompareTo(Frequency other) => Hertz.CompareTo(other.Hertz);
    public static bool operator <(Frequency a, Frequency b) => a.Hertz < b.Hertz;
    public static bool operator >(Frequency a, Frequency b) => a.Hertz > b.Hertz;
    public static bool operator <=(Frequency a, Frequency b) => a.Hertz <= b.Hertz;
    public static bool operator >=(Frequency a, Frequency b) => a.Hertz >= b.Hertz;
}
