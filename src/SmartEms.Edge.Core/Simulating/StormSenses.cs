using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>What can happen to a device's readings in a storm.</summary>
public enum SenseFault : byte
{
    None = 0,

    /// <summary>No answer: the last value ages to Uncertain and to Bad.</summary>
    Silent,

    /// <summary>The device's own code for "no value".</summary>
    Sentinel,

    /// <summary>Values no such device can have.</summary>
    Implausible,

    /// <summary>The same value for ever, each time as if just read.</summary>
    Frozen,

    /// <summary>Powers with the sign turned round.</summary>
    WrongSign,
}

/// <summary>Stands between a simulated site and its controller: devices fall silent, freeze and lie, and what comes through is judged as on the box.</summary>
public sealed class StormSenses
{
    private readonly Site site;
    private readonly ReadingJudge[] judges;
    private readonly SenseFault[] faults;
    private readonly long[] untilMs;
    private readonly (double Value, long ReadMs)[] last;
    private SeededRandom dice;
    private readonly FreezeWatch freezes;
    private bool isMeterFrozen;

    public StormSenses(Site site, ulong seed)
    {
        (this.site, dice) = (site, new(seed));
        last = new (double, long)[site.Devices.Length * Measures.Count];
        Array.Fill(last, (0, long.MinValue / 2));
        judges = [.. site.Devices.Select((_, i) => new ReadingJudge(Plausibility.Of(site, i)))];
        (faults, untilMs) = (new SenseFault[site.Devices.Length], new long[site.Devices.Length]);
        freezes = new(site.Devices.Length);
    }

    /// <summary>How often a device was struck, and how many seconds a device lied without anybody being able to tell.</summary>
    public int Strikes { get; private set; }
    public double LiedSeconds { get; private set; }

    /// <summary>A device that lies is not yet found out.</summary>
    public bool IsLying { get; private set; }

    /// <summary>Whether the device answers at all.</summary>
    public bool IsSilent(int device) => faults[device] == SenseFault.Silent;

    public void Strike(int device, SenseFault fault, long untilAtMs)
    {
        (faults[device], untilMs[device]) = (fault, untilAtMs);
        Strikes++;
    }

    /// <summary>The image as the controller gets it.</summary>
    public ProcessImage Through(ProcessImage truth, long nowMs, double stepSeconds)
    {
        (IsLying, var isAnySilent) = (false, false);
        for (var i = 0; i < faults.Length; i++)
        {
            if (nowMs >= untilMs[i])
                faults[i] = SenseFault.None;
            IsLying |= faults[i] is SenseFault.WrongSign or SenseFault.Frozen;
            isAnySilent |= IsSilent(i);
        }
        var meter = site.Pcc.Meter;
        var import = Watts(meter, Measure.GridImport, truth.Grid.Import, nowMs);
        isMeterFrozen = freezes.LookAtImport(import.IsGood ? import.Value.Watts : double.NaN, Others(truth), nowMs);
        if (isMeterFrozen && import.IsKnown)
            import = Reading.Bad<Power>(BadReason.Frozen);
        IsLying &= !isMeterFrozen;
        if (IsLying)
            LiedSeconds += stepSeconds;
        var batteries = new BatteryReadings[truth.Batteries.Length];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = Battery(truth.Batteries[i], site.Batteries[i], nowMs);
        var plants = new PvReadings[truth.PvPlants.Length];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new() { Production = Watts(site.PvPlants[i].Device, Measure.PvProduction, truth.PvPlants[i].Production, nowMs) };
        var chargers = truth.EvChargers.IsEmpty ? [] : new EvReadings[truth.EvChargers.Length];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = truth.EvChargers[i] with { Charge = Watts(site.EvChargers[i].Device, Measure.EvCharge, truth.EvChargers[i].Charge, nowMs) };
        return truth with
        {
            Grid = truth.Grid with { Import = import },
            Batteries = ImmutableCollectionsMarshal.AsImmutableArray(batteries),
            PvPlants = ImmutableCollectionsMarshal.AsImmutableArray(plants),
            Devices = isAnySilent ? Links(truth.Devices) : truth.Devices,
            EvChargers = ImmutableCollectionsMarshal.AsImmutableArray(chargers),
        };
    }

    /// <summary>The poller hears nothing of a silent device, and no write to it comes through.</summary>
    private ImmutableArray<DeviceReadings> Links(ImmutableArray<DeviceReadings> truth)
    {
        var links = truth.ToBuilder();
        for (var i = 0; i < links.Count; i++)
            if (IsSilent(i))
                links[i] = new(LinkState.Down, 10_000, 9) { Controls = new(ControlDoubt.Failed, ControlDoubt.Failed, ControlDoubt.Failed) };
        return links.MoveToImmutable();
    }

    private BatteryReadings Battery(BatteryReadings truth, Battery battery, long nowMs) => truth with
    {
        Discharge = Watts(battery.Device, Measure.BatteryDischarge, truth.Discharge, nowMs),
        Soc = Of(battery.Bms ?? battery.Device, Measure.BatterySoc, truth.Soc, (soc => soc.Percent, Fraction.FromPercent), nowMs),
    };

    private Reading<Power> Watts(int device, Measure measure, Reading<Power> truth, long nowMs) =>
        Of(device, measure, truth, (power => power.Watts, Power.FromWatts), nowMs);

    private static double Others(ProcessImage truth)
    {
        var watts = 0.0;
        foreach (var plant in truth.PvPlants)
            watts += plant.Production.Value.Watts;
        foreach (var battery in truth.Batteries)
            watts += battery.Discharge.Value.Watts;
        foreach (var charger in truth.EvChargers)
            watts -= charger.Charge.Value.Watts;
        return watts;
    }

    private Reading<T> Of<T>(int device, Measure measure, Reading<T> truth, (Func<T, double> Number, Func<double, T> Make) unit, long nowMs)
        where T : struct
    {
        var fact = Measures.Fact(measure);
        ref var known = ref last[(device * Measures.Count) + (int)measure];
        var value = unit.Number(truth.Value);
        var said = faults[device] switch
        {
            SenseFault.Silent => Sample.Good(known.Value).Aged(nowMs - known.ReadMs, fact.MaxAgeMs),
            SenseFault.Sentinel => Sample.Bad(BadReason.NotAvailable),
            SenseFault.Implausible => Sample.Good(value + ((dice.NextDouble() - 0.5) * 4 * fact.Max)),
            SenseFault.Frozen => Sample.Good(known.ReadMs < 0 ? value : known.Value),
            SenseFault.WrongSign when fact.Unit == "W" => Sample.Good(-value),
            _ => Sample.Good(value),
        };
        if (faults[device] is not (SenseFault.Silent or SenseFault.Frozen or SenseFault.Implausible))
            known = (value, nowMs);
        var judged = judges[device].Look(measure, said, fact.MaxAgeMs, nowMs);
        return judged.IsKnown ? new(unit.Make(judged.Value), judged.Quality) : Reading.Bad<T>(judged.Quality.Reason);
    }
}
