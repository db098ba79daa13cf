using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>The filter the controller reads one device through. A value outside the site's range is Bad; a jump too large for one step is believed at once where
/// it tightens, and only when a second reading agrees where it would relax (a third where it is far off, for the same bit may be damaged twice). The same
/// reading is judged once, however often it is asked for. Times are monotonic milliseconds.</summary>
public sealed class ReadingJudge(ImmutableArray<MeasureRule?> rules)
{
    /// <summary>A counter that ran back is told of for so long, so that the next quarter-hour's record holds it.</summary>
    private const long CounterToldMs = 900_000;

    private readonly Track[] tracks = new Track[Measures.Count];
    private long counterAtMs = long.MinValue / 2;

    /// <summary>An energy counter ran backwards or jumped lately.</summary>
    public bool HasCounterTrouble(long nowMs) => nowMs - counterAtMs < CounterToldMs;

    /// <summary>The sample of a measure as the controller may use it.</summary>
    public Sample Look(Measure measure, Sample said, int maxAgeMs, long nowMs)
    {
        if (!said.IsKnown || rules[(int)measure] is not { } rule)
            return said;
        ref var track = ref tracks[(int)measure];
        var readMs = nowMs - said.Quality.AgeMs;
        if (said.Value < rule.Low || said.Value > rule.High)
        {
            track.IsHeld = false;
            return Sample.Bad(BadReason.Implausible);
        }
        if (!track.IsKnown || readMs == track.ReadMs || (!(track.IsHeld && readMs == track.HeldMs) && Believes(ref track, rule, said.Value, readMs)))
        {
            if (!track.IsKnown || readMs > track.ReadMs)
                track = new() { IsKnown = true, Value = said.Value, ReadMs = readMs };
            return said;
        }
        return Held(track, rule, said, (maxAgeMs, nowMs));
    }

    /// <summary>A new reading: near enough to the last one that was believed, or to the one that is held.</summary>
    private bool Believes(ref Track track, MeasureRule rule, double value, long readMs)
    {
        if (IsNear(rule, track.Value, value, (readMs - track.ReadMs) / 1000.0))
            return true;
        track.Agreed = track.IsHeld && IsNear(rule, track.HeldValue, value, (readMs - track.HeldMs) / 1000.0) ? track.Agreed + 1 : 1;
        if (track.Agreed >= (IsFar(rule, track.Value, value, (readMs - track.ReadMs) / 1000.0) ? 3 : 2))
            return true;
        (track.IsHeld, track.HeldValue, track.HeldMs) = (true, value, readMs);
        if (rule.IsCounter)
            counterAtMs = readMs;
        return false;
    }

    private static bool IsNear(MeasureRule rule, double before, double now, double seconds) =>
        (!rule.IsCounter || now >= before) && Math.Abs(now - before) <= rule.Allowed(before, seconds);

    private static bool IsFar(MeasureRule rule, double before, double now, double seconds) =>
        rule is { IsCounter: false, Tighter: not Tightening.Neither } && Math.Abs(now - before) > 2 * rule.Allowed(before, seconds);

    /// <summary>Tighter: used at once. Otherwise the old value is shown as Uncertain while it is not too old, or the new one where no direction is safer.</summary>
    private static Sample Held(Track track, MeasureRule rule, Sample said, (int MaxAgeMs, long NowMs) at)
    {
        if (rule.IsTighter(track.Value, said.Value))
            return said;
        if (rule.Tighter == Tightening.Neither && !rule.IsCounter)
            return said with { Quality = Quality.Uncertain(said.Quality.AgeMs) };
        var old = Sample.Good(track.Value).Aged(at.NowMs - track.ReadMs, at.MaxAgeMs);
        return old.IsKnown ? old with { Quality = Quality.Uncertain(old.Quality.AgeMs) } : old;
    }

    /// <summary>The last reading believed, and the one that waits for a second.</summary>
    private struct Track
    {
        public bool IsKnown;
        public double Value;
        public long ReadMs;
        public bool IsHeld;
        public double HeldValue;
        public long HeldMs;

        /// <summary>So many readings in a row agree with the one that waits, itself included.</summary>
        public int Agreed;
    }
}
