namespace SmartEms.Edge.Core.Quantities;

/// <summary>Electric voltage; AC voltages are phase to neutral.</summary>
public readonly record struct Voltage : IComparable<Voltage>
{
    private Voltage(double value) => Volts = Finite.Checked(value, nameof(Voltage));

    /// <summary>The value in volts.</summary>
    public double Volts { get; }

    public static Voltage Zero => default;

    /// <summary>From volts; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Voltage FromVolts(double value) => new(value);

    public static Current operator /(Power p, Voltage u) => Current.FromAmperes(p.Watts / u.Volts);

    public static Voltage operator +(Voltage a, Voltage b) => new(a.Volts + b.Volts);
    public static Voltage operator -(Voltage a, Voltage b) => new(a.Volts - b.Volts);
    public static Voltage operator -(Voltage a) => new(-a.Volts);
    public static Voltage operator *(Voltage a, double factor) => new(a.Volts * factor);
    public static Voltage operator *(double factor, Voltage a) => new(a.Volts * factor);
    public static Voltage operator /(Voltage a, double divisor) => new(a.Volts / divisor);
    public static double operator /(Voltage a, Voltage b) => a.Volts / b.Volts;
    public static Voltage Min(Voltage a, Voltage b) => a.Volts <= b.Volts ? a : b;
    public static Voltage Max(Voltage a, Voltage b) => a.Volts >= b.Volts ? a : b;
    public int CompareTo(Voltage other) => Volts.CompareTo(other.Volts);
    public static bool operator <(Voltage a, Voltage b) => a.Volts < b.Volts;
    public static bool operator >(Voltage a, Voltage b) => a.Volts > b.Volts;
    public static bool operator <=(Voltage a, Voltage b) => a.Volts <= b.Volts;
    public static bool operator >=(Voltage a, Voltage b) => a.Volts >= b.Volts;
}
