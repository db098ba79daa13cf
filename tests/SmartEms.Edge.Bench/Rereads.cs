using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>How long a person waits for a curve: the store opened for reading as the CLI does while its owner writes, at the dearest moment (a day not folded
/// yet, a quarter-hour of 1 s samples not closed yet); the first read of a point (the files warm in the kernel's cache), median of nine openings.</summary>
internal static class Rereads
{
    private const int Openings = 9;
    private const int TailMinutes = 14;

    /// <summary>31 days of minutes of one of 40 points, in ms.</summary>
    public static double Month(string file)
    {
        using var owner = Fill(file, 31 * 2880, 30_000);
        return Measure(file, TelemetryTier.Minute, (31 * 1440) + TailMinutes);
    }

    /// <summary>A year of quarter-hours of one of 40 points, in ms.</summary>
    public static double Year(string file)
    {
        using var owner = Fill(file, 365 * 288, 300_000);
        return Measure(file, TelemetryTier.Quarter, (365 * 96) + 1);
    }

    private static SqliteStore Fill(string file, int reads, long stepMs)
    {
        var store = SqliteStore.Open(file);
        StoreBench.Number(store, 4 * SiteDay.PointsPerDevice);
        var quarter = (int)(900_000 / stepMs);
        foreach (var samples in StoreBench.Batches(reads, quarter, stepMs: stepMs))
            store.Append(samples);
        foreach (var samples in StoreBench.Batches(TailMinutes * 60, 10, fromMs: reads * stepMs))
            store.Append(samples);
        return store;
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
