namespace SmartEms.Edge.Core.Sensing;

/// <summary>What the freeze watch sees of one device at a moment. Times are monotonic milliseconds.</summary>
/// <param name="Reads">Points taken off the wire so far, <paramref name="Changes"/> of them with other bits than before.</param>
/// <param name="Changes">How many brought other bits.</param>
/// <param name="ReadsAtChange">The count of reads at the last change.</param>
/// <param name="ChangedMs">When the last change came.</param>
/// <param name="IsLively">It shows a power or a mains value that never stands still: not 0 W, not a state of charge.</param>
public readonly record struct Pulse(long Reads, long Changes, long ReadsAtChange, long ChangedMs, bool IsLively);

/// <summary>Finds devices that answer with the same bytes while the rest of the site changes: a stuck sensor or a gateway that serves old values.
/// Also a meter whose import alone stands still while what it should follow moves, and a battery monitor that says the same while its battery works.</summary>
public sealed class FreezeWatch(int devices, int batteries = 0)
{
    /// <summary>Same bytes for this long, with half of it to spare to the five minutes within which it must be told.</summary>
    public const long FrozenAfterMs = 150_000;

    private const int LeastReads = 40;
    private const int LeastChanges = 20;
    private const double MovedWatts = 500;

    /// <summary>Below this a battery rests: its monitor may say the same for hours, and be right.</summary>
    private const double RestWatts = 100;

    /// <summary>This share of its capacity through a battery must show in a state of charge that counts whole percents.</summary>
    private const double MovedShare = 0.02;

    private readonly long[] restAtChange = new long[devices];
    private readonly long[] lastChange = new long[devices];
    private readonly Work[] works = new Work[batteries];
    private double import = double.NaN;
    private long importSinceMs;
    private double lowest;
    private double highest;

    /// <summary>Looks at all devices of one moment and marks those that are frozen.</summary>
    public void Look(ReadOnlySpan<Pulse> pulses, Span<bool> frozen, long nowMs)
    {
        var all = 0L;
        foreach (ref readonly var pulse in pulses)
            all += pulse.Changes;
        for (var i = 0; i < pulses.Length; i++)
        {
            var pulse = pulses[i];
            var rest = all - pulse.Changes;
            if (pulse.Changes != lastChange[i] || !pulse.IsLively)
                (lastChange[i], restAtChange[i]) = (pulse.Changes, rest);
            frozen[i] = pulse.IsLively && pulse.Changes > 0
                && nowMs - pulse.ChangedMs >= FrozenAfterMs
                && pulse.Reads - pulse.ReadsAtChange >= LeastReads
                && rest - restAtChange[i] >= LeastChanges;
        }
    }

    /// <summary>True when a battery's monitor has said the same to the last bit all the while the battery worked: its power, measured by another device,
    /// changed by much, or moved more than the state of charge can hide. A battery that rests is no proof, so a monitor that froze at rest is found when
    /// the battery works again. Once found it stays so until the monitor says something else.</summary>
    /// <param name="battery">Its place in the site.</param>
    /// <param name="monitor">What is seen of the monitor.</param>
    /// <param name="watts">The battery's power, either sign; NaN when not Good.</param>
    /// <param name="capacityWattHours">What the battery holds.</param>
    /// <param name="nowMs">Now.</param>
    public bool LookAtMonitor(int battery, Pulse monitor, double watts, double capacityWattHours, long nowMs)
    {
        ref var work = ref works[battery];
        if (monitor.Changes != work.Changes)
            work = new() { Changes = monitor.Changes };
        if (work.IsFrozen)
            return true;
        if (double.IsNaN(watts) || Math.Abs(watts) < RestWatts)
        {
            work.IsRunning = false;
            return false;
        }
        if (!work.IsRunning)
            work = new() { Changes = monitor.Changes, IsRunning = true, SinceMs = nowMs, LastMs = nowMs, Reads = monitor.Reads, Lowest = watts, Highest = watts };
        work.WattHours += Math.Abs(watts) * (nowMs - work.LastMs) / 3_600_000.0;
        (work.LastMs, work.Lowest, work.Highest) = (nowMs, Math.Min(work.Lowest, watts), Math.Max(work.Highest, watts));
        work.IsFrozen = monitor.Changes > 0 && nowMs - work.SinceMs >= FrozenAfterMs && monitor.Reads - work.Reads >= LeastReads
            && (work.Highest - work.Lowest >= MovedWatts || work.WattHours >= capacityWattHours * MovedShare);
        return work.IsFrozen;
    }

    /// <summary>True when the import has stood still to the last bit while PV, batteries and chargers together moved.</summary>
    /// <param name="importWatts">Measured at the connection; NaN when not Good.</param>
    /// <param name="othersWatts">PV plus battery discharge minus charging, W; NaN when not all Good.</param>
    /// <param name="nowMs">Now.</param>
    public bool LookAtImport(double importWatts, double othersWatts, long nowMs)
    {
        if (importWatts != import || double.IsNaN(othersWatts))
        {
            (import, importSinceMs, lowest, highest) = (importWatts, nowMs, othersWatts, othersWatts);
            return false;
        }
        (lowest, highest) = (Math.Min(lowest, othersWatts), Math.Max(highest, othersWatts));
        return importWatts != 0 && nowMs - importSinceMs >= FrozenAfterMs && highest - lowest >= MovedWatts;
    }

    /// <summary>What a battery has done since its monitor last said something new.</summary>
    private struct Work
    {
        public long Changes;
        public bool IsRunning;
        public bool IsFrozen;
        public long SinceMs;
        public long LastMs;
        public long Reads;
        public double Lowest;
        public double Highest;
        public double WattHours;
    }
}
