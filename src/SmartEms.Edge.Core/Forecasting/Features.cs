namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What the regression is told of a step ahead: what is usual then, how the last hours and days differed from the usual, and what a clear sky would bring.</summary>
internal sealed class Features
{
    private readonly Past past;
    private readonly Kind kind;
    private readonly ClearSky sky;
    private readonly Track track;
    private readonly List<double> usual = [];
    private readonly double[] hours = new double[3];
    private readonly double lastStep;
    private readonly double quarterDay;
    private readonly double day;
    private readonly double threeDays;
    private readonly double otherDay;
    private readonly double clearHours;
    private readonly double clearDay;
    private readonly double clearThreeDays;

    /// <param name="past">What was measured.</param>
    /// <param name="kind">Of what.</param>
    /// <param name="sky">Of the same past.</param>
    public Features(Past past, Kind kind, ClearSky sky)
    {
        (this.past, this.kind, this.sky, track) = (past, kind, sky, past.Of(kind));
        var hour = past.Grid.StepsPerHour;
        for (var ago = 0; ago < hours.Length; ago++)
            hours[ago] = MeanMiss(track, past.Count - (ago * hour), hour);
        lastStep = track.Miss(past.Count - 1) - hours[0];
        quarterDay = MeanMiss(track, past.Count, 6 * hour);
        day = MeanMiss(track, past.Count, 24 * hour);
        threeDays = MeanMiss(track, past.Count, 72 * hour);
        otherDay = MeanMiss(past.Of(kind == Kind.Load ? Kind.Pv : Kind.Load), past.Count, 24 * hour);
        if (kind == Kind.Pv)
            (clearHours, clearDay, clearThreeDays) = Clearness();
    }

    public static int Count(Kind kind, Grid grid) => (kind == Kind.Load ? 15 : 19) + (grid.StepsPerHour > 1 ? 1 : 0);

    /// <summary>The slot mean of a step, from the last hour of the past on; NaN when nothing was measured at that time of day.</summary>
    public double Usual(int at)
    {
        var place = at - past.Count + past.Grid.StepsPerHour;
        while (usual.Count <= place)
            usual.Add(double.PositiveInfinity); // not asked for yet
        if (double.IsPositiveInfinity(usual[place]))
            usual[place] = SlotMean.Of(past, kind, at);
        return usual[place];
    }

    /// <summary>The features of a step that has a slot mean.</summary>
    /// <param name="at">The step.</param>
    /// <param name="to">As many as <see cref="Count"/>.</param>
    public void Of(int at, Span<double> to)
    {
        var hour = past.Grid.StepsPerHour;
        var (mean, before) = (Usual(at), Before(at));
        to[0] = kind == Kind.Load ? 5 : 100; // of the size of the others
        to[1] = mean;
        hours.CopyTo(to[2..]);
        to[5] = quarterDay;
        to[6] = day;
        to[7] = track.Miss(before);
        var week = SlotMean.DaysBefore(past, kind, at, 7);
        to[8] = week >= 0 && week < past.Count && !float.IsNaN(track.Values[week]) ? track.Values[week] - mean : 0;
        to[9] = otherDay;
        to[10] = before + hour < past.Count ? track.Miss(before + hour) : 0;
        to[11] = track.Miss(before - hour);
        to[12] = threeDays;
        if (kind == Kind.Load)
            (to[13], to[14]) = (Or(Usual(at - hour), mean), Or(Usual(at + hour), mean));
        else
            Sky(sky.Of(at), to[13..19]);
        if (hour > 1)
            to[^1] = lastStep;
    }

    private void Sky(double clear, Span<double> to)
    {
        (to[0], to[1], to[2], to[3]) = (clear, clear * clearHours, clear * clearDay, clear * clearThreeDays);
        (to[4], to[5]) = (clear * clearHours * clearHours, clear * clearHours * clearDay);
    }

    /// <summary>The last measured day's step at the same time.</summary>
    private int Before(int at)
    {
        var days = 1;
        while (at - (days * past.Grid.StepsPerDay) >= past.Count)
            days++;
        return SlotMean.DaysBefore(past, kind, at, days);
    }

    /// <summary>What was produced of what a clear sky would have brought: in the last three hours of light, the last day, the last three days.</summary>
    private (double Hours, double Day, double ThreeDays) Clearness()
    {
        var steps = 72 * past.Grid.StepsPerHour;
        var (made, clear, peak) = (new double[3], new double[3], 0.0);
        var lit = 0;
        for (var ago = 1; ago <= past.Grid.StepsPerDay; ago++)
            peak = Math.Max(peak, sky.Of(past.Count - ago));
        for (var ago = 1; ago <= Math.Min(steps, past.Count); ago++)
        {
            var value = track.Values[past.Count - ago];
            var best = sky.Of(past.Count - ago);
            if (float.IsNaN(value))
                continue;
            if (ago <= past.Grid.StepsPerDay && best >= 0.1 * peak && lit++ < 3 * past.Grid.StepsPerHour)
                (made[0], clear[0]) = (made[0] + value, clear[0] + best);
            if (ago <= past.Grid.StepsPerDay)
                (made[1], clear[1]) = (made[1] + value, clear[1] + best);
            (made[2], clear[2]) = (made[2] + value, clear[2] + best);
        }
        return (Share(made[0], clear[0]), Share(made[1], clear[1]), Share(made[2], clear[2]));
    }

    private static double Share(double made, double clear) => clear > 0 ? Math.Min(made / clear, 1.2) : 0.7;

    private static double MeanMiss(Track track, int end, int steps)
    {
        var sum = 0.0;
        for (var at = end - steps; at < end; at++)
            sum += track.Miss(at);
        return sum / steps;
    }

    private static double Or(double value, double otherwise) => double.IsNaN(value) ? otherwise : value;
}
