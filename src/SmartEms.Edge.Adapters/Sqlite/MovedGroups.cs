using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Takes closed groups of a stretch of time out of the file, one after the other, to be written again under other stamps; what was rolled up from
/// them goes at once. A damaged chunk stays where it is.</summary>
internal sealed class MovedGroups
{
    private readonly TelemetryTables _tables;
    private readonly List<Stretch> _chunks;
    private readonly BlockModel _model = new();
    private readonly PointColumn[] _columns = BlockModel.EmptyColumns();
    private int _next;

    public MovedGroups(TelemetryTables tables, long since, long until)
    {
        (_tables, _chunks) = (tables, tables.Raw.Within(since, until));
        tables.Pieces.Drop(since, until);
        tables.Minutes.Drop(since, until);
        tables.Quarters.Drop(since, until);
    }

    /// <summary>The samples of the next group in time order, moved by so many ms, and gone from the file; null at the end.</summary>
    public TelemetrySample[]? Next(long by)
    {
        if (_next == _chunks.Count)
            return null;
        var samples = new List<TelemetrySample>();
        for (var block = -1; _next < _chunks.Count && BlockOf(_next) is var own && own > block; block = own, _next++)
            Take(_chunks[_next], own, by, samples);
        samples.Sort(static (one, other) => one.At == other.At ? one.Point.CompareTo(other.Point) : one.At.UnixMilliseconds.CompareTo(other.At.UnixMilliseconds));
        return [.. samples];
    }

    /// <summary>A group's chunks lie together, one for each block, in the order of the blocks.</summary>
    private int BlockOf(int chunk) => (int)_tables.Raw.BlockOf(_chunks[chunk].Id);

    private void Take(in Stretch chunk, int block, long by, List<TelemetrySample> into)
    {
        _model.Reset();
        foreach (var column in _columns)
            column.Clear();
        try
        {
            var body = _tables.Raw.Body(chunk.Id) ?? [];
            foreach (var (_, from, length) in Frame.Parts(body))
                _model.Read(body, (from, length), _columns);
        }
        catch (InvalidDataException)
        {
            return;
        }
        for (var place = 0; place < _columns.Length; place++)
            foreach (var sample in _columns[place].InOrder((block * BlockModel.Points) + place + 1))
                into.Add(sample with { At = new Instant(sample.At.UnixMilliseconds + by) });
        _tables.Raw.Drop(chunk.Id);
    }
}
