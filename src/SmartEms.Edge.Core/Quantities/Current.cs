namespace SmartEms.Edge.Core.Quantities;

/// <summary>Electric current.</summary>
public readonly record struct Current : IComparable<Current>
{
    private Current(double value) => Amperes = Finite.Checked(value, nameof(Current));

    /// <summary>The value in amperes.</summary>
    public double Amperes { get; }

    public static Current Zero => default;

    /// <summary>From amperes; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Current FromAmperes(double value) => new(value);

    public static Power operator *(Current a, Voltage u) => Power.FromWatts(a.Amperes * u.Volts);


    public static Current operator +(Current a, Current b) => new(a.Amperes + b.Amperes);
    public static Current operator -(Current a, Current b) => new(a.Amperes - b.Amperes);
    public static Current operator -(Current a) => new(-a.Amperes);
    public static Current operator *(Current a, double factor) => new(a.Amperes * factor);
    public static Current operator *(double factor, Current a) => new(a.Amperes * factor);
    public static Current operator /(Current a, double divisor) => new(a.Amperes / divisor);
    public static double operator /(Current a, Current b) => a.Amperes / b.Amperes;
    public static Current Min(Current a, Current b) => a.Amperes <= b.Amperes ? a : b;
    public static Current Max(Current a, Current b) => a.Amperes >= b.Amperes ? a : b;
    public int CompareTo(Current other) => Amperes.CompareTo(other.Amperes);
    public static bool operator <(Current a, Current b) => a.Amperes < b.Amperes;
    public static bool operator >(Current a, Current b) => a.Amperes > b.Amperes;
    public static bool operator <=(Current a, Current b) => a.Amperes <= b.Amperes;
    public static bool operator >=(Current a, Current b) => a.Amperes >= b.Amperes;
}
