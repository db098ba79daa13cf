namespace SmartEms.Edge.Core.Forecasting;

/// <summary>One measured series on the step grid, oldest first, and by how much each step missed the mean of its slot as it was known before. NaN = not measured.</summary>
internal sealed record Track(float[] Watts, float[] Misses)
{
    public static Track Empty { get; } = new([], []);

    /// <summary>The series with one step more; the oldest goes when there are more than may be kept.</summary>
    public Track With(double watts, double slotMean, int most) =>
        new(Longer(Watts, (float)watts, most), Longer(Misses, (float)(watts - slotMean), most));

    public Track Cut(int count) => new(Watts[..count], Misses[..count]);

    public static T[] Longer<T>(T[] old, T value, int most)
    {
        var dropped = old.Length < most ? 0 : old.Length + 1 - most;
        var longer = new T[old.Length + 1 - dropped];
        Array.Copy(old, dropped, longer, 0, old.Length - dropped);
        longer[^1] = value;
        return longer;
    }
}
