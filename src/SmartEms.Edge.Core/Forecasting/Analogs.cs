namespace SmartEms.Edge.Core.Forecasting;

/// <summary>The days before whose last hours were most like the last hours now: how they went on is how this may go on.</summary>
internal static class Analogs
{
    public const int Nearest = 25;

    private const int WindowHours = 12;

    /// <summary>How many steps back the nearest days lie, the nearest first.</summary>
    public static int[] Of(Past past)
    {
        var days = (past.Count / past.Grid.StepsPerDay) - 1;
        var window = WindowHours * past.Grid.StepsPerHour;
        var (loadScale, pvScale) = (Scale(past.Load.Watts), Scale(past.Pv.Watts));
        var found = new List<(double Distance, int Back)>(Math.Max(days, 0));
        for (var day = 1; day <= days; day++)
        {
            var back = past.Count - SlotMean.DaysBefore(past, past.Count, day);
            if (back + window > past.Count)
                break;
            var distance = Distance(past.Load.Watts, back, window, loadScale) + Distance(past.Pv.Watts, back, window, pvScale);
            if (!double.IsNaN(distance))
                found.Add((distance, back));
        }
        found.Sort(); // equal distances: the younger day first
        var nearest = new int[Math.Min(Nearest, found.Count)];
        for (var i = 0; i < nearest.Length; i++)
            nearest[i] = found[i].Back;
        return nearest;
    }

    /// <summary>Mean squared difference over what was measured both times; NaN when that is less than half.</summary>
    private static double Distance(float[] watts, int back, int window, double scale)
    {
        var (sum, count) = (0.0, 0);
        for (var at = watts.Length - window; at < watts.Length; at++)
        {
            double difference = watts[at] - watts[at - back];
            if (double.IsNaN(difference))
                continue;
            sum += difference * difference;
            count++;
        }
        return count * 2 >= window ? sum / count * scale : double.NaN;
    }

    /// <summary>One over the variance.</summary>
    private static double Scale(float[] watts)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        foreach (var one in watts)
            if (!float.IsNaN(one))
            {
                sum += one;
                squares += (double)one * one;
                count++;
            }
        if (count == 0)
            return 0;
        var variance = (squares / count) - (sum / count * (sum / count));
        return variance > 1 ? 1 / variance : 0;
    }
}
