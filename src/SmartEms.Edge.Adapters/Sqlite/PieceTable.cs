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

    public void Add(int block, in Stretch stretch, IReadOnlyList<(int Point, byte[] Rows)> rows) => _add.Bind(1, block)
        .Bind(2, Rollup.Start(stretch.First, Rollup.QuarterMs)).Bind(3, stretch.Last).Bind(4, Frame.Of(rows)).Run();

    public void Clear() => _clear.Run();

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
    public List<TelemetryRow> Read(int point, long from, long to) => Rows(point, Load(BlockModel.Of(point).Block, from, to), []);

    /// <summary>Minutes of each point of a block, one after the other: the list is used again for the next, so that a day of a block is never held at once.</summary>
    public IEnumerable<(int Point, List<TelemetryRow> Rows)> ReadEach(int block)
    {
        var pieces = Load(block, long.MinValue, long.MaxValue);
        var room = new List<TelemetryRow>(DayMinutes);
        for (var place = 1; place <= BlockModel.Points; place++)
        {
            room.Clear();
            var point = (block * BlockModel.Points) + place;
            if (Rows(point, pieces, room) is { Count: > 0 } rows)
                yield return (point, rows);
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _add, _blocks, _find, _spans, _clear })
            statement.Dispose();
    }

    private List<Piece> Load(int block, long from, long to)
    {
        var pieces = new List<Piece>();
        try
        {
            _find.Bind(1, block).Bind(2, from).Bind(3, to);
            while (_find.Step())
                if (Sound(_find.Blob(2)) is { } piece)
                    pieces.Add(piece);
            return pieces;
        }
        finally
        {
            _find.Rewind();
        }
    }

    private Piece? Sound(byte[] body)
    {
        try
        {
            return new Piece(body, Frame.Parts(body));
        }
        catch (InvalidDataException)
        {
            gaps.Remember(new TelemetryGap(new(_find.Long(0)), new(_find.Long(1) + 1), TelemetryTier.Minute, 0, GapTable.Damage));
            return null;
        }
    }

    /// <summary>The rows of a point in all pieces, in time order, in the room given where that will do.</summary>
    private static List<TelemetryRow> Rows(int point, List<Piece> pieces, List<TelemetryRow> room)
    {
        var more = new List<TelemetryRow>(15);
        foreach (var (body, parts) in pieces)
        {
            foreach (var (number, from, length) in parts)
            {
                if (number != point)
                    continue;
                more.Clear();
                RowColumns.Read(body, (from, length), Rollup.MinuteMs, (long.MinValue, long.MaxValue), more);
                room = Rollup.Merged(room, more);
            }
        }

        return room;
    }

    private sealed record Piece(byte[] Body, List<(int Number, int From, int Length)> Parts);
}
