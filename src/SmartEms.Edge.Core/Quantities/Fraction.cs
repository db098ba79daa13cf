namespace SmartEms.Edge.Core.Quantities;

/// <summary>A share: SoC and SoH lie in 0–1; the type itself allows what a device may wrongly report, plausibility judges it.</summary>
public readonly record struct Fraction : IComparable<Fraction>
{
    private Fraction(double value) => Ratio = Finite.Checked(value, nameof(Fraction));

    /// <summary>The value in a ratio, 1 = 100 %.</summary>
    public double Ratio { get; }

    public static Fraction Zero => default;

    /// <summary>From a ratio, 1 = 100 %; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Fraction FromRatio(double value) => new(value);

    /// <summary>The value in percent.</summary>
    public double Percent => Ratio * 100;

    public static Fraction FromPercent(double value) => new(value / 100);
    public static Energy operator *(Fraction f, Energy e) => e * f.Ratio;
    public static Fraction Min(Fraction a, Fraction b) => a.Ratio <= b.Ratio ? a : b;
    public static Fraction Max(Fraction a, Fraction b) => a.Ratio >= b.Ratio ? a : b;
    public int CompareTo(Fraction other) => Ratio.CompareTo(other.Ratio);
    public static bool operator <(Fraction a, Fraction b) => a.Ratio < b.Ratio;
    public static bool operator >(Fraction a, Fraction b) => a.Ratio > b.Ratio;
    public static bool operator <=(Fraction a, Fraction b) => a.Ratio <= b.Ratio;
    public static bool operator >=(Fraction a, Fraction b) => a.Ratio >= b.Ratio;
}
