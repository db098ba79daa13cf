namespace SmartEms.Edge.Core.Forecasting;

/// <summary>A moment from which is looked ahead: the distribution of load and production at every step from there.</summary>
internal sealed class Origin
{
    /// <summary>What a level above or below the usual is still worth after each hour.</summary>
    private const double LevelPerHour = 0.75;

    private const int ResidualDays = 28;

    private readonly Past past;
    private readonly double[] samples = new double[256];
    private readonly double[] other = new double[Levels.Count];

    public Origin(Past past)
    {
        this.past = past;
        Analogs = Forecasting.Analogs.Of(past);
    }

    /// <summary>Steps back to the days most like now, the nearest first.</summary>
    public int[] Analogs { get; }

    /// <summary>Load at the step so many ahead, 1 = the next; false when nothing is known of it.</summary>
    public bool Load(int lead, Span<double> quantiles)
    {
        var mean = SlotMean.OfLoad(past, past.Count + lead - 1);
        if (!Blend(past.Load, mean, lead, quantiles))
            return false;
        foreach (ref var one in quantiles)
            one = Math.Max(one, 0);
        return true;
    }

    /// <summary>Production likewise, at most what the days before have shown at that time.</summary>
    public bool Pv(int lead, Span<double> quantiles)
    {
        var at = past.Count + lead - 1;
        if (!Blend(past.Pv, SlotMean.OfPv(past, at), lead, quantiles))
            return false;
        var most = ClearSky.Most(past, at);
        foreach (ref var one in quantiles)
            one = Math.Clamp(one, 0, most);
        return true;
    }

    private bool Blend(Track track, double mean, int lead, Span<double> quantiles)
    {
        var around = double.IsNaN(mean) ? 0 : Residuals(track, lead);
        if (around > 0)
        {
            Levels.Of(samples.AsSpan(0, around), quantiles);
            var middle = mean + (Level(track, past.Count) * Decay(lead));
            foreach (ref var one in quantiles)
                one += middle;
        }
        var alike = Continued(track, lead);
        if (alike == 0)
            return around > 0;
        Levels.Of(samples.AsSpan(0, alike), other);
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = around > 0 ? (quantiles[level] + other[level]) / 2 : other[level];
        return true;
    }

    /// <summary>What the corrected slot mean missed by at this lead, at about this time of the days before.</summary>
    private int Residuals(Track track, int lead)
    {
        var (count, decay, hour) = (0, Decay(lead), past.Grid.StepsPerHour);
        var target = past.Count + lead - 1;
        for (var day = 1; day <= ResidualDays; day++)
            for (var near = -1; near <= 1; near++)
            {
                var at = target - (day * past.Grid.StepsPerDay) + (near * hour);
                if (at >= past.Count || at - lead + 1 < hour)
                    continue;
                var residual = track.Misses[at] - (Level(track, at - lead + 1) * decay);
                if (!double.IsNaN(residual))
                    samples[count++] = residual;
            }
        return count;
    }

    /// <summary>How the days that were like now went on.</summary>
    private int Continued(Track track, int lead)
    {
        var count = 0;
        foreach (var back in Analogs)
        {
            var at = past.Count + lead - 1 - back;
            if (at >= 0 && at < past.Count && !float.IsNaN(track.Watts[at]))
                samples[count++] = track.Watts[at];
        }
        return count;
    }

    /// <summary>By how much the hour before a step lay above the usual; 0 when that is not known.</summary>
    private double Level(Track track, int before)
    {
        var (sum, count) = (0.0, 0);
        for (var at = Math.Max(before - past.Grid.StepsPerHour, 0); at < before; at++)
            if (!float.IsNaN(track.Misses[at]))
            {
                sum += track.Misses[at];
                count++;
            }
        return count > 0 ? sum / count : 0;
    }

    private double Decay(int lead)
    {
        var hours = Math.DivRem(lead, past.Grid.StepsPerHour, out var rest);
        var decay = 1.0;
        for (var hour = 0; hour < hours; hour++)
            decay *= LevelPerHour;
        return decay * (1 - ((1 - LevelPerHour) * rest / past.Grid.StepsPerHour));
    }
}
