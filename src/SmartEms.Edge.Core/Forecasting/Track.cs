namespace SmartEms.Edge.Core.Forecasting;

/// <summary>One measured series on the step grid, oldest first. NaN = not measured.</summary>
/// <param name="Values">Production in W; load in √W, on which scale a busy hour does not drown the quiet ones.</param>
/// <param name="Misses">By how much the last values missed the mean of their slot as it was known a step before; ends where the values end.</param>
internal sealed record Track(float[] Values, float[] Misses)
{
    public static Track Empty { get; } = new([], []);

    /// <summary>The miss of a step, 0 where it is not known.</summary>
    public double Miss(int at)
    {
        var place = at - Values.Length + Misses.Length;
        return place >= 0 && place < Misses.Length && !float.IsNaN(Misses[place]) ? Misses[place] : 0;
    }

    /// <summary>The series with one step more; the oldest go when there are more than may be kept.</summary>
    public Track With(double value, double slotMean, Grid grid) =>
        new(Longer(Values, (float)value, Past.DaysKept * grid.StepsPerDay), Longer(Misses, (float)(value - slotMean), MissDays * grid.StepsPerDay));

    /// <summary>As far as a step; what was missed before is then no longer asked for.</summary>
    public Track Cut(int count) => new(Values[..count], []);

    public static T[] Longer<T>(T[] old, T value, int most)
    {
        var dropped = old.Length < most ? 0 : old.Length + 1 - most;
        var longer = new T[old.Length + 1 - dropped];
        Array.Copy(old, dropped, longer, 0, old.Length - dropped);
        longer[^1] = value;
        return longer;
    }

    private const int MissDays = 4;
}
