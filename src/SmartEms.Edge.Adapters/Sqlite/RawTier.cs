using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Samples as read. What comes in lies as segments of one open group; a closed group lies as one chunk for each block of points.</summary>
internal sealed class RawTier : IDisposable
{
    /// <summary>The index carries all but the body, so that neither a search nor the sum of bytes touches bodies.</summary>
    public const string Schema = """
        CREATE TABLE segments(id INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, samples INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE chunks(id INTEGER PRIMARY KEY, block INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
            samples INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX chunks_by_time ON chunks(block, first_ms, last_ms, samples, bytes);
        """;

    private readonly Statement _addSegment;
    private readonly Statement _segments;
    private readonly Statement _open;
    private readonly Statement _clearSegments;
    private readonly Statement _addChunk;
    private readonly Statement _find;
    private readonly Statement _body;
    private readonly Statement _oldest;
    private readonly Statement _drop;
    private readonly Statement _within;
    private readonly Statement _about;

    public RawTier(Database database)
    {
        _addSegment = database.Prepare("INSERT INTO segments(first_ms, last_ms, samples, body) VALUES(?1, ?2, ?3, ?4)");
        _segments = database.Prepare("SELECT first_ms, last_ms, samples, body FROM segments ORDER BY id");
        _open = database.Prepare("SELECT min(first_ms), max(last_ms), count(*) FROM segments");
        _clearSegments = database.Prepare("DELETE FROM segments");
        _addChunk = database.Prepare("INSERT INTO chunks(block, first_ms, last_ms, samples, bytes, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _find = database.Prepare("SELECT id, first_ms, last_ms, samples FROM chunks WHERE block = ?1 AND first_ms < ?2 AND last_ms >= ?3 ORDER BY first_ms, id");
        _body = database.Prepare("SELECT body FROM chunks WHERE id = ?1");
        _oldest = database.Prepare("SELECT id, first_ms, last_ms, samples, bytes FROM chunks ORDER BY id LIMIT 1");
        _drop = database.Prepare("DELETE FROM chunks WHERE id = ?1");
        _within = database.Prepare("SELECT id, first_ms, last_ms, samples FROM chunks WHERE first_ms >= ?1 AND last_ms <= ?2 ORDER BY id");
        _about = database.Prepare("SELECT block, bytes FROM chunks WHERE id = ?1");
        Recount(database);
    }

    /// <summary>Bytes of all chunks.</summary>
    public long Bytes { get; private set; }

    public void Recount(Database database) => Bytes = database.Long("SELECT sum(bytes) FROM chunks");

    public void AddSegment(in Stretch stretch, ReadOnlySpan<byte> body) =>
        _addSegment.Bind(1, stretch.First).Bind(2, stretch.Last).Bind(3, stretch.Samples).Bind(4, body).Run();

    /// <summary>The segments of the open group, in the order they were written.</summary>
    public List<(Stretch Stretch, byte[] Body)> Segments()
    {
        var all = new List<(Stretch, byte[])>();
        try
        {
            while (_segments.Step())
                all.Add((new Stretch(0, _segments.Long(0), _segments.Long(1), _segments.Long(2)), _segments.Blob(3)));
            return all;
        }
        finally
        {
            _segments.Rewind();
        }
    }

    /// <summary>First and last moment of the open group, in ms; null when it is empty.</summary>
    public (long First, long Last)? Open()
    {
        try
        {
            return _open.Step() && _open.Long(2) > 0 ? (_open.Long(0), _open.Long(1)) : null;
        }
        finally
        {
            _open.Rewind();
        }
    }

    public void ClearSegments() => _clearSegments.Run();

    public void AddChunk(int block, in Stretch stretch, ReadOnlySpan<byte> body)
    {
        _addChunk.Bind(1, block).Bind(2, stretch.First).Bind(3, stretch.Last).Bind(4, stretch.Samples).Bind(5, body.Length).Bind(6, body).Run();
        Bytes += body.Length;
    }

    /// <summary>The chunks of a block that touch [from, to), by their beginning.</summary>
    public List<Stretch> Find(int block, Instant from, Instant to) => Stretches(_find.Bind(1, block).Bind(2, to.UnixMilliseconds).Bind(3, from.UnixMilliseconds));

    /// <summary>The chunks of every block that lie in [since, until] whole, in the order they were written.</summary>
    public List<Stretch> Within(long since, long until) => Stretches(_within.Bind(1, since).Bind(2, until));

    /// <summary>The block of a chunk.</summary>
    public long BlockOf(long id) => About(id).Block;

    /// <summary>The body of a chunk, or null when it has gone meanwhile.</summary>
    public byte[]? Body(long id)
    {
        try
        {
            return _body.Bind(1, id).Step() ? _body.Blob(0) : null;
        }
        finally
        {
            _body.Rewind();
        }
    }

    /// <summary>Drops the chunk written first and says what it held; null when there is none.</summary>
    public Stretch? DropOldest()
    {
        Stretch oldest;
        try
        {
            if (!_oldest.Step())
                return null;
            oldest = new Stretch(_oldest.Long(0), _oldest.Long(1), _oldest.Long(2), _oldest.Long(3));
            Bytes -= _oldest.Long(4);
        }
        finally
        {
            _oldest.Rewind();
        }

        _drop.Bind(1, oldest.Id).Run();
        return oldest;
    }

    public void Drop(long id)
    {
        Bytes -= About(id).Bytes;
        _drop.Bind(1, id).Run();
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _addSegment, _segments, _open, _clearSegments, _addChunk, _find, _body, _oldest, _drop, _within, _about })
            statement.Dispose();
    }

    private static List<Stretch> Stretches(Statement chunks)
    {
        var found = new List<Stretch>();
        try
        {
            while (chunks.Step())
                found.Add(new Stretch(chunks.Long(0), chunks.Long(1), chunks.Long(2), chunks.Long(3)));
            return found;
        }
        finally
        {
            chunks.Rewind();
        }
    }

    private (long Block, long Bytes) About(long id)
    {
        try
        {
            return _about.Bind(1, id).Step() ? (_about.Long(0), _about.Long(1)) : default;
        }
        finally
        {
            _about.Rewind();
        }
    }
}

/// <summary>A stored stretch of samples: its row, its first and last moment in ms, how many samples.</summary>
internal readonly record struct Stretch(long Id, long First, long Last, long Samples)
{
    public static Stretch Over(ReadOnlySpan<TelemetrySample> samples)
    {
        var (first, last) = (long.MaxValue, long.MinValue);
        foreach (ref readonly var sample in samples)
            (first, last) = (Math.Min(first, sample.At.UnixMilliseconds), Math.Max(last, sample.At.UnixMilliseconds));
        return new Stretch(0, first, last, samples.Length);
    }

    public static Stretch Over(PointColumn[] columns)
    {
        var (first, last, count) = (long.MaxValue, long.MinValue, 0L);
        foreach (var column in columns)
        {
            foreach (var at in column.Times.AsSpan(0, column.Count))
                (first, last) = (Math.Min(first, at), Math.Max(last, at));
            count += column.Count;
        }

        return new Stretch(0, first, last, count);
    }
}
