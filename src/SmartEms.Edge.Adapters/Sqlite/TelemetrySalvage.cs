using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Builds a new telemetry file from what a damaged one still holds: every chunk, piece and roll-up whose CRC proves it, under the point it names itself,
/// and gap records for what is missing. The new file gets its name only when it is whole, so an interrupted salvage is simply done again.</summary>
internal sealed class TelemetrySalvage : IDisposable
{
    private readonly string _fresh;
    private readonly Instant _until;
    private readonly string _why;
    private readonly Database _database;
    private readonly TelemetryTables _tables;
    private readonly PageCarver _pages;
    private readonly CarvedChunks _chunks;
    private readonly CarvedPieces _pieces;
    private readonly CarvedRolled _rolled;
    private readonly CarvedPoints _points = new();
    private readonly SortedDictionary<long, TelemetryGap> _gaps = [];

    private TelemetrySalvage(string damaged, string fresh, Instant until)
    {
        (_fresh, _until, _why) = (fresh, until, $"{GapTable.Damage}: kept as {Path.GetFileName(damaged)}");
        _database = Database.Open(fresh, writable: true);
        TelemetrySchema.Make(_database);
        _tables = new TelemetryTables(_database);
        _pages = new PageCarver(damaged, damaged + "-wal", TelemetrySchema.PageSize);
        (_chunks, _pieces, _rolled) = (new(_pages), new(_pages), new(_database, _tables));
    }

    /// <summary>Makes the file from the damaged one, which stays. Gives how many blocks were saved; 0 when there was nothing, and then no file.</summary>
    /// <param name="until">The moment up to which it was written.</param>
    public static long Run(string damaged, string file, Instant until)
    {
        var fresh = file + ".salvaging";
        foreach (var part in new[] { "", "-wal", "-shm", "-journal" })
            File.Delete(fresh + part);
        var kept = new FileInfo(damaged);
        if (new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace < 2 * kept.Length)
            return 0;
        long saved;
        using (var salvage = new TelemetrySalvage(damaged, fresh, until))
            saved = salvage.Carve();
        if (saved == 0)
        {
            File.Delete(fresh);
            return 0;
        }

        File.Move(fresh, file);
        Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
        return saved;
    }

    public void Dispose()
    {
        _pages.Dispose();
        _tables.Dispose();
        _database.Dispose();
    }

    private long Carve()
    {
        _database.Execute("BEGIN IMMEDIATE");
        foreach (var entry in _pages.Entries())
            Hear(entry);
        foreach (var _ in _pages.Rows(Take, newestOnly: true))
        {
            // Taken as it was found.
        }

        var lost = new List<TelemetryGap>();
        _chunks.Restore(_tables.Raw, lost, DroppedUntil(TelemetryTier.Raw));
        _pieces.Restore(_tables, lost);
        _rolled.Compare(lost, DroppedUntil, _until);
        _points.Restore(_tables.Points, Math.Max(_pieces.HighestPoint, _rolled.HighestPoint), (_chunks.HighestBlock + 1) * Core.Recording.Columns.BlockModel.Points);
        Ends(lost);
        foreach (var gap in _gaps.Values)
            _tables.Gaps.Add(gap);
        foreach (var gap in Joined(lost))
            _tables.Gaps.Add(gap with { Why = _why });
        _database.Execute("COMMIT");
        return _database.Long("SELECT (SELECT count(*) FROM chunks) + (SELECT count(*) FROM pieces) + (SELECT count(*) FROM minutes) + (SELECT count(*) FROM quarters) + (SELECT count(*) FROM points)");
    }

    /// <summary>Tables tell themselves apart by their columns; the CRC decides.</summary>
    private bool Take(CarvedRow row) => row.IsNull(0) && row.Columns switch
    {
        2 => _rolled.Take(row),
        4 => _points.Take(row),
        5 => _pieces.Take(row),
        6 => TakeGap(row),
        7 => _chunks.Take(row),
        _ => false,
    };

    private void Hear(CarvedRow entry)
    {
        if (entry.Columns == 3 && entry.IsText(0) && entry.IsText(1))
            _points.Hear(entry);
        else if (entry.Columns == 6 && entry.Wholes(0, 6) is { } chunk)
            _chunks.Hear(chunk[5], new(chunk[0], chunk[1], chunk[2], chunk[3], chunk[4]));
        else if (entry.Columns == 4 && entry.Wholes(0, 4) is { } four && !_rolled.Hear(four))
            _pieces.Hear(new(four[0], four[1], four[2]));
    }

    /// <summary>What was known to be missing before.</summary>
    private bool TakeGap(CarvedRow row)
    {
        if (row.Wholes(1, 4) is not { } told || !row.IsText(5) || told[0] is < 0 or > (long)TelemetryTier.Quarter || told[1] > told[2] || told[3] < 0)
            return false;
        _gaps[row.Number] = new(new Instant(told[1]), new Instant(told[2]), (TelemetryTier)told[0], told[3], row.Text(5));
        return true;
    }

    private long DroppedUntil(TelemetryTier tier)
    {
        var until = long.MinValue;
        foreach (var gap in _gaps.Values)
            if (gap.Tier == tier && gap.Why == GapTable.Retention)
                until = Math.Max(until, gap.To.UnixMilliseconds);
        return until;
    }

    /// <summary>What nobody can tell of any more: the open group, the end when the index has gone, and all of the roll-ups when pages have gone.</summary>
    private void Ends(List<TelemetryGap> lost)
    {
        var (there, told) = _pages.Pages;
        var isCut = there < told;
        var first = _pieces.Open?.From ?? (isCut || !_chunks.IsIndexWhole || _chunks.Saved == 0 ? (_chunks.Last ?? -1) + 1 : long.MaxValue);
        if (first != long.MaxValue)
            lost.Add(new(new Instant(first), new Instant(Math.Max(Math.Max(_until.UnixMilliseconds, _pieces.Open?.To ?? 0), first + 1)), TelemetryTier.Raw, 0, ""));
        foreach (var tier in (TelemetryTier[])[TelemetryTier.Raw, TelemetryTier.Minute, TelemetryTier.Quarter])
        {
            var areGapsLost = _gaps.Count > 0 && _gaps.Keys.Last() != _gaps.Count;
            if (isCut || (areGapsLost && tier == TelemetryTier.Raw))
                lost.Add(new(new Instant(0), _until, tier, 0, ""));
        }
    }

    private static List<TelemetryGap> Joined(List<TelemetryGap> gaps)
    {
        gaps.Sort((a, b) => a.Tier != b.Tier ? a.Tier.CompareTo(b.Tier) : a.From.UnixMilliseconds.CompareTo(b.From.UnixMilliseconds));
        var joined = new List<TelemetryGap>();
        foreach (var gap in gaps)
            if (joined.Count > 0 && joined[^1] is var last && last.Tier == gap.Tier && gap.From <= last.To)
                joined[^1] = last with { To = gap.To > last.To ? gap.To : last.To, Samples = last.Samples + gap.Samples };
            else
                joined.Add(gap);
        return joined;
    }
}
