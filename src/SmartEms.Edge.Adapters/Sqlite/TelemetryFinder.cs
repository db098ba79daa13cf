using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The reading half of the telemetry file. Each call is one look at one state of the file; what is not rolled up yet is rolled up in the answer.</summary>
internal sealed class TelemetryFinder(Database database, TelemetryTables tables)
{
    private const long DayMs = 86_400_000;

    private readonly BlockModel _model = new();
    private readonly PointColumn[] _columns = BlockModel.EmptyColumns();

    /// <summary>Where to read: the samples of a point in the open group, and the closed chunks with some of its block, by their beginning.</summary>
    public (List<TelemetrySample> Open, List<Stretch> Chunks) Raw(int point, Instant from, Instant to) => AtOneMoment(() =>
        (OpenSamples(point, from.UnixMilliseconds, to.UnixMilliseconds), tables.Raw.Find(BlockModel.Of(point).Block, from, to)));

    /// <summary>The samples of a point in a closed chunk, in time order; none when it has gone or is damaged.</summary>
    public List<TelemetrySample> Chunk(in Stretch chunk, int point)
    {
        try
        {
            return tables.Raw.Body(chunk.Id) is { } body ? Decoded([body], point, null) : [];
        }
        catch (InvalidDataException)
        {
            tables.Gaps.Remember(new TelemetryGap(new Instant(chunk.First), new Instant(chunk.Last + 1), TelemetryTier.Raw, chunk.Samples, GapTable.Damage));
            return [];
        }
    }

    /// <summary>The next rows of a tier, and where to go on; null at the end. A window is at most so many days that it stays small in memory.</summary>
    /// <param name="room">A list whose memory may be used for the rows.</param>
    public (List<TelemetryRow> Rows, long Next)? Window(int point, TelemetryTier tier, (long From, long To) span, List<TelemetryRow> room) => AtOneMoment<(List<TelemetryRow>, long)?>(() =>
    {
        if (Extent(point, tier, span.From, span.To) is not { } extent)
            return null;
        var start = Math.Max(span.From, Rollup.Start(extent.From, Rollup.QuarterMs));
        // The end lies on the grid, so that no stretch is cut in two.
        var end = Math.Min(span.To, Rollup.Start(start, DayMs) + ((tier == TelemetryTier.Quarter ? 128 : 8) * DayMs));
        room.Clear();
        return start >= end ? null : (Rows(point, tier, (start, end), room), end);
    });

    private List<TelemetryRow> Rows(int point, TelemetryTier tier, (long From, long To) span, List<TelemetryRow> rows)
    {
        var step = Rollup.StepMs(tier);
        // A stretch counts by its start, with all its minutes.
        var first = Rollup.Start(span.From, step) == span.From ? span.From : Rollup.Start(span.From, step) + step;
        var behind = Rollup.Start(span.To - 1, step) + step;
        (tier == TelemetryTier.Quarter ? tables.Quarters : tables.Minutes).Read(point, first, behind, rows);
        var pieces = tables.Pieces.Read(point, first, behind);
        if (pieces.Count > 0)
            rows = Rollup.Merged(rows, Coarser(pieces, first, behind, step));
        var open = Rollup.Minutes(OpenSamples(point, first, behind));
        return open.Count == 0 ? rows : Rollup.Merged(rows, Coarser(open, first, behind, step));
    }

    private static List<TelemetryRow> Coarser(List<TelemetryRow> minutes, long from, long to, long step) =>
        Rollup.Coarser(minutes.Where(m => m.At.UnixMilliseconds >= from && m.At.UnixMilliseconds < to), step);

    /// <summary>The span of what a tier holds of a point inside [from, to).</summary>
    private (long From, long To)? Extent(int point, TelemetryTier tier, long from, long to)
    {
        var (first, behind) = (long.MaxValue, long.MinValue);
        void Widen(long start, long end)
        {
            if (start < to && end > from)
                (first, behind) = (Math.Min(first, start), Math.Max(behind, end));
        }

        if ((tier == TelemetryTier.Quarter ? tables.Quarters : tables.Minutes).Extent(point) is { } folded)
            Widen(folded.From, folded.To);
        foreach (var (start, end) in tables.Pieces.Spans(BlockModel.Of(point).Block))
            Widen(start, end + 1);
        if (tables.Raw.Open() is { } open)
            Widen(Rollup.Start(open.First, Rollup.QuarterMs), open.Last + 1);
        return first == long.MaxValue ? null : (first, behind);
    }

    private List<TelemetrySample> OpenSamples(int point, long from, long to)
    {
        if (tables.Raw.Open() is not { } open || open.First >= to || open.Last < from)
            return [];
        var bodies = new List<byte[]>();
        foreach (var (_, body) in tables.Raw.Segments())
            bodies.Add(body);
        var samples = Decoded(bodies, point, BlockModel.Of(point).Block);
        samples.RemoveAll(s => s.At.UnixMilliseconds < from || s.At.UnixMilliseconds >= to);
        return samples;
    }

    /// <summary>Decodes the parts one after the other: all of a chunk, those of the block of segments (up to a damaged one).</summary>
    private List<TelemetrySample> Decoded(List<byte[]> bodies, int point, int? block)
    {
        var (own, place) = BlockModel.Of(point);
        if (own < 0 || place < 0)
            return [];
        _model.Reset();
        foreach (var column in _columns)
            column.Clear();
        try
        {
            foreach (var body in bodies)
                foreach (var (number, from, length) in Frame.Parts(body))
                    if (own == number)
                        _model.Read(body, (from, length), _columns);
        }
        catch (InvalidDataException) when (block is not null)
        {
            // The owner finds it too, at its next start, and records the gap.
        }

        return _columns[place].InOrder(point);
    }

    private T AtOneMoment<T>(Func<T> look)
    {
        database.Execute("BEGIN");
        try
        {
            return look();
        }
        finally
        {
            database.Undo();
        }
    }
}
