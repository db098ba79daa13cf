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

    /// <summary>Minutes of a block's points (or of one of them), from pieces that touch [from, to).</summary>
    public Dictionary<int, List<TelemetryRow>> Read(int block, int? only, long from, long to)
    {
        var rows = new Dictionary<int, List<TelemetryRow>>();
        try
        {
            _find.Bind(1, block).Bind(2, from).Bind(3, to);
            while (_find.Step())
                Take(_find.Blob(2), only, rows);
            return rows;
        }
        finally
        {
            _find.Rewind();
        }
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _add, _blocks, _find, _spans, _clear })
            statement.Dispose();
    }

    private void Take(byte[] body, int? only, Dictionary<int, List<TelemetryRow>> rows)
    {
        try
        {
            foreach (var (point, from, length) in Frame.Parts(body))
            {
                if (only is { } one && one != point)
                    continue;
                var more = RowColumns.Read(body, (from, length), Rollup.MinuteMs);
                if (!rows.TryGetValue(point, out var all))
                    rows[point] = more;
                else if (more.Count > 0 && all[^1].At < more[0].At)
                    all.AddRange(more);
                else
                    rows[point] = Rollup.Merged(all, more);
            }
        }
        catch (InvalidDataException)
        {
            gaps.Remember(new TelemetryGap(new(_find.Long(0)), new(_find.Long(1) + 1), TelemetryTier.Minute, 0, GapTable.Damage));
        }
    }
}
