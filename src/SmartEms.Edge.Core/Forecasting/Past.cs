using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a site has measured of its load and production, and how well it was foretold: all that the forecaster knows. A value; one step gives the next.</summary>
public sealed record Past
{
    /// <summary>Older steps are forgotten.</summary>
    public const int DaysKept = 120;

    private Past(Grid grid, LocalClock clock)
    {
        Grid = grid;
        Clock = clock;
    }

    public int StepMinutes => Grid.StepMinutes;

    /// <summary>How local time is told; days of people follow it, the sun does not.</summary>
    public LocalClock Clock { get; private init; }

    /// <summary>Steps kept, measured or not.</summary>
    public int Count => Load.Watts.Length;

    /// <summary>Begin of the step that comes next; says nothing while <see cref="Count"/> is 0.</summary>
    public Instant End => Grid.StartOf(First + Count);

    internal Grid Grid { get; }

    /// <summary>Number of the oldest step on the grid.</summary>
    internal long First { get; private init; }

    internal Track Load { get; private init; } = Track.Empty;

    internal Track Pv { get; private init; } = Track.Empty;

    /// <summary>Local time less UTC of every step, in quarter-hours.</summary>
    internal sbyte[] Offsets { get; private init; } = [];

    internal Calibration Calibration { get; private init; } = Calibration.Fresh;

    private int Most => DaysKept * Grid.StepsPerDay;

    /// <param name="stepMinutes">5–60, a divisor of 60; <see cref="ArgumentOutOfRangeException"/> otherwise.</param>
    /// <param name="clock">Local time.</param>
    public static Past Empty(int stepMinutes, LocalClock clock) => new(new(stepMinutes), clock);

    /// <summary>The same past under another clock: told before a step when local clocks are about to change.</summary>
    public Past On(LocalClock clock) => clock == Clock ? this : this with { Clock = clock };

    /// <summary>The past with one step more. Steps left out are gaps; a step that comes again, or from before the last one, takes back what was told from there on.</summary>
    /// <param name="stepStart">On the grid of the step, else <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="loadWatts">W, mean of the step, without batteries and chargers; NaN = not measured. Below zero counts as zero.</param>
    /// <param name="pvWatts">W likewise, what was or could have been produced; hand in NaN for a step with curtailment.</param>
    public Past After(Instant stepStart, double loadWatts, double pvWatts)
    {
        var step = Grid.NumberOf(stepStart);
        if (Count == 0 || step < First || step - First - Count >= Most)
            return Cut(0, step).Next(loadWatts, pvWatts);
        var past = step < First + Count ? Cut((int)(step - First), First) : this;
        while (past.First + past.Count < step)
            past = past.Next(double.NaN, double.NaN);
        return past.Next(loadWatts, pvWatts);
    }

    /// <summary>The local offset of a step, which may lie ahead, in minutes.</summary>
    internal int OffsetOf(int at) => (uint)at < (uint)Offsets.Length ? Offsets[at] * 15 : Clock.OffsetAt(Grid.StartOf(First + at));

    private Past Cut(int count, long first) => this with { First = first, Load = Load.Cut(count), Pv = Pv.Cut(count), Offsets = Offsets[..count] };

    private Past Next(double loadWatts, double pvWatts)
    {
        var (load, pv) = (Math.Max(loadWatts, 0), Math.Max(pvWatts, 0));
        var longer = this with
        {
            First = Count < Most ? First : First + 1,
            Offsets = Track.Longer(Offsets, (sbyte)(OffsetOf(Count) / 15), Most),
            Load = Load.With(load, SlotMean.OfLoad(this, Count), Most),
            Pv = Pv.With(pv, SlotMean.OfPv(this, Count), Most),
        };
        return longer with { Calibration = Calibration.After(longer) };
    }
}
