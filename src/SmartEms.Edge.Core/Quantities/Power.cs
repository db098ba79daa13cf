namespace SmartEms.Edge.Core.Quantities;

/// <summary>Active power. The name of a power states its positive direction: GridImport, BatteryDischarge.</summary>
public readonly record struct Power : IComparable<Power>
{
    private Power(double value) => Watts = Finite.Checked(value, nameof(Power));

    /// <summary>The value in watts.</summary>
    public double Watts { get; }

    public static Power Zero => default;

    /// <summary>From watts; throws <see cref="ArgumentOutOfRangeException"/> when not finite.</summary>
    public static Power FromWatts(double value) => new(value);

    public Power Clamp(Power low, Power high) => Max(low, Min(high, this));

    /// <summary>Rounded half away from zero to whole watts: what a setpoint may carry, so that replay agrees across machines.</summary>
    public Power ToWholeWatts() => new(Watts < 0 ? -Math.Floor(-Watts + 0.5) : Math.Floor(Watts + 0.5));

    /// <summary>The energy of this power held for a time.</summary>
    public Energy Over(TimeSpan time) => Energy.FromWattHours(Watts * time.Ticks / TimeSpan.TicksPerHour);

    public static Power operator +(Power a, Power b) => new(a.Watts + b.Watts);
    public static Power operator -(Power a, Power b) => new(a.Watts - b.Watts);
    public static Power operator -(Power a) => new(-a.Watts);
    public static Power operator *(Power a, double factor) => new(a.Watts * factor);
    public static Power operator *(double factor, Power a) => new(a.Watts * factor);
    public static Power operator /(Power a, double divisor) => new(a.Watts / divisor);
    public static double operator /(Power a, Power b) => a.Watts / b.Watts;
    public static Power Min(Power a, Power b) => a.Watts <= b.Watts ? a : b;
    public static Power Max(Power a, Power b) => a.Watts >= b.Watts ? a : b;
    public int CompareTo(Power other) => Watts.CompareTo(other.Watts);
    public static bool operator <(Power a, Power b) => a.Watts < b.Watts;
    public static bool operator >(Power a, Power b) => a.Watts > b.Watts;
    public static bool operator <=(Power a, Power b) => a.Watts <= b.Watts;
    public static bool operator >=(Power a, Power b) => a.Watts >= b.Watts;
}
