namespace SmartEms.Edge.Core.Sensing;

/// <summary>What the freeze watch sees of one device at a moment. Times are monotonic milliseconds.</summary>
/// <param name="Reads">Points taken off the wire so far, <paramref name="Changes"/> of them with other bits than before.</param>
/// <param name="Changes">How many brought other bits.</param>
/// <param name="ReadsAtChange">The count of reads at the last change.</param>
/// <param name="ChangedMs">When the last change came.</param>
/// <param name="IsLively">It shows a power or a mains value that never stands still: not 0 W, not a state of charge.</param>
public readonly record struct Pulse(long Reads, long Changes, long ReadsAtChange, long ChangedMs, bool IsLively);

/// <summary>Finds devices that answer with the same bytes while the rest of the site changes: a stuck sensor or a gateway that serves old values.
/// Also a meter whose import alone stands still while what it should follow moves.</summary>
public sealed class FreezeWatch(int devices)
{
    /// <summary>Same bytes for this long, with half of it to spare to the five minutes within which it must be told.</summary>
    public const long FrozenAfterMs = 150_000;

    private const int LeastReads = 40;
    private const int LeastChanges = 20;
    private const double MovedWatts = 500;

    private readonly long[] restAtChange = new long[devices];
    private readonly long[] lastChange = new long[devices];
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
}
