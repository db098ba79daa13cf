using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>A day of 1 s telemetry of 40 points (<see cref="SiteDay"/>), the same for the product's store, plain SQLite rows and influxd. The day is cut into
/// stretches, in each of which one contender follows the other (influxd halts while the others have their turn); of each contender counts the median
/// of its stretches.
/// Every contender is durable when a batch returns. Making samples and lines is not counted.</summary>
internal sealed class Contest : IDisposable
{
    /// <summary>10 s is how often the product commits; 2,500 s of four devices are the 10,000 lines that influxdb's manual asks for.</summary>
    private const int ShortBatch = 10;
    private const int LongBatch = 2_500;

    /// <summary>Whole batches of both lengths.</summary>
    private const int StretchSeconds = 5_000;
    private const int FirstInflux = 3;
    private const int Points = 4 * SiteDay.PointsPerDevice;
    private const double MostBytesRatio = 0.65;
    private const double LeastRateRatio = 2.5;

    private readonly BenchFolder _folder;
    private readonly int _seconds;
    private readonly InfluxServer _influx = new();
    private readonly SqliteStore _oursLong;
    private readonly SqliteStore _oursShort;
    private readonly PlainRows _rows;
    private readonly Entrant[] _entrants;

    public Contest(BenchFolder folder, int seconds)
    {
        (_folder, _seconds) = (folder, seconds);
        (_oursLong, _oursShort) = (SqliteStore.Open(folder.File("long.db")), SqliteStore.Open(folder.File("short.db")));
        StoreBench.Number(_oursLong, Points);
        StoreBench.Number(_oursShort, Points);
        _rows = new PlainRows(folder.File("rows.db"));
        _entrants =
        [
            new(StoreBench.Batches(seconds, LongBatch), samples => Ours(_oursLong, samples)),
            new(StoreBench.Batches(seconds, ShortBatch), samples => Ours(_oursShort, samples)),
            new(StoreBench.Batches(seconds, LongBatch), Rows),
            new(StoreBench.Batches(seconds, LongBatch), samples => Influx("long", samples)),
            new(StoreBench.Batches(seconds, ShortBatch), samples => Influx("short", samples)),
        ];
    }

    public async IAsyncEnumerable<Figure> Run()
    {
        await _influx.BeginAsync("long").ConfigureAwait(false);
        await _influx.BeginAsync("short").ConfigureAwait(false);
        for (var at = 0; at < _seconds; at += StretchSeconds)
        {
            _influx.Halt();
            for (var i = 0; i < _entrants.Length; i++)
            {
                if (i == FirstInflux)
                    _influx.GoOn();
                await _entrants[i].Go(Math.Min(StretchSeconds, _seconds - at) * Points).ConfigureAwait(false);
            }
        }

        _oursLong.Dispose();
        _oursShort.Dispose();
        double samples = (double)_seconds * Points;
        var (ours, influx) = (StoreBench.Kept(_folder.File("short.db")) / samples, await _influx.CompactedAsync("long").ConfigureAwait(false) / samples);
        yield return Figure.Told("ours_2500_s_commits_bytes_per_sample", StoreBench.Kept(_folder.File("long.db")) / samples, "B");
        yield return Figure.Told("ours_10_s_commits_bytes_per_sample", ours, "B");
        yield return Figure.Told("influx_bytes_per_sample", influx, "B");
        yield return Figure.Told("sqlite_rows_bytes_per_sample", _rows.Bytes() / samples, "B");
        yield return new Figure("bytes_per_sample_ours_to_influx", ours / influx, "ratio", MostBytesRatio);
        string[] names = ["ours_2500_s_commits", "ours_10_s_commits", "sqlite_rows_2500_s_commits", "influx_2500_s_batches", "influx_10_s_batches"];
        foreach (var (name, entrant) in names.Zip(_entrants))
            yield return Figure.Told(name, entrant.Rate, "samples/s");
        yield return new Figure("ingest_ours_to_influx_2500_s_batches", Ratio(0, 3), "ratio", double.PositiveInfinity, LeastRateRatio);
        // Here both wait for the disk nearly all the time, once for each batch: on a busy disk they come nearer to each other.
        yield return new Figure("ingest_ours_to_influx_10_s_batches", Ratio(1, 4), "ratio", double.PositiveInfinity, LeastRateRatio);
        yield return Figure.Told("ingest_ours_to_sqlite_rows_2500_s_commits", Ratio(0, 2), "ratio");
    }

    public void Dispose()
    {
        _oursLong.Dispose();
        _oursShort.Dispose();
        _rows.Dispose();
        _influx.Dispose();
    }

    private double Ratio(int one, int other) => _entrants[one].Rate / _entrants[other].Rate;

    private static Task<TimeSpan> Ours(SqliteStore store, TelemetrySample[] samples)
    {
        var start = TimeProvider.System.GetTimestamp();
        store.Append(samples);
        return Task.FromResult(TimeProvider.System.GetElapsedTime(start));
    }

    private Task<TimeSpan> Rows(TelemetrySample[] samples)
    {
        var start = TimeProvider.System.GetTimestamp();
        _rows.Append(samples);
        return Task.FromResult(TimeProvider.System.GetElapsedTime(start));
    }

    private async Task<TimeSpan> Influx(string database, TelemetrySample[] samples)
    {
        var lines = InfluxServer.Lines(samples, SiteDay.PointsPerDevice);
        var start = TimeProvider.System.GetTimestamp();
        await _influx.WriteAsync(database, lines).ConfigureAwait(false);
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>One who takes the day in batches of its own.</summary>
    private sealed class Entrant(IEnumerable<TelemetrySample[]> day, Func<TelemetrySample[], Task<TimeSpan>> take)
    {
        private readonly IEnumerator<TelemetrySample[]> _day = day.GetEnumerator();

        private readonly List<double> _rates = [];

        /// <summary>Samples a second.</summary>
        public double Rate => _rates.Order().ElementAt(_rates.Count / 2);

        public async Task Go(int samples)
        {
            var spent = TimeSpan.Zero;
            for (var left = samples; left > 0 && _day.MoveNext(); left -= _day.Current.Length)
                spent += await take(_day.Current).ConfigureAwait(false);
            _rates.Add(samples / spent.TotalSeconds);
        }
    }
}
