namespace SmartEms.Edge.Training;

/// <summary>Spreads a round of training over threads.</summary>
public static class OnThreads
{
    /// <param name="most">At least 1.</param>
    public static Action<int, Action<int>> Of(int most) => (count, act) => Parallel.For(0, count, new() { MaxDegreeOfParallelism = most }, act);
}
