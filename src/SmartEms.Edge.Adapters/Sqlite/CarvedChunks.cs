using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Chunks of samples found in a damaged file. The body proves itself; its stretch is believed when row and index agree on it, and is read from the
/// samples when they do not. What the index or a row tells of and no sound body is there for, is lost.</summary>
internal sealed class CarvedChunks(PageCarver pages)
{
    /// <summary>More chunks than the budget of a site holds; beyond them the oldest are left in the old file.</summary>
    private const int Most = 500_000;

    private readonly List<Found> _found = [];
    private readonly HashSet<(long Number, uint Crc)> _seen = [];
    private readonly Dictionary<long, ChunkMark> _index = [];
    private readonly Dictionary<long, ChunkMark> _broken = [];
    private readonly BlockModel _model = new();
    private readonly PointColumn[] _columns = BlockModel.EmptyColumns();
    private readonly HashSet<long> _saved = [];
    private readonly HashSet<ChunkMark> _savedMarks = [];
    private (long From, long To)? _left;

    /// <summary>The end of the last chunk put back, in ms; null when there was none.</summary>
    public long? Last { get; private set; }

    /// <summary>How many were put back.</summary>
    public int Saved { get; private set; }

    public int HighestBlock { get; private set; } = -1;

    /// <summary>The index knows every chunk that was put back, so it would know of others too.</summary>
    public bool IsIndexWhole { get; private set; } = true;

    /// <summary>Takes a row id, block, first, last, samples, bytes, body whose body is sound.</summary>
    public bool Take(CarvedRow row)
    {
        if (row.Wholes(1, 5) is not { } told || !row.IsBlob(6))
            return false;
        var mark = new ChunkMark(told[0], told[1], told[2], told[3], told[4]);
        var body = row.Blob(6);
        if (BlockOf(body) is not { } block)
        {
            if (row.Place.IsListed)
                _broken[row.Number] = mark;
            return false;
        }

        if (_seen.Add((row.Number, Frame.Crc(body))))
            _found.Add(new(row.Number, block, mark, row.Place));
        if (_found.Count >= 2 * Most)
            LeaveOldest();
        return true;
    }

    /// <summary>Hears what the index says of a chunk.</summary>
    public void Hear(long number, in ChunkMark mark)
    {
        if (_index.Count < 2 * Most)
            _index[number] = mark;
    }

    /// <summary>Puts the chunks back in their order, and tells what is lost; what retention dropped is not.</summary>
    public void Restore(RawTier raw, List<TelemetryGap> lost, long droppedUntil)
    {
        LeaveOldest();
        _found.Sort((a, b) => a.Number.CompareTo(b.Number));
        Found? before = null;
        foreach (var one in _found)
        {
            if (pages.Again(one.Place)?.Blob(6) is not { } body || Stretch(one, body) is not { } stretch)
                continue;
            raw.AddChunk(one.Block, stretch, body);
            var now = one with { Mark = new(one.Block, stretch.First, stretch.Last, stretch.Samples, body.Length) };
            _saved.Add(one.Number);
            _savedMarks.Add(now.Mark);
            (Saved, Last) = (Saved + 1, Math.Max(Last ?? long.MinValue, stretch.Last));
            HighestBlock = Math.Max(HighestBlock, one.Block);
            IsIndexWhole &= _index.ContainsKey(one.Number);
            Missed(before, now, lost);
            before = now;
        }

        foreach (var (number, mark) in _broken)
            _index.TryAdd(number, mark);
        foreach (var (number, mark) in _index)
            if (!_saved.Contains(number) && !_savedMarks.Contains(mark) && mark.First <= mark.Last && mark.Last >= droppedUntil)
                lost.Add(Gap(mark.First, mark.Last + 1, mark.Samples));
        if (_left is { } left)
            lost.Add(Gap(left.From, left.To, 0));
    }

    private static TelemetryGap Gap(long from, long to, long samples) => new(new Instant(from), new Instant(to), TelemetryTier.Raw, samples, "");

    /// <summary>Chunks are numbered without gaps: numbers between two that nobody tells of are lost somewhere from the one to the other.</summary>
    private void Missed(Found? before, in Found now, List<TelemetryGap> lost)
    {
        var from = before?.Number ?? now.Number - 1;
        var known = 0L;
        for (var number = from + 1; number < now.Number && known == number - from - 1; number++)
            known += _index.ContainsKey(number) || _broken.ContainsKey(number) ? 1 : 0;
        // A chunk that the index knows by another number has a damaged number, and nothing before it is missing.
        if (before is not { } b || known == now.Number - from - 1 || (!_index.ContainsKey(now.Number) && _index.ContainsValue(now.Mark)))
            return;
        lost.Add(Gap(Math.Min(b.Mark.First, now.Mark.First), Math.Max(b.Mark.Last, now.Mark.Last) + 1, 0));
    }

    private Stretch? Stretch(in Found one, byte[] body)
    {
        var mark = one.Mark;
        if (mark.Block == one.Block && mark.Bytes == body.Length && _index.TryGetValue(one.Number, out var told) && told == mark)
            return new Stretch(0, mark.First, mark.Last, mark.Samples);
        _model.Reset();
        foreach (var column in _columns)
            column.Clear();
        try
        {
            foreach (var (_, from, length) in Frame.Parts(body))
                _model.Read(body, (from, length), _columns);
        }
        catch (InvalidDataException)
        {
            return null;
        }

        var read = Sqlite.Stretch.Over(_columns);
        return read.Samples > 0 ? read : null;
    }

    private static int? BlockOf(byte[] body)
    {
        try
        {
            var parts = Frame.Parts(body);
            foreach (var part in parts)
                if (part.Number != parts[0].Number)
                    return null;
            return parts.Count > 0 ? parts[0].Number : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void LeaveOldest()
    {
        if (_found.Count <= Most)
            return;
        _found.Sort((a, b) => b.Number.CompareTo(a.Number));
        foreach (var one in _found[Most..])
            _left = (Math.Min(_left?.From ?? long.MaxValue, one.Mark.First), Math.Max(_left?.To ?? long.MinValue, one.Mark.Last + 1));
        _found.RemoveRange(Most, _found.Count - Most);
    }

    private readonly record struct Found(long Number, int Block, ChunkMark Mark, CarvedPlace Place);
}

/// <summary>What stands beside a chunk's body, and in the index.</summary>
internal readonly record struct ChunkMark(long Block, long First, long Last, long Samples, long Bytes);
