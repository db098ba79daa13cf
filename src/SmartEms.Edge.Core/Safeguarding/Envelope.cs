using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the site and each component may do at this moment, drawn from image and site alone. Battery ranges count discharge positive.</summary>
public sealed record Envelope(
    Limit ImportMax,
    Limit ExportMax,
    ImmutableArray<PowerRange> Batteries,
    ImmutableArray<PowerRange> EvChargers,
    ImmutableArray<PowerRange> PvPlants)
{
    /// <summary>What each flexible load may draw: one whose rating is above that may not run.</summary>
    public ImmutableArray<PowerRange> Loads { get; init; } = [];

    /// <summary>The grid constraints that hold now.</summary>
    public ImmutableArray<ActiveConstraint> Constraints { get; init; } = [];

    /// <summary>What the failsafe table asks for now.</summary>
    public Reactions Reactions { get; init; } = new(FailsafeAct.None, [], [], []);

    /// <summary>Everything is to stand still.</summary>
    public bool IsStopped { get; init; }

    /// <summary>The public grid is lost.</summary>
    public bool IsIsland { get; init; }

    /// <summary>Asks every bound in a fixed order; each can only narrow what the ones before it left.</summary>
    public static Envelope Draw(ProcessImage image, Site site)
    {
        var now = new Moment(image, site, GridConstraints.InForce(image, site), Reactions.Of(image, site), EmergencyStop.IsOn(image, site), Island.IsOn(image, site));
        var (import, export) = GridExchange.Limits(image.Grid, site.Pcc);
        var batteries = ImmutableArray.CreateBuilder<PowerRange>(site.Batteries.Length);
        for (var i = 0; i < site.Batteries.Length; i++)
            batteries.Add(BatteryRange(now, i));
        var chargers = ImmutableArray.CreateBuilder<PowerRange>(site.EvChargers.Length);
        for (var i = 0; i < site.EvChargers.Length; i++)
            chargers.Add(ChargerRange(now, i));
        var plants = ImmutableArray.CreateBuilder<PowerRange>(site.PvPlants.Length);
        for (var i = 0; i < site.PvPlants.Length; i++)
            plants.Add(PlantRange(now, i));
        var loads = ImmutableArray.CreateBuilder<PowerRange>(site.Loads.Length);
        foreach (var load in site.Loads)
            loads.Add(LoadRange(now, load));
        return new(
            GridConstraints.Narrow(import, ConstraintDirection.Import, now.Constraints),
            GridConstraints.Narrow(export, ConstraintDirection.Export, now.Constraints),
            batteries.MoveToImmutable(),
            chargers.MoveToImmutable(),
            plants.MoveToImmutable())
        {
            Loads = loads.MoveToImmutable(),
            Constraints = now.Constraints,
            Reactions = now.Reactions,
            IsStopped = now.IsStopped,
            IsIsland = now.IsIsland,
        };
    }

    private static PowerRange BatteryRange(Moment now, int index)
    {
        var (battery, readings) = (now.Site.Batteries[index], now.Image.Batteries[index]);
        var range = PowerRange.Of(-battery.ChargeMax, battery.DischargeMax, Bound.Rating);
        if (now.IsStopped)
            return range.Nothing(Bound.EmergencyStop);
        range = StateOfCharge.Narrow(range, readings, battery, now.IsIsland);
        range = BmsLimits.Narrow(range, readings);
        range = CellVoltages.Narrow(range, readings, battery);
        range = Temperatures.Narrow(range, readings, battery);
        range = GridConstraints.NarrowBattery(range, now.Constraints);
        range = UnknownReadings.Narrow(range, now.Reactions, index);
        return now.Reactions.BatteryHas(index, FailsafeAct.NoCredit) ? range.Nothing(Bound.NotControllable) : range;
    }

    private static PowerRange ChargerRange(Moment now, int index)
    {
        var (charger, pcc) = (now.Site.EvChargers[index], now.Site.Pcc);
        var range = PowerRange.Of(Power.Zero, charger.CurrentMax * pcc.NominalVoltage * charger.Phases, Bound.Rating);
        if (now.IsStopped)
            return range.Nothing(Bound.EmergencyStop);
        if (now.IsIsland)
            return range.Nothing(Bound.Island);
        range = GridConstraints.NarrowConsumer(range, now.Constraints);
        range = PhaseUnbalance.Narrow(range, now.Image, now.Site, index);
        range = range.AtMost(range.High.Value * GridResponse.Consumption(now.Image.Grid), Bound.GridFrequency);
        return now.Reactions.ChargerHas(index, FailsafeAct.NoCredit)
            ? range.AtMost(charger.CurrentMin * pcc.NominalVoltage * charger.Phases, Bound.NotControllable)
            : range;
    }

    private static PowerRange LoadRange(Moment now, FlexibleLoad load)
    {
        var range = PowerRange.Of(Power.Zero, load.Rated, Bound.Rating);
        if (now.IsStopped)
            return range.Nothing(Bound.EmergencyStop);
        if (now.IsIsland)
            return range.Nothing(Bound.Island);
        range = GridConstraints.NarrowConsumer(range, now.Constraints);
        range = range.AtMost(range.High.Value * GridResponse.Consumption(now.Image.Grid), Bound.GridFrequency);
        // Nobody sees what it would do to the connection: it waits.
        return now.Reactions.Has(FailsafeAct.AllChargersAtMinimum) ? range.Nothing(Bound.UnknownReading) : range;
    }

    private static PowerRange PlantRange(Moment now, int index)
    {
        var plant = now.Site.PvPlants[index];
        var range = PowerRange.Of(Power.Zero, plant.Rated, Bound.Rating);
        if (!plant.Curtailable)
            return range;
        if (now.IsStopped)
            return range.Nothing(Bound.EmergencyStop);
        range = range.AtMost(plant.Rated * GridResponse.Generation(now.Image.Grid), Bound.GridFrequency);
        return now.Image.Orders.Standing(OverrideKind.PvLimit, index, now.Image.TakenAt) is { } ordered
            ? range.AtMost(Power.FromWatts(Math.Max(0, ordered.Value)), Bound.Override)
            : range;
    }

    /// <summary>What every bound looks at.</summary>
    private sealed record Moment(ProcessImage Image, Site Site, ImmutableArray<ActiveConstraint> Constraints, Reactions Reactions, bool IsStopped, bool IsIsland);
}
