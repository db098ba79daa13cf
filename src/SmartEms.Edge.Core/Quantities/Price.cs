namespace SmartEms.Edge.Core.Quantities;

/// <summary>An energy price; may be negative.</summary>
public readonly record struct Price : IComparable<Price>
{
    private Price(double value) => PerKilowattHour = Finite.Checked(value, nameof(Price));

    /// <summary>The value in currency per kWh.</summary>
    public double PerKilowattHour { get; }

    public static Price Zero => default;

    /// <summary>From currency per kWh; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Price FromPerKilowattHour(double value) => new(value);

    /// <summary>What an energy costs at this price.</summary>
    public double Cost(Energy energy) => PerKilowattHour * energy.WattHours / 1000;
    public static Price Min(Price a, Price b) => a.PerKilowattHour <= b.PerKilowattHour ? a : b;
    public static Price Max(Price a, Price b) => a.PerKilowattHour >= b.PerKilowattHour ? a : b;
    public int CompareTo(Price other) => PerKilowattHour.CompareTo(other.PerKilowattHour);
    public static bool operator <(Price a, Price b) => a.PerKilowattHour < b.PerKilowattHour;
    public static bool operator >(Price a, Price b) => a.PerKilowattHour > b.PerKilowattHour;
    public static bool operator <=(Price a, Price b) => a.PerKilowattHour <= b.PerKilowattHour;
    public static bool operator >=(Price a, Price b) => a.PerKilowattHour >= b.PerKilowattHour;
}
