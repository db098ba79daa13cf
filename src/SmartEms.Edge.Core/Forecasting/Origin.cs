namespace SmartEms.Edge.Core.Forecasting;

/// <summary>A moment from which one series is looked ahead: the end of its past.</summary>
internal sealed class Origin
{
    /// <summary>With fewer outcomes at about that time of day their spread is not believed yet.</summary>
    private const int ResidualsLeast = 12;

    private readonly Past past;
    private readonly Kind kind;
    private readonly ClearSky sky;
    private readonly Features features;
    private readonly Analogs halfDay;
    private readonly double[] samples = new double[128];
    private readonly double[] spread = new double[Levels.Count];
    private (Lesson? Lesson, long Hour, bool IsKnown) spreadOf;

    public Origin(Past past, Kind kind)
    {
        (this.past, this.kind) = (past, kind);
        sky = new(past);
        features = new(past, kind, sky);
        (Alike, halfDay) = Analogs.Of(past, kind);
        Sight = new(Features.Count(kind, past.Grid));
    }

    /// <summary>Days whose last 24 hours were like the last ones now.</summary>
    public Analogs Alike { get; }

    /// <summary>What <see cref="Look"/> has seen.</summary>
    public Sight Sight { get; }

    /// <summary>Looks at the step so many ahead, 1 = the next, with what was learnt; false when nothing was measured at that time of day.</summary>
    public bool Look(int lead, Lesson lesson)
    {
        var at = past.Count + lead - 1;
        if (double.IsNaN(features.Usual(at)))
            return false;
        Sight.Most = kind == Kind.Pv ? sky.Most(at) : double.PositiveInfinity;
        if (Sight.Most == 0)
        {
            Sight.Darken();
            return true;
        }
        features.Of(at, Sight.Features);
        var expected = lesson.Regression.Of(Sight.Features);
        Sight.Expected = Math.Clamp(double.IsFinite(expected) ? expected : features.Usual(at), 0, Sight.Most);
        var ways = Sight.Ways.AsSpan();
        Around(at, lesson, ways[..Levels.Count]);
        Continued(Alike, at, ways.Slice(Levels.Count, Levels.Count));
        Continued(halfDay, at, ways.Slice(2 * Levels.Count, Levels.Count));
        lesson.Mixture.Of(ways, Sight.Quantiles);
        Clip(Sight.Quantiles);
        return true;
    }

    /// <summary>The seen quantiles as they are believed, in W.</summary>
    public void Watts(Lesson lesson, Span<double> watts)
    {
        Sight.Quantiles.CopyTo(watts);
        lesson.Widen(watts);
        Clip(watts);
        if (kind == Kind.Load)
            foreach (ref var one in watts)
                one *= one;
    }

    /// <summary>The regression, and what it missed by of late; with little of that, the rough shape of any such series.</summary>
    private void Around(int at, Lesson lesson, Span<double> quantiles)
    {
        var hour = (past.First + at) / past.Grid.StepsPerHour;
        if (spreadOf.Lesson != lesson || spreadOf.Hour != hour)
        {
            var count = lesson.ResidualsAbout(hour, (past.First + past.Count) / past.Grid.StepsPerHour, samples);
            spreadOf = (lesson, hour, count >= ResidualsLeast);
            if (spreadOf.IsKnown)
                Levels.Of(samples.AsSpan(0, count), spread);
        }
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = spreadOf.IsKnown ? Sight.Expected + spread[level] : Sight.Expected * ColdStart.Share(kind, level);
        Clip(quantiles);
    }

    /// <summary>How days alike went on; where they tell nothing, as the regression has it.</summary>
    private void Continued(Analogs analogs, int at, Span<double> quantiles)
    {
        var count = analogs.Continued(past.Of(kind).Values, at, past.Grid.StepsPerHour, kind == Kind.Pv ? sky : null, samples);
        if (count > 0)
            Levels.Of(samples.AsSpan(0, count), quantiles);
        else
            Sight.Ways.AsSpan(0, Levels.Count).CopyTo(quantiles);
        Clip(quantiles);
    }

    private void Clip(Span<double> quantiles)
    {
        foreach (ref var one in quantiles)
            one = Math.Clamp(one, 0, Sight.Most);
    }
}
