using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>Which way a measure becomes more restrictive for whoever steers by it.</summary>
public enum Tightening : byte
{
    /// <summary>Both ways are as good or bad: a jump either way waits for a second reading.</summary>
    Neither,
    Higher,
    Lower,

    /// <summary>Farther from <see cref="MeasureRule.Centre"/>.</summary>
    Outward,
}

/// <summary>What one measure of one device may plausibly be: its range at this site, how far it may move from one reading to the next (so much at once, so much
/// per second, and a share of itself), and which way is tighter.</summary>
public readonly record struct MeasureRule(double Low, double High, double Step)
{
    public double PerSecond { get; init; }
    public double Share { get; init; }
    public Tightening Tighter { get; init; }
    public double Centre { get; init; }

    /// <summary>An energy counter: never backwards, and never faster than <see cref="PerSecond"/>.</summary>
    public bool IsCounter { get; init; }

    public double Allowed(double from, double seconds) => Step + (Share * Math.Abs(from)) + (PerSecond * Math.Max(0, seconds));

    /// <summary>True when the new value narrows at least as much as the old one did.</summary>
    public bool IsTighter(double before, double now) => Tighter switch
    {
        Tightening.Higher => now >= before,
        Tightening.Lower => now <= before,
        Tightening.Outward => Math.Abs(now - Centre) >= Math.Abs(before - Centre),
        _ => false,
    };
}

/// <summary>The rules for the measures of a site's devices, from what is installed and from physics.</summary>
public static class Plausibility
{
    /// <summary>Beyond three times its fuse or twice its rating nothing is believed: a fuse of class gG carries 1.45 times its rating for an hour, not three times.</summary>
    private const double FuseFactor = 3;
    private const double RatingFactor = 2;
    private const double MarginWatts = 500;

    /// <summary>One rule per measure, in the order of <see cref="Measure"/>; null = nothing beyond the profile's own range is known.</summary>
    public static ImmutableArray<MeasureRule?> Of(Site site, int device)
    {
        var rules = new MeasureRule?[Measures.Count];
        if (device == site.Pcc.Meter)
            Meter(rules, site.Pcc);
        foreach (var battery in site.Batteries)
        {
            if (battery.Device == device)
                Inverter(rules, battery);
            if (battery.Device == device || battery.Bms == device)
                Cells(rules);
        }
        Plants(rules, site, device);
        foreach (var charger in site.EvChargers)
            if (charger.Device == device)
                rules[(int)Measure.EvCharge] = Power(-MarginWatts, charger.CurrentMax.Amperes * site.Pcc.NominalVoltage.Volts * charger.Phases);
        return [.. rules];
    }

    private static void Meter(MeasureRule?[] rules, Pcc pcc)
    {
        var (fuse, volts) = (pcc.PhaseCurrentMax.Amperes, pcc.NominalVoltage.Volts);
        var whole = fuse * volts * pcc.Phases;
        rules[(int)Measure.GridImport] = new(-whole * FuseFactor, whole * FuseFactor, whole);
        for (var phase = 0; phase < 3; phase++)
        {
            rules[(int)Measure.GridVoltageL1 + phase] = new(0, volts * 2, volts * 0.1) { Tighter = Tightening.Outward, Centre = volts };
            rules[(int)Measure.GridCurrentL1 + phase] = new(-fuse * FuseFactor, fuse * FuseFactor, fuse) { Tighter = Tightening.Outward };
        }
        var centre = (pcc.FrequencyMin.Hertz + pcc.FrequencyMax.Hertz) / 2;
        rules[(int)Measure.GridFrequency] = new(centre - 10, centre + 10, 0.5) { Tighter = Tightening.Outward, Centre = centre };
        var perSecond = whole * FuseFactor / 3600;
        rules[(int)Measure.GridImportedEnergy] = rules[(int)Measure.GridExportedEnergy] = new(0, double.MaxValue, 1_000) { PerSecond = perSecond, IsCounter = true };
    }

    private static void Inverter(MeasureRule?[] rules, Battery battery)
    {
        var (charge, discharge) = (battery.ChargeMax.Watts, battery.DischargeMax.Watts);
        var most = (Math.Max(charge, discharge) * RatingFactor) + MarginWatts;
        rules[(int)Measure.BatteryDischarge] = new(-most, most, ((charge + discharge) * 1.25) + MarginWatts);
    }

    /// <summary>A battery at 2 C moves 0.06 % of its charge per second; cells move slowly, and permissions count only when said twice.</summary>
    private static void Cells(MeasureRule?[] rules)
    {
        rules[(int)Measure.BatterySoc] = new(0, 100, 2) { PerSecond = 0.1 };
        rules[(int)Measure.BatteryVoltage] = new(0, double.MaxValue, 2) { Share = 0.1, PerSecond = 0.1, Tighter = Tightening.Lower };
        rules[(int)Measure.BatteryTemperature] = new(-40, 90, 5) { PerSecond = 0.1, Tighter = Tightening.Outward, Centre = 22 };
        rules[(int)Measure.BatteryCellVoltageMin] = new(0, 5, 0.2) { PerSecond = 0.005, Tighter = Tightening.Lower };
        rules[(int)Measure.BatteryCellVoltageMax] = new(0, 5, 0.2) { PerSecond = 0.005, Tighter = Tightening.Higher };
        rules[(int)Measure.BatteryChargeCurrentMax] = rules[(int)Measure.BatteryDischargeCurrentMax] =
            new(0, 5_000, 10) { Share = 0.25, PerSecond = 1, Tighter = Tightening.Lower };
        rules[(int)Measure.BatteryChargeAllowed] = rules[(int)Measure.BatteryDischargeAllowed] = new(0, 1, 0.5) { Tighter = Tightening.Lower };
    }

    private static void Plants(MeasureRule?[] rules, Site site, int device)
    {
        var (rated, battery) = (0.0, 0.0);
        foreach (var plant in site.PvPlants)
            rated += plant.Device == device ? plant.Rated.Watts : 0;
        foreach (var one in site.Batteries)
            battery += one.Device == device ? Math.Max(one.ChargeMax.Watts, one.DischargeMax.Watts) : 0;
        if (rated <= 0)
            return;
        rules[(int)Measure.PvProduction] = Power(-MarginWatts, rated);
        rules[(int)Measure.InverterOutput] = Power(-(battery * RatingFactor) - MarginWatts, rated + battery);
    }

    private static MeasureRule Power(double low, double rated) => new(low, (rated * RatingFactor) + MarginWatts, (rated * 1.25) + MarginWatts);
}
