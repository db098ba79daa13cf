using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Training;

/// <summary>The forecasts of all homes, made once: they depend on no tariff.</summary>
public static class TrainingLooks
{
    /// <param name="threads">The result is the same for any.</param>
    public static IReadOnlyDictionary<string, TraceLooks> Make(int threads)
    {
        var all = EnergyData.Homes.ToDictionary(home => home, home => new TraceLooks(EnergyData.Trace(home, "flat"), ChunkPool.Ahead));
        Parallel.ForEach(all.Values, new() { MaxDegreeOfParallelism = threads }, looks =>
        {
            for (var t = ChunkPool.WarmUpDays * 24; t < 363 * 24; t++)
                looks.Look(t);
        });
        return all;
    }
}
