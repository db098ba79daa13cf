using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>Telemetry: memory over a week, the store beside its peers (<see cref="Contest"/>), reading, and bytes written. Runs under the JIT in Release.</summary>
internal static class StoreBench
{
    private const double MostMonthMs = 20;
    private const double MostYearMs = 10;
    private const double MostWrittenMegabytes = 300;
    private const double MostAmplification = 8;
    private const int Seed = 7;
    public const int DaySeconds = 86_400;
    public const int CommitSeconds = 10;

    /// <summary>A Monday, so that a week is one shard of influxd.</summary>
    private static readonly long FirstMs = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        if (arguments is ["--week", var file, var days])
        {
            foreach (var figure in WeekBench.Live(file, int.Parse(days, CultureInfo.InvariantCulture)))
                yield return figure;
            yield break;
        }

        var quick = arguments switch
        {
            [] => false,
            ["--quick"] => true,
            _ => throw new BenchException("store knows --quick"),
        };
        using var folder = new BenchFolder();
        foreach (var figure in WeekBench.Run(folder.File("week.db"), quick ? 2 : 7))
            yield return figure;
        using (var contest = new Contest(folder, quick ? DaySeconds / 8 : DaySeconds))
            await foreach (var figure in contest.Run().ConfigureAwait(false))
                yield return figure;
        yield return new Figure("month_of_1_min_point", Rereads.Month(folder.File("month.db")), "ms", MostMonthMs);
        yield return new Figure("year_of_15_min_values", Rereads.Year(folder.File("year.db")), "ms", MostYearMs);
        foreach (var figure in Wear(folder.File("wear.db"), quick ? 3 : 24))
            yield return figure;
    }

    public static void Number(SqliteStore store, int points)
    {
        for (var p = 0; p < points; p++)
            store.PointNumber($"device{p / SiteDay.PointsPerDevice}/point{p % SiteDay.PointsPerDevice}", SiteDay.Units[p % SiteDay.PointsPerDevice]);
    }

    /// <summary>Bytes of the telemetry of a closed store.</summary>
    public static double Kept(string file) => new FileInfo(file.Replace(".db", ".telemetry.db", StringComparison.Ordinal)).Length;

    /// <summary>Batches of so many reads of a site; the array is used again for the next.</summary>
    public static IEnumerable<TelemetrySample[]> Batches(int reads, int batch, int devices = 4, long stepMs = 1000, long fromMs = 0)
    {
        var site = new SiteDay(devices, Seed);
        var values = new double[site.Points];
        var samples = new TelemetrySample[batch * site.Points];
        for (var at = 0; at < reads; at += batch)
        {
            var count = 0;
            for (var s = at; s < Math.Min(at + batch, reads); s++)
            {
                site.Next(values);
                for (var p = 0; p < values.Length; p++)
                    samples[count++] = new TelemetrySample(new Instant(FirstMs + fromMs + (s * stepMs)), p + 1, values[p], Core.Sensing.Trust.Good, Core.Sensing.BadReason.None);
            }

            yield return count == samples.Length ? samples : samples[..count];
        }
    }

    /// <summary>20 devices of 40 points at 1 s, committed every 10 s: what the kernel counts as written by this process, log and all, scaled to a day.</summary>
    private static IEnumerable<Figure> Wear(string file, int hours)
    {
        var before = KernelCount.WrittenBytes();
        var store = SqliteStore.Open(file);
        Number(store, 800);
        foreach (var samples in Batches(hours * 3600, CommitSeconds, devices: 80))
            store.Append(samples);
        store.Dispose();
        var day = 24.0 / hours;
        var written = (KernelCount.WrittenBytes() - before) * day;
        yield return new Figure("written_per_day_800_points", written / 1e6, "MB", MostWrittenMegabytes);
        yield return Figure.Told("kept_per_day_800_points", Kept(file) * day / 1e6, "MB");
        yield return new Figure("write_amplification", written / (Kept(file) * day), "ratio", MostAmplification);
    }
}
