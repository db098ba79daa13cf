using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>Takes process images of the site's devices, through everything that judges whether their readings are plausible. Images may be taken from
/// several threads; each is made alone.</summary>
internal sealed class SiteSenses
{
    /// <summary>Below this a device rests: whole watts of standby may be the same for hours.</summary>
    private const double RestWatts = 100;

    /// <summary>Nothing that a device has said counts any more when it has not answered for so long while it was asked: the failsafe table promises its reaction within
    /// 15 s, however long a slow value would stay good by itself.</summary>
    private const int GoneAfterMs = 12_000;

    private readonly Lock gate = new();
    private readonly Site site;
    private readonly DeviceSession[] sessions;
    private readonly ReadingJudge[] judges;
    private readonly FreezeWatch freezes;
    private readonly SiteBalance balance = new();
    private readonly Pulse[] pulses;
    private readonly bool[] frozen;

    public SiteSenses(Site site, DeviceSession[] sessions)
    {
        (this.site, this.sessions) = (site, sessions);
        judges = [.. sessions.Select((_, i) => new ReadingJudge(Plausibility.Of(site, i)))];
        freezes = new(sessions.Length, site.Batteries.Length);
        (pulses, frozen) = (new Pulse[sessions.Length], new bool[sessions.Length]);
    }

    /// <param name="now">The image's moment.</param>
    /// <param name="nowMs">The same in monotonic milliseconds.</param>
    public ProcessImage Take(Instant now, long nowMs)
    {
        lock (gate)
        {
            var samples = new Sample[sessions.Length][];
            var links = new DeviceReadings[sessions.Length];
            for (var i = 0; i < sessions.Length; i++)
            {
                (samples[i], pulses[i]) = sessions[i].Look(Samples);
                links[i] = sessions[i].Link;
                if (links[i] is { FailuresInARow: > 0, SinceAnswerMs: >= GoneAfterMs })
                    Lose(samples[i]);
            }
            freezes.Look(pulses, frozen, nowMs);
            var meter = site.Pcc.Meter;
            frozen[meter] |= freezes.LookAtImport(Watts(samples[meter], Measure.GridImport), Others(samples), nowMs);
            LookAtMonitors(samples, nowMs);
            for (var i = 0; i < sessions.Length; i++)
                links[i] = links[i] with { Readings = Judge(i, samples[i], nowMs) };
            if (balance.Look(Load(samples, out var flows), flows, nowMs))
                links[meter] = links[meter] with { Readings = links[meter].Readings | ReadingDoubts.Unbalanced };
            return FieldImage.Of(site, samples, links, now);
        }
    }

    private static void Lose(Sample[] samples)
    {
        for (var i = 1; i < samples.Length; i++)
            if (samples[i].IsKnown)
                samples[i] = Sample.Bad(BadReason.Unreachable);
    }

    private void LookAtMonitors(Sample[][] samples, long nowMs)
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            if (site.Batteries[i] is { Bms: { } monitor } battery && monitor != battery.Device)
                frozen[monitor] |= freezes.LookAtMonitor(i, pulses[monitor], Watts(samples[battery.Device], Measure.BatteryDischarge), battery.Capacity.WattHours, nowMs);
    }

    private ReadingDoubts Judge(int device, Sample[] samples, long nowMs)
    {
        var points = sessions[device].Profile.Points;
        for (var i = 1; i < samples.Length; i++)
            if (frozen[device] && samples[i].IsKnown)
                samples[i] = Sample.Bad(BadReason.Frozen);
            else
                samples[i] = judges[device].Look((Measure)i, samples[i], MaxAge(points, (Measure)i), nowMs);
        return (frozen[device] ? ReadingDoubts.Frozen : ReadingDoubts.None)
            | (judges[device].HasCounterTrouble(nowMs) ? ReadingDoubts.CounterRanBack : ReadingDoubts.None);
    }

    private static int MaxAge(System.Collections.Immutable.ImmutableArray<PointDefinition> points, Measure measure)
    {
        foreach (var point in points)
            if (point.Measure == measure)
                return point.MaxAgeMs;
        return Measures.Fact(measure).MaxAgeMs;
    }

    /// <summary>PV plus battery discharge minus charging, W; NaN when one is not Good.</summary>
    private double Others(Sample[][] samples)
    {
        var watts = 0.0;
        foreach (var plant in site.PvPlants)
            watts += Watts(samples[plant.Device], Measure.PvProduction);
        foreach (var battery in site.Batteries)
            watts += Watts(samples[battery.Device], Measure.BatteryDischarge);
        foreach (var charger in site.EvChargers)
            watts -= Watts(samples[charger.Device], Measure.EvCharge);
        return watts;
    }

    private double Load(Sample[][] samples, out double flows)
    {
        var (import, others) = (Watts(samples[site.Pcc.Meter], Measure.GridImport), Others(samples));
        flows = Math.Abs(import) + Math.Abs(others);
        return import + others;
    }

    private static double Watts(Sample[] samples, Measure measure) => samples[(int)measure] is { IsGood: true } good ? good.Value : double.NaN;

    private static (Sample[] Samples, Pulse Pulse) Samples(DeviceTable? table, long nowMs)
    {
        var samples = new Sample[Measures.Count];
        for (var i = 1; i < samples.Length; i++)
            samples[i] = table is null ? Sample.Bad(BadReason.NeverRead) : table.Get((Measure)i, nowMs);
        return (samples, table is null ? default : new(table.Reads, table.Changes, table.ReadsAtChange, table.ChangedMs, IsLively(samples)));
    }

    /// <summary>A power that flows, or a mains value: what never stands still to the last bit. A rest with its few watts of standby, a charge or a
    /// counter may.</summary>
    private static bool IsLively(Sample[] samples)
    {
        for (var i = 1; i < samples.Length; i++)
            if (samples[i].IsKnown && ((Measure)i) switch
            {
                >= Measure.GridImport and <= Measure.GridFrequency => samples[i].Value != 0,
                Measure.PvProduction or Measure.InverterOutput or Measure.BatteryDischarge or Measure.EvCharge => Math.Abs(samples[i].Value) >= RestWatts,
                _ => false,
            })
                return true;
        return false;
    }
}
