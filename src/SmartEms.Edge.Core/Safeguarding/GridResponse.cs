using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Power over frequency, P(f): above 50.2 Hz generation goes down and below 49.8 Hz consumption does, by 40 % of the rating per hertz
/// (VDE-AR-N 4105:2018, droop 5 %). Inverters do this themselves and faster; here it keeps setpoints from working against them. Batteries are bounded by
/// the exchange, which fades towards the edges of the band. Reactive power over voltage, Q(U), is left to the inverters: no device here takes it from outside.</summary>
public static class GridResponse
{
    private const double Over = 50.2;
    private const double Under = 49.8;
    private const double SharePerHertz = 0.4;

    /// <summary>The share of its rating a generator may give.</summary>
    public static double Generation(GridReadings grid) =>
        grid.Frequency.IsKnown ? Math.Clamp(1 - ((grid.Frequency.Value.Hertz - Over) * SharePerHertz), 0, 1) : 1;

    /// <summary>The share of its rating a steerable load may take.</summary>
    public static double Consumption(GridReadings grid) =>
        grid.Frequency.IsKnown ? Math.Clamp(1 - ((Under - grid.Frequency.Value.Hertz) * SharePerHertz), 0, 1) : 1;
}
