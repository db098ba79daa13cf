namespace SmartEms.Edge.Core.Quantities;

/// <summary>Temperature.</summary>
public readonly record struct Temperature : IComparable<Temperature>
{
    private Temperature(double value) => Celsius = Finite.Checked(value, nameof(Temperature));

    /// <summary>The value in degrees Celsius.</summary>
    public double Celsius { get; }

    public static Temperature Zero => default;

    /// <summary>From degrees Celsius; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Temperature FromCelsius(double value) => new(value);

    public static Temperature Min(Temperature a, Temperature b) => a.Celsius <= b.Celsius ? a : b;
    public static Temperature Max(Temperature a, Temperature b) => a.Celsius >= b.Celsius ? a : b;
    public int CompareTo(Temperature other) => Celsius.CompareTo(other.Celsius);
    public static bool operator <(Temperature a, Temperature b) => a.Celsius < b.Celsius;
    public static bool operator >(Temperature a, Temperature b) => a.Celsius > b.Celsius;
    public static bool operator <=(Temperature a, Temperature b) => a.Celsius <= b.Celsius;
    public static bool operator >=(Temperature a, Temperature b) => a.Celsius >= b.Celsius;
}
