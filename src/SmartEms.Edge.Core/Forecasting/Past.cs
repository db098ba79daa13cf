using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What a site has measured of its load and production, and what was learnt of both: all that the forecaster knows. A value; one step gives the next.</summary>
public sealed record Past
{
    /// <summary>Older steps are forgotten.</summary>
    public const int DaysKept = 120;

    private Past(Grid grid, LocalClock clock, Production production)
    {
        (Grid, Clock, Production) = (grid, clock, production);
        Lessons = Lessons.Fresh(grid);
    }

    public int StepMinutes => Grid.StepMinutes;

    /// <summary>How local time is told; days of people follow it, the sun does not.</summary>
    public LocalClock Clock { get; private init; }

    public Production Production { get; }

    /// <summary>Steps kept, measured or not.</summary>
    public int Count => Load.Values.Length;

    /// <summary>Begin of the step that comes next; says nothing while <see cref="Count"/> is 0.</summary>
    public Instant End => Grid.StartOf(First + Count);

    internal Grid Grid { get; }

    /// <summary>Number of the oldest step on the grid.</summary>
    internal long First { get; private init; }

    internal Track Load { get; private init; } = Track.Empty;

    internal Track Pv { get; private init; } = Track.Empty;

    /// <summary>Local time less UTC of every step, in quarter-hours.</summary>
    internal sbyte[] Offsets { get; private init; } = [];

    internal Lessons Lessons { get; private init; }

    private int Most => DaysKept * Grid.StepsPerDay;

    /// <param name="stepMinutes">5–60, a divisor of 60; <see cref="ArgumentOutOfRangeException"/> otherwise.</param>
    /// <param name="clock">Local time.</param>
    /// <param name="production">Where production comes from.</param>
    public static Past Empty(int stepMinutes, LocalClock clock, Production production = Production.Sun) => new(new(stepMinutes), clock, production);

    /// <summary>The same past under another clock: told before a step when local clocks are about to change.</summary>
    public Past On(LocalClock clock) => clock == Clock ? this : this with { Clock = clock };

    /// <summary>The past with one step more. Steps left out are gaps; a step that comes again, or from before the last one, takes back what was told from there on.</summary>
    /// <param name="stepStart">On the grid of the step and not before 1970, else <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="loadWatts">W, mean of the step, without batteries and chargers; NaN = not measured. Below zero counts as zero.</param>
    /// <param name="pvWatts">W likewise, what was or could have been produced; hand in NaN for a step with curtailment.</param>
    public Past After(Instant stepStart, double loadWatts, double pvWatts)
    {
        var step = Grid.NumberOf(stepStart);
        if (Count == 0 || step < First || step - First - Count >= Most)
            return Cut(0, step).Next(loadWatts, pvWatts);
        var past = step < First + Count ? Cut((int)(step - First), First) : this;
        if (past.First + past.Count < step)
            past = past.Until(step);
        return past.Next(loadWatts, pvWatts);
    }

    /// <summary>An empty past with what was stored.</summary>
    internal Past Restored(long first, sbyte[] offsets, (Track Load, Track Pv) tracks, Lessons lessons) =>
        this with { First = first, Offsets = offsets, Load = tracks.Load, Pv = tracks.Pv, Lessons = lessons };

    internal Track Of(Kind kind) => kind == Kind.Load ? Load : Pv;

    /// <summary>The local offset of a step, which may lie ahead, in minutes.</summary>
    internal int OffsetOf(int at) => at >= 0 && at < Offsets.Length ? Offsets[at] * 15 : Clock.OffsetAt(Grid.StartOf(First + at));

    private Past Cut(int count, long first) => this with
    {
        First = first,
        Load = Load.Cut(count),
        Pv = Pv.Cut(count),
        Offsets = Offsets[..count],
        Lessons = Lessons.Skip(first + count, first + count),
    };

    /// <summary>With a gap up to a step.</summary>
    private Past Until(long step)
    {
        var past = this;
        while (past.First + past.Count < step)
            past = past.Longer(double.NaN, double.NaN);
        return past with { Lessons = Lessons.Skip((First + Count) / Grid.StepsPerHour, (step + Grid.StepsPerHour - 1) / Grid.StepsPerHour) };
    }

    private Past Next(double loadWatts, double pvWatts)
    {
        var longer = Longer(loadWatts, pvWatts);
        return (longer.First + longer.Count) % Grid.StepsPerHour == 0 ? longer with { Lessons = Lessons.After(longer) } : longer;
    }

    private Past Longer(double loadWatts, double pvWatts) => this with
    {
        First = Count < Most ? First : First + 1,
        Offsets = Track.Longer(Offsets, (sbyte)(OffsetOf(Count) / 15), Most),
        Load = Load.With(Math.Sqrt(Math.Max(loadWatts, 0)), SlotMean.Of(this, Kind.Load, Count), Grid),
        Pv = Pv.With(Math.Max(pvWatts, 0), SlotMean.Of(this, Kind.Pv, Count), Grid),
    };
}
