using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>How long a person waits for a curve: the store opened for reading as the CLI does, the first read of a point (the files warm in the kernel's
/// cache), median of five openings.</summary>
internal static class Rereads
{
    private const int Openings = 5;

    /// <summary>31 days of minutes of one of 40 points, in ms.</summary>
    public static double Month(string file)
    {
        Fill(file, 31 * 2880, 30_000);
        return Measure(file, TelemetryTier.Minute, 31 * 1440);
    }

    /// <summary>A year of quarter-hours of one of 40 points, in ms.</summary>
    public static double Year(string file)
    {
        Fill(file, 365 * 288, 300_000);
        return Measure(file, TelemetryTier.Quarter, 365 * 96);
    }

    private static void Fill(string file, int reads, long stepMs)
    {
        using var store = SqliteStore.Open(file);
        StoreBench.Number(store, 4 * SiteDay.PointsPerDevice);
        foreach (var samples in StoreBench.Batches(reads, 100, stepMs: stepMs))
            store.Append(samples);
    }

    private static double Measure(string file, TelemetryTier tier, int rows)
    {
        var times = new List<double>();
        for (var i = 0; i <= Openings; i++)
        {
            using var store = SqliteStore.OpenReadOnly(file);
            var start = TimeProvider.System.GetTimestamp();
            var found = store.Read(5 + i, tier, new Instant(long.MinValue), new Instant(long.MaxValue)).Count();
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (found != rows)
                throw new BenchException($"{found} rows of {tier} came back, {rows} went in");
        }

        // The first opening pays for the JIT, which the shipped binary has not.
        return times.Skip(1).Order().ElementAt(Openings / 2);
    }
}
