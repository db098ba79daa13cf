using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>A day of 1 s telemetry of 40 points (<see cref="SiteDay"/>), the same in one run for three contenders: the product's store, plain SQLite rows,
/// influxd. Every contender is durable when a batch returns. Then what the product alone must show: reading, bytes written, memory.
/// Runs under the JIT in Release.</summary>
internal static class StoreBench
{
    private const double MostBytesRatio = 0.65;
    private const double LeastRateRatio = 2.5;
    private const double MostMonthMs = 20;
    private const double MostYearMs = 10;
    private const double MostWrittenMegabytes = 300;
    private const int Devices = 4;
    private const int Points = Devices * SiteDay.PointsPerDevice;
    private const int Seed = 7;
    private const int DaySeconds = 86_400;

    /// <summary>10 s is how often the product commits; 250 s of 40 points is the 10,000-line batch influxdb's manual asks for.</summary>
    private const int ShortBatch = 10;
    private const int LongBatch = 250;

    /// <summary>A Monday, so that a week is one shard of influxd.</summary>
    private static readonly long FirstMs = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var quick = arguments switch
        {
            [] => false,
            ["--quick"] => true,
            _ => throw new BenchException("store knows --quick"),
        };
        using var folder = new BenchFolder();
        await foreach (var figure in Compare(folder, quick ? DaySeconds / 8 : DaySeconds).ConfigureAwait(false))
            yield return figure;
        yield return new Figure("month_of_1_min_point", Rereads.Month(folder.File("month.db")), "ms", MostMonthMs);
        yield return new Figure("year_of_15_min_values", Rereads.Year(folder.File("year.db")), "ms", MostYearMs);
        foreach (var figure in Wear(folder.File("wear.db"), quick ? 3 : 24))
            yield return figure;
        foreach (var figure in Memory(folder.File("week.db"), quick ? 1 : 7))
            yield return figure;
    }

    private static async IAsyncEnumerable<Figure> Compare(BenchFolder folder, int seconds)
    {
        double samples = (double)seconds * Points;
        var ours = Ingest(folder.File("ours.db"), seconds, LongBatch);
        var oursShort = Ingest(folder.File("short.db"), seconds, ShortBatch);
        var rows = PlainRows.Ingest(folder.File("rows.db"), Batches(seconds, LongBatch));
        var (influxSeconds, influxShort, influxBytes) = await Influx(seconds).ConfigureAwait(false);
        yield return Figure.Told("ours_bytes_per_sample", ours.Bytes / samples, "B");
        yield return Figure.Told("ours_10_s_commits_bytes_per_sample", oursShort.Bytes / samples, "B");
        yield return Figure.Told("influx_bytes_per_sample", influxBytes / samples, "B");
        yield return Figure.Told("sqlite_rows_bytes_per_sample", rows.Bytes / samples, "B");
        yield return new Figure("bytes_per_sample_ours_to_influx", (double)oursShort.Bytes / influxBytes, "ratio", MostBytesRatio);
        yield return Figure.Told("ours_250_s_commits", samples / ours.Seconds, "samples/s");
        yield return Figure.Told("ours_10_s_commits", samples / oursShort.Seconds, "samples/s");
        yield return Figure.Told("influx_250_s_batches", samples / influxSeconds, "samples/s");
        yield return Figure.Told("influx_10_s_batches", influxShort, "samples/s");
        yield return Figure.Told("sqlite_rows_250_s_commits", samples / rows.Seconds, "samples/s");
        yield return new Figure("ingest_ours_to_influx_250_s_batches", influxSeconds / ours.Seconds, "ratio", double.PositiveInfinity, LeastRateRatio);
        yield return new Figure("ingest_ours_to_influx_10_s_batches", samples / oursShort.Seconds / influxShort, "ratio", double.PositiveInfinity, LeastRateRatio);
    }

    /// <summary>Seconds inside Append and Dispose, and bytes of the closed file.</summary>
    private static (double Seconds, long Bytes) Ingest(string file, int seconds, int batch)
    {
        var spent = 0L;
        var store = SqliteStore.Open(file);
        Number(store, Points);
        foreach (var samples in Batches(seconds, batch))
        {
            var start = TimeProvider.System.GetTimestamp();
            store.Append(samples);
            spent += TimeProvider.System.GetTimestamp() - start;
        }

        var closing = TimeProvider.System.GetTimestamp();
        store.Dispose();
        spent += TimeProvider.System.GetTimestamp() - closing;
        return ((double)spent / TimeProvider.System.TimestampFrequency, new FileInfo(file.Replace(".db", ".telemetry.db", StringComparison.Ordinal)).Length);
    }

    private static async Task<(double Seconds, double ShortRate, long Bytes)> Influx(int seconds)
    {
        using var server = new InfluxServer();
        await server.BeginAsync("long").ConfigureAwait(false);
        await server.BeginAsync("short").ConfigureAwait(false);
        var spent = await Influx(server, "long", seconds, LongBatch).ConfigureAwait(false);
        // An hour tells the rate of short batches; a whole day of them would take long.
        var spentShort = await Influx(server, "short", 3600, ShortBatch).ConfigureAwait(false);
        return (spent, 3600.0 * Points / spentShort, await server.CompactedAsync("long").ConfigureAwait(false));
    }

    private static async Task<double> Influx(InfluxServer server, string database, int seconds, int batch)
    {
        var site = new SiteDay(Devices, Seed);
        var spent = TimeSpan.Zero;
        for (var at = 0; at < seconds; at += batch)
        {
            var values = new double[Math.Min(batch, seconds - at)][];
            for (var s = 0; s < values.Length; s++)
                site.Next(values[s] = new double[Points]);
            var lines = InfluxServer.Lines(FirstMs + (at * 1000L), Points, values);
            var start = TimeProvider.System.GetTimestamp();
            await server.WriteAsync(database, lines).ConfigureAwait(false);
            spent += TimeProvider.System.GetElapsedTime(start);
        }

        return spent.TotalSeconds;
    }

    /// <summary>20 devices of 40 points at 1 s, committed every 10 s: what the kernel counts as written by this process, scaled to a day.</summary>
    private static IEnumerable<Figure> Wear(string file, int hours)
    {
        var before = KernelCount.WrittenBytes();
        var store = SqliteStore.Open(file);
        Number(store, 800);
        foreach (var samples in Batches(hours * 3600, ShortBatch, devices: 80))
            store.Append(samples);
        store.Dispose();
        var day = 24.0 / hours;
        var written = (KernelCount.WrittenBytes() - before) * day;
        var kept = new FileInfo(file.Replace(".db", ".telemetry.db", StringComparison.Ordinal)).Length * day;
        yield return new Figure("written_per_day_800_points", written / 1e6, "MB", MostWrittenMegabytes);
        yield return Figure.Told("kept_per_day_800_points", kept / 1e6, "MB");
        yield return Figure.Told("write_amplification", written / kept, "ratio");
    }

    /// <summary>80 points at 5 s: the highest managed heap and resident memory of the first day against those of the last.</summary>
    private static IEnumerable<Figure> Memory(string file, int days)
    {
        using var store = SqliteStore.Open(file);
        Number(store, 80);
        var (heap, resident) = (new double[days + 1], new double[days + 1]);
        var batch = 0;
        foreach (var samples in Batches(days * DaySeconds / 5, ShortBatch, devices: 8, stepMs: 5000))
        {
            store.Append(samples);
            if (++batch % 72 != 0)
                continue;
            var day = batch * 50 / DaySeconds;
            heap[day] = Math.Max(heap[day], GC.GetTotalMemory(forceFullCollection: true) / 1e6);
            resident[day] = Math.Max(resident[day], NativeBinary.ResidentMegabytes(Environment.ProcessId));
        }

        yield return Figure.Told("heap_on_first_day", heap[0], "MB");
        yield return new Figure("heap_growth_over_week", days == 1 ? 0 : heap[days - 1] - heap[1], "MB", 1);
        yield return new Figure("resident_growth_over_week", days == 1 ? 0 : resident[days - 1] - resident[1], "MB", 10);
    }

    public static void Number(SqliteStore store, int points)
    {
        for (var p = 0; p < points; p++)
            store.PointNumber($"device{p / SiteDay.PointsPerDevice}/point{p % SiteDay.PointsPerDevice}", SiteDay.Units[p % SiteDay.PointsPerDevice]);
    }

    /// <summary>Batches of so many reads of a site; the array is used again for the next.</summary>
    public static IEnumerable<TelemetrySample[]> Batches(int reads, int batch, int devices = Devices, long stepMs = 1000)
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
                    samples[count++] = new TelemetrySample(new Instant(FirstMs + (s * stepMs)), p + 1, values[p], Core.Sensing.Trust.Good, Core.Sensing.BadReason.None);
            }

            yield return count == samples.Length ? samples : samples[..count];
        }
    }
}
