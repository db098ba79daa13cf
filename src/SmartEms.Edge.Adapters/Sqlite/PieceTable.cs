using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The minutes of groups closed lately, one piece for each group and block, until they are folded into the chunks of the tiers.</summary>
internal sealed class PieceTable(Database database, GapTable gaps) : IDisposable
{
    public const string Schema = """
        CREATE TABLE pieces(id INTEGER PRIMARY KEY, block INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX pieces_by_block ON pieces(block, first_ms, last_ms);
        """;

    private const int DayMinutes = 1440;

    private readonly Statement _add = database.Prepare("INSERT INTO pieces(block, first_ms, last_ms, body) VALUES(?1, ?2, ?3, ?4)");
    private readonly Statement _blocks = database.Prepare("SELECT DISTINCT block FROM pieces ORDER BY block");
    private readonly Statement _find = database.Prepare("SELECT first_ms, last_ms, body FROM pieces WHERE block = ?1 AND first_ms < ?3 AND last_ms >= ?2 ORDER BY id");
    private readonly Statement _spans = database.Prepare("SELECT first_ms, last_ms FROM pieces WHERE block = ?1");
    private readonly Statement _clear = database.Prepare("DELETE FROM pieces");
    private readonly Statement _drop = database.Prepare("DELETE FROM pieces WHERE first_ms >= ?1 AND last_ms BETWEEN ?2 AND ?3");

    // A day of pieces is fetched every day: in room of our own it leaves the collector nothing that lives long enough to be kept for the week.
    private readonly List<(int Point, int From, int Length)> _parts = [];
    private readonly List<TelemetryRow> _day = new(DayMinutes);
    private readonly List<TelemetryRow> _more = [];
    private byte[] _bodies = [];
    private int _filled;

    public void Add(int block, in Stretch stretch, IReadOnlyList<(int Point, byte[] Rows)> rows) => _add.Bind(1, block)
        .Bind(2, Rollup.Start(stretch.First, Rollup.QuarterMs)).Bind(3, stretch.Last).Bind(4, Frame.Of(rows)).Run();

    /// <summary>Puts a piece back as it was.</summary>
    public void Restore(in PieceMark mark, byte[] body) => _add.Bind(1, mark.Block).Bind(2, mark.First).Bind(3, mark.Last).Bind(4, body).Run();

    public void Clear() => _clear.Run();

    /// <summary>Drops the pieces of groups that lie in [since, until].</summary>
    public void Drop(long since, long until) => _drop.Bind(1, Rollup.Start(since, Rollup.QuarterMs)).Bind(2, since).Bind(3, until).Run();

    public List<int> Blocks()
    {
        var blocks = new List<int>();
        try
        {
            while (_blocks.Step())
                blocks.Add((int)_blocks.Long(0));
            return blocks;
        }
        finally
        {
            _blocks.Rewind();
        }
    }

    /// <summary>First and last moment of each piece of a block, in ms.</summary>
    public List<(long First, long Last)> Spans(int block)
    {
        var spans = new List<(long, long)>();
        try
        {
            _spans.Bind(1, block);
            while (_spans.Step())
                spans.Add((_spans.Long(0), _spans.Long(1)));
            return spans;
        }
        finally
        {
            _spans.Rewind();
        }
    }

    /// <summary>Minutes of a point, from pieces that touch [from, to).</summary>
    public List<TelemetryRow> Read(int point, long from, long to)
    {
        Load(BlockModel.Of(point).Block, from, to);
        return Rows(point, []);
    }

    /// <summary>Minutes of each point of a block, one after the other; the list is used again for the next.</summary>
    public IEnumerable<(int Point, List<TelemetryRow> Rows)> ReadEach(int block)
    {
        Load(block, long.MinValue, long.MaxValue);
        for (var place = 1; place <= BlockModel.Points; place++)
        {
            _day.Clear();
            var point = (block * BlockModel.Points) + place;
            if (Rows(point, _day) is { Count: > 0 } rows)
                yield return (point, rows);
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _add, _blocks, _find, _spans, _clear, _drop })
            statement.Dispose();
    }

    /// <summary>Fetches the pieces of a block that touch [from, to).</summary>
    private void Load(int block, long from, long to)
    {
        _parts.Clear();
        _filled = 0;
        try
        {
            _find.Bind(1, block).Bind(2, from).Bind(3, to);
            while (_find.Step())
                Take(_find.Blob(2));
        }
        finally
        {
            _find.Rewind();
        }
    }

    private void Take(byte[] body)
    {
        try
        {
            foreach (var (point, from, length) in Frame.Parts(body))
                _parts.Add((point, _filled + from, length));
        }
        catch (InvalidDataException)
        {
            foreach (var tier in (TelemetryTier[])[TelemetryTier.Minute, TelemetryTier.Quarter])
                gaps.Remember(new TelemetryGap(new(_find.Long(0)), new(_find.Long(1) + 1), tier, 0, GapTable.Damage));
            return;
        }

        if (_filled + body.Length > _bodies.Length)
            Array.Resize(ref _bodies, Math.Max(_bodies.Length * 2, _filled + body.Length));
        body.CopyTo(_bodies, _filled);
        _filled += body.Length;
    }

    /// <summary>The rows of a point in all pieces fetched, in time order, in the room given where that will do.</summary>
    private List<TelemetryRow> Rows(int point, List<TelemetryRow> room)
    {
        foreach (var (number, from, length) in _parts)
        {
            if (number != point)
                continue;
            _more.Clear();
            RowColumns.Read(_bodies, (from, length), Rollup.MinuteMs, (long.MinValue, long.MaxValue), _more);
            room = Rollup.Merged(room, _more);
        }

        return room;
    }
}

/// <summary>What stands beside a piece's body: its block, and its first and last moment in ms.</summary>
internal readonly record struct PieceMark(long Block, long First, long Last);
