using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Pieces of minutes found in a damaged file. One that has been folded may still lie in a page: its minutes are in the tier already, and it is left.</summary>
internal sealed class CarvedPieces(PageCarver pages)
{
    private const int Most = 100_000;
    private const long MostSpanMs = 400 * 86_400_000L;

    private readonly List<(long Number, PieceMark Mark, CarvedPlace Place)> _found = [];
    private readonly HashSet<(PieceMark, uint Crc)> _seen = [];
    private readonly HashSet<PieceMark> _told = [];

    public int Saved { get; private set; }

    public int HighestPoint { get; private set; }

    /// <summary>From the first to behind the last sample of the open group, whose segments were seen; null when there was none.</summary>
    public (long From, long To)? Open { get; private set; }

    /// <summary>Takes a row id, block, first, last, body whose body is sound and agrees with the rest. Segments of the open group have the same form.</summary>
    public bool Take(CarvedRow row)
    {
        if (row.Wholes(1, 3) is not { } told || !row.IsBlob(4))
            return false;
        var mark = new PieceMark(told[0], told[1], told[2]);
        var body = row.Blob(4);
        if (Minutes(body) is { } minutes && IsOf(mark, minutes))
        {
            if (_found.Count < Most && _seen.Add((mark, Frame.Crc(body))))
                _found.Add((row.Number, mark, row.Place));
            return true;
        }

        if (row.Place.IsListed && IsLikely(mark))
            _told.Add(mark);
        else if (row.Place.IsListed && told[0] <= told[1])
            Open = (Math.Min(Open?.From ?? long.MaxValue, told[0]), Math.Max(Open?.To ?? long.MinValue, told[1] + 1));
        return false;
    }

    /// <summary>Hears what the index says of a piece.</summary>
    public void Hear(in PieceMark mark)
    {
        if (IsLikely(mark) && _told.Count < Most)
            _told.Add(mark);
    }

    /// <summary>Puts back what is not folded, when the minutes are back, and tells what is lost.</summary>
    public void Restore(TelemetryTables tables, List<TelemetryGap> lost)
    {
        _found.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var (_, mark, place) in _found)
        {
            if (pages.Again(place)?.Blob(4) is not { } body || Minutes(body) is not { } minutes)
                continue;
            _told.Remove(mark);
            if (AreFolded(minutes, tables.Minutes))
                continue;
            tables.Pieces.Restore(mark, body);
            Saved++;
            foreach (var (point, _) in minutes)
                HighestPoint = Math.Max(HighestPoint, point);
        }

        foreach (var mark in _told)
            if (!IsKnown(mark, tables))
                foreach (var tier in (TelemetryTier[])[TelemetryTier.Minute, TelemetryTier.Quarter])
                    lost.Add(new(new Instant(mark.First), new Instant(mark.Last + 1), tier, 0, ""));
    }

    /// <summary>A flipped number in the index is told of once, and its piece is there: another of the same block and end, or of the same stretch.</summary>
    private bool IsKnown(in PieceMark told, TelemetryTables tables)
    {
        foreach (var (_, mark, _) in _found)
            if ((mark.Block == told.Block ? 1 : 0) + (mark.First == told.First ? 1 : 0) + (mark.Last == told.Last ? 1 : 0) == 2 && !IsTwin(mark, told))
                return true;
        var rows = new List<TelemetryRow>();
        for (var place = 1; place <= BlockModel.Points && rows.Count == 0; place++)
            tables.Minutes.Read(((int)told.Block * BlockModel.Points) + place, told.First, told.Last + 1, rows);
        return rows.Count > 0;
    }

    /// <summary>Pieces of one group differ in their block alone.</summary>
    private static bool IsTwin(in PieceMark one, in PieceMark other) => one.Block != other.Block && one.First == other.First;

    private static bool IsLikely(in PieceMark mark) =>
        mark.Block is >= 0 and < 100_000 && mark.First <= mark.Last && mark.Last - mark.First < MostSpanMs && mark.First % Rollup.QuarterMs == 0;

    private static bool IsOf(in PieceMark mark, List<(int Point, List<TelemetryRow> Rows)> minutes)
    {
        if (!IsLikely(mark) || minutes.Count == 0)
            return false;
        foreach (var (point, rows) in minutes)
            if (BlockModel.Of(point).Block != mark.Block || rows.Count == 0 || rows[0].At.UnixMilliseconds < mark.First || rows[^1].At.UnixMilliseconds > mark.Last)
                return false;
        return true;
    }

    private static bool AreFolded(List<(int Point, List<TelemetryRow> Rows)> minutes, RolledTier tier)
    {
        var folded = new List<TelemetryRow>();
        foreach (var (point, rows) in minutes)
        {
            folded.Clear();
            tier.Read(point, rows[0].At.UnixMilliseconds, rows[^1].At.UnixMilliseconds + 1, folded);
            var next = 0;
            foreach (var row in rows)
            {
                while (next < folded.Count && folded[next].At < row.At)
                    next++;
                if (next == folded.Count || folded[next].At != row.At || folded[next].Count < row.Count)
                    return false;
            }
        }

        return true;
    }

    private static List<(int Point, List<TelemetryRow> Rows)>? Minutes(byte[] body)
    {
        try
        {
            var minutes = new List<(int, List<TelemetryRow>)>();
            foreach (var (point, from, length) in Frame.Parts(body))
                minutes.Add((point, RowColumns.Read(body, (from, length), Rollup.MinuteMs)));
            return minutes;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
