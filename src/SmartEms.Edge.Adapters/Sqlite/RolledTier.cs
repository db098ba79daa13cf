using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Rolled-up rows, one chunk for each point and stretch: a day of minutes, 8 days of quarter-hours. Point and stretch are one number, so that
/// the chunks of a point lie together in time order.</summary>
internal sealed class RolledTier : IDisposable
{
    public const string Schema = """
        CREATE TABLE minutes(key INTEGER PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE quarters(key INTEGER PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE stretches(tier INTEGER NOT NULL, stretch INTEGER NOT NULL, bytes INTEGER NOT NULL, samples INTEGER NOT NULL, PRIMARY KEY(tier, stretch)) WITHOUT ROWID;
        """;

    private const int StretchBits = 24;
    private const long Middle = 1 << (StretchBits - 1);
    private const long DayMs = 86_400_000;

    private readonly TelemetryTier _tier;
    private readonly long _stepMs;
    private readonly long _stretchMs;
    private readonly GapTable _gaps;
    private readonly Statement _put;
    private readonly Statement _find;
    private readonly Statement _range;
    private readonly Statement _account;
    private readonly Statement _oldest;
    private readonly Statement _drop;
    private readonly Statement _forget;
    private readonly Statement _every;
    private readonly Statement _remove;
    private readonly Statement _tidy;

    public RolledTier(Database database, TelemetryTier tier, GapTable gaps)
    {
        (_tier, _stepMs, _gaps) = (tier, Rollup.StepMs(tier), gaps);
        _stretchMs = tier == TelemetryTier.Quarter ? 8 * DayMs : DayMs;
        var (table, number) = (tier == TelemetryTier.Quarter ? "quarters" : "minutes", (int)tier);
        _put = database.Prepare($"INSERT OR REPLACE INTO {table}(key, body) VALUES(?1, ?2)");
        _find = database.Prepare($"SELECT key, body FROM {table} WHERE key BETWEEN ?1 AND ?2 ORDER BY key");
        _range = database.Prepare($"SELECT min(key), max(key) FROM {table} WHERE key BETWEEN ?1 AND ?2");
        _account = database.Prepare($"""
            INSERT INTO stretches(tier, stretch, bytes, samples) VALUES({number}, ?1, ?2, ?3)
            ON CONFLICT(tier, stretch) DO UPDATE SET bytes = bytes + excluded.bytes, samples = samples + excluded.samples
            """);
        _oldest = database.Prepare($"SELECT stretch, bytes, samples FROM stretches WHERE tier = {number} ORDER BY stretch LIMIT 1");
        _drop = database.Prepare($"DELETE FROM {table} WHERE (key & {(1 << StretchBits) - 1}) = ?1");
        _forget = database.Prepare($"DELETE FROM stretches WHERE tier = {number} AND stretch = ?1");
        _every = database.Prepare($"SELECT key, body FROM {table} WHERE (key & {(1 << StretchBits) - 1}) BETWEEN ?1 AND ?2");
        _remove = database.Prepare($"DELETE FROM {table} WHERE key = ?1");
        _tidy = database.Prepare($"DELETE FROM stretches WHERE tier = {number} AND bytes = 0");
        Recount(database);
    }

    public TelemetryTier Tier => _tier;

    public long Bytes { get; private set; }

    public void Recount(Database database) => Bytes = database.Long($"SELECT sum(bytes) FROM stretches WHERE tier = {(int)_tier}");

    /// <summary>Adds rows of a point, in time order, to those that are there.</summary>
    public void Add(int point, List<TelemetryRow> rows)
    {
        for (var next = 0; next < rows.Count;)
        {
            var stretch = StretchOf(rows[next].At.UnixMilliseconds);
            var from = next;
            while (next < rows.Count && StretchOf(rows[next].At.UnixMilliseconds) == stretch)
                next++;
            AddTo(Key(point, stretch), stretch, next - from == rows.Count ? rows : rows.GetRange(from, next - from));
        }
    }

    /// <summary>Puts a body back that proves itself, unless a fuller one of its stretch is there. Gives its point, or null when it proves nothing.</summary>
    public int? Restore(byte[] body)
    {
        if (Proved(body, _stepMs, _tier) is not { } found || found.Rows.Count == 0)
            return null;
        var stretch = StretchOf(found.Rows[0].At.UnixMilliseconds);
        if (StretchOf(found.Rows[^1].At.UnixMilliseconds) != stretch)
            return null;
        var key = Key(found.Point, stretch);
        foreach (var (_, old) in Bodies(key, key))
        {
            var before = Proved(old, _stepMs, _tier)!.Value.Rows;
            if (Samples(before) >= Samples(found.Rows))
                return found.Point;
            Account(stretch, -old.Length, -before.Count);
        }

        _put.Bind(1, key).Bind(2, body).Run();
        Account(stretch, body.Length, found.Rows.Count);
        return found.Point;
    }

    /// <summary>Every sound body lies under the key of its point and stretch, and the account holds what lies there. A body that proves nothing is a gap when
    /// it is read, and no matter here.</summary>
    public bool IsInOrder(Database database)
    {
        var table = _tier == TelemetryTier.Quarter ? "quarters" : "minutes";
        var held = new Dictionary<long, long>();
        using (var all = database.Prepare($"SELECT key, body FROM {table}"))
            while (all.Step())
            {
                var (key, body) = (all.Long(0), all.Blob(1));
                var stretch = key & ((1 << StretchBits) - 1);
                held[stretch] = held.GetValueOrDefault(stretch) + body.Length;
                if (Proved(body, _stepMs, _tier) is { Rows: { Count: > 0 } rows } found && key != Key(found.Point, StretchOf(rows[0].At.UnixMilliseconds)))
                    return false;
            }

        using var told = database.Prepare($"SELECT stretch, bytes FROM stretches WHERE tier = {(int)_tier}");
        while (told.Step())
            if (!held.Remove(told.Long(0), out var bytes) || bytes != told.Long(1))
                return false;
        return held.Count == 0;
    }

    /// <summary>A number that a stretch of our centuries may have.</summary>
    public static bool IsLikely(long stretch) => stretch is > Middle - 1_000 and < Middle + 100_000;

    /// <summary>The span of a stretch, in ms.</summary>
    public (long From, long To) Span(long stretch) => (StartOf(stretch), StartOf(stretch) + _stretchMs);

    /// <summary>Adds the rows of a point with from ≤ At &lt; to.</summary>
    public void Read(int point, long from, long to, List<TelemetryRow> into)
    {
        foreach (var (key, body) in Bodies(Key(point, StretchOf(from)), Key(point, StretchOf(to - 1))))
            Take(key, body, (from, to), into);
    }

    /// <summary>From the first to behind the last stretch of a point, in ms; null when it has none.</summary>
    public (long From, long To)? Extent(int point)
    {
        try
        {
            _range.Bind(1, Key(point, 0)).Bind(2, Key(point, (1 << StretchBits) - 1));
            return _range.Step() && _range.Long(1) > 0 ? (StartOf(_range.Long(0)), StartOf(_range.Long(1)) + _stretchMs) : null;
        }
        finally
        {
            _range.Rewind();
        }
    }

    /// <summary>Drops whole stretches, the oldest first, until no more than the budget is left; each leaves its gap.</summary>
    public void Keep(long budget)
    {
        while (Bytes > budget && Oldest() is { } oldest)
        {
            _drop.Bind(1, oldest.Stretch).Run();
            _forget.Bind(1, oldest.Stretch).Run();
            Bytes -= oldest.Bytes;
            var start = StartOf(oldest.Stretch);
            _gaps.Extend(new TelemetryGap(new Instant(start), new Instant(start + _stretchMs), _tier, oldest.Samples, GapTable.Retention));
        }
    }

    /// <summary>Drops the rows of every point that begin in [since, until].</summary>
    public void Drop(long since, long until)
    {
        foreach (var (key, body) in Bodies(_every.Bind(1, StretchOf(since)).Bind(2, StretchOf(until))))
        {
            var rows = new List<TelemetryRow>();
            Take(key, body, (long.MinValue, long.MaxValue), rows);
            var kept = rows.FindAll(row => row.At.UnixMilliseconds < since || row.At.UnixMilliseconds > until);
            if (kept.Count == rows.Count)
                continue;
            _remove.Bind(1, key).Run();
            Account(key & ((1 << StretchBits) - 1), -body.Length, -rows.Count);
            Add((int)(key >> StretchBits), kept);
        }
        _tidy.Run();
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _put, _find, _range, _account, _oldest, _drop, _forget, _every, _remove, _tidy })
            statement.Dispose();
    }

    private (long Stretch, long Bytes, long Samples)? Oldest()
    {
        try
        {
            return _oldest.Step() ? (_oldest.Long(0), _oldest.Long(1), _oldest.Long(2)) : null;
        }
        finally
        {
            _oldest.Rewind();
        }
    }

    private void AddTo(long key, long stretch, List<TelemetryRow> rows)
    {
        var (bytes, count) = (0, 0);
        foreach (var (_, old) in Bodies(key, key))
        {
            var before = new List<TelemetryRow>();
            Take(key, old, (long.MinValue, long.MaxValue), before);
            (bytes, count) = (old.Length, before.Count);
            rows = Rollup.Merged(before, rows);
        }

        var body = Frame.Of([(Mark(key >> StretchBits, _tier), RowColumns.Write(rows, _stepMs))]);
        _put.Bind(1, key).Bind(2, body).Run();
        Account(stretch, body.Length - bytes, rows.Count - count);
    }

    private void Account(long stretch, long bytes, long rows)
    {
        _account.Bind(1, stretch).Bind(2, bytes).Bind(3, rows).Run();
        Bytes += bytes;
    }

    /// <summary>The number of a body's part: under the body's CRC it says whose rows these are.</summary>
    private static int Mark(long point, TelemetryTier tier) => ((int)point * 2) + (tier == TelemetryTier.Quarter ? 1 : 0);

    private static (int Point, List<TelemetryRow> Rows)? Proved(byte[] body, long stepMs, TelemetryTier tier)
    {
        try
        {
            var parts = Frame.Parts(body);
            if (parts.Count != 1 || parts[0].Number < 2 || Mark(parts[0].Number / 2, tier) != parts[0].Number)
                return null;
            return (parts[0].Number / 2, RowColumns.Read(body, (parts[0].From, parts[0].Length), stepMs));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static long Samples(List<TelemetryRow> rows)
    {
        var sum = 0L;
        foreach (var row in rows)
            sum += row.Count;
        return sum;
    }

    private List<(long Key, byte[] Body)> Bodies(long from, long to) => Bodies(_find.Bind(1, from).Bind(2, to));

    private static List<(long Key, byte[] Body)> Bodies(Statement rows)
    {
        var found = new List<(long, byte[])>();
        try
        {
            while (rows.Step())
                found.Add((rows.Long(0), rows.Blob(1)));
            return found;
        }
        finally
        {
            rows.Rewind();
        }
    }

    /// <summary>Adds the rows of a chunk; a damaged one has none, and the gap is remembered.</summary>
    private void Take(long key, byte[] body, (long From, long To) span, List<TelemetryRow> into)
    {
        try
        {
            var part = Frame.Parts(body)[0];
            if (part.Number != Mark(key >> StretchBits, _tier))
                throw new InvalidDataException("These rows are another point's.");
            RowColumns.Read(body, (part.From, part.Length), _stepMs, span, into);
        }
        catch (InvalidDataException)
        {
            var start = StartOf(key);
            _gaps.Remember(new TelemetryGap(new Instant(start), new Instant(start + _stretchMs), _tier, 0, GapTable.Damage));
        }
    }

    private long StretchOf(long at) => Math.Clamp((Rollup.Start(at, _stretchMs) / _stretchMs) + Middle, 0, (1 << StretchBits) - 1);

    private long StartOf(long keyOrStretch) => ((keyOrStretch & ((1 << StretchBits) - 1)) - Middle) * _stretchMs;

    private static long Key(int point, long stretch) => ((long)point << StretchBits) + stretch;
}
