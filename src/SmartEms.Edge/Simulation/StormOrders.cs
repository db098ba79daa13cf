using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>Orders that come in a storm: limits of the cloud and by hand, overrides of every kind. While the broker is gone none of the cloud's arrives, and those
/// that stand end by their own time. Leases run on monotonic time, as on the box.</summary>
internal sealed class StormOrders(Site site, ulong seed)
{
    /// <summary>Storms have no flexible loads.</summary>
    private static readonly OverrideKind[] Kinds =
    [
        OverrideKind.BatteryMode, OverrideKind.BatteryPower, OverrideKind.EvMode, OverrideKind.EvCurrent, OverrideKind.PvLimit, OverrideKind.Maintenance, OverrideKind.EvDeparture,
    ];

    private readonly List<(GridConstraint Order, long UntilMs)> limits = [];
    private readonly List<(Override Order, long UntilMs)> overrides = [];
    private SeededRandom dice = new(seed);
    private long cutUntilMs;

    public int Outages { get; private set; }

    /// <summary>Orders that arrived.</summary>
    public int Asked { get; private set; }

    /// <summary>The broker is gone until then.</summary>
    public void Cut(long untilMs)
    {
        (cutUntilMs, Outages) = (untilMs, Outages + 1);
    }

    public void Ask(long nowMs)
    {
        var isCloud = dice.Chance(0.5);
        var until = nowMs + (long)(dice.Between(60, 7_200) * 1000);
        var limit = dice.Chance(0.6);
        var (constraint, order) = (Limit(isCloud), Override());
        if (isCloud && nowMs < cutUntilMs)
            return;
        Asked++;
        if (limit)
            limits.Add((constraint, until));
        else
            overrides.Add((order, until));
    }

    /// <summary>What stands now, ends told on the wall clock of now.</summary>
    public Orders Standing(Instant now, long nowMs)
    {
        limits.RemoveAll(one => nowMs >= one.UntilMs);
        overrides.RemoveAll(one => nowMs >= one.UntilMs);
        if (limits.Count == 0 && overrides.Count == 0)
            return Orders.None;
        return new()
        {
            Constraints = [.. limits.Select(one => one.Order with { End = now + TimeSpan.FromMilliseconds(one.UntilMs - nowMs) })],
            Overrides = [.. overrides.Select(one => one.Order with { Until = now + TimeSpan.FromMilliseconds(one.UntilMs - nowMs) })],
        };
    }

    private GridConstraint Limit(bool isCloud)
    {
        var direction = (ConstraintDirection)(1 + (int)(dice.NextDouble() * 3));
        var most = direction == ConstraintDirection.Export ? site.Pcc.ExportMax.Watts : site.Pcc.ImportMax.Watts;
        var watts = dice.Chance(0.2) ? 0 : dice.Between(0, most);
        return new($"order-{Asked}", isCloud ? ConstraintSource.Cloud : ConstraintSource.Manual, direction, Power.FromWatts(watts));
    }

    private Override Override()
    {
        var kind = Kinds[(int)(dice.NextDouble() * Kinds.Length)];
        var count = kind switch
        {
            OverrideKind.BatteryMode or OverrideKind.BatteryPower => site.Batteries.Length,
            OverrideKind.EvMode or OverrideKind.EvCurrent or OverrideKind.EvDeparture => site.EvChargers.Length,
            OverrideKind.PvLimit => site.PvPlants.Length,
            _ => 1,
        };
        var index = (int)(dice.NextDouble() * count);
        var value = kind switch
        {
            OverrideKind.BatteryMode => Math.Floor(dice.NextDouble() * 7),
            OverrideKind.EvMode => Math.Floor(dice.NextDouble() * 5),
            OverrideKind.EvCurrent => Math.Floor(dice.Between(0, 40)),
            OverrideKind.EvDeparture => dice.Between(100, 80_000),
            OverrideKind.Maintenance => 1,
            OverrideKind.PvLimit => dice.Between(0, 20_000),
            _ => dice.Between(-20_000, 20_000),
        };
        return new(Asked, count == 0 ? OverrideKind.Maintenance : kind, index, value, default) { By = "storm", Reason = "storm" };
    }
}
