using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The writing half of the telemetry file: batches become segments of the open group, a full group becomes chunks and a piece of minutes,
/// a day of pieces is folded into the coarser tiers, and what is beyond a budget goes.</summary>
internal sealed class TelemetryAppender(Database database, TelemetryTables tables, TelemetryBudgets budgets)
{
    /// <summary>A group closes at a quarter-hour of its samples' time, or earlier at so many segments or samples.</summary>
    private const int MostSegments = 128;
    private const long MostGroupSamples = 1_000_000;

    /// <summary>Pieces are folded once a day, or earlier at so many groups.</summary>
    private const int MostGroups = 192;
    private const long DayMs = 86_400_000;

    /// <summary>The log is copied into the file when a group has closed and an hour of groups, or so many bytes of segments, lie in it: each copy costs
    /// three syncs, and writes pages once that many commits have changed.</summary>
    private const int MostLoggedGroups = 4;
    private const long MostLoggedBytes = 2_000_000;

    /// <summary>The most samples of one segment.</summary>
    private const int SliceSamples = BlockModel.MostSamples;

    private readonly GroupWriter _group = new();
    private readonly FrameWriter _chunk = new();
    private readonly BlockModel _reading = new();
    private readonly PointColumn[] _columns = BlockModel.EmptyColumns();
    private int _segments;
    private long _samples;
    private long _quarter;
    private long _day = long.MinValue;
    private int _groups = (int)database.Long("SELECT count(*) FROM (SELECT 1 FROM pieces GROUP BY first_ms)");
    private int _loggedGroups;
    private long _loggedBytes;
    private bool _unsure = true;

    /// <summary>Stores the samples durably, all or none.</summary>
    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        var closed = false;
        Atomically(samples, all =>
        {
            if (_unsure)
                closed = Recover();
            for (; all.Length > 0; all = all[Math.Min(all.Length, SliceSamples)..])
                closed |= Add(all[..Math.Min(all.Length, SliceSamples)]);
        });
        if (closed && (++_loggedGroups >= MostLoggedGroups || _loggedBytes >= MostLoggedBytes))
            Checkpoint();
    }

    /// <summary>Closes the open group, so that all that is stored can be read alone and is rolled up.</summary>
    public void Close()
    {
        var closed = false;
        Atomically([], _ =>
        {
            closed = _unsure ? Recover() : _segments > 0;
            if (_segments > 0)
                CloseGroup();
        });
        if (closed)
            Checkpoint();
    }

    /// <summary>Moves all that was stored with stamps in [<paramref name="since"/>, <paramref name="until"/>] by so many ms, group by group.</summary>
    public void Rebase(long since, long until, long by)
    {
        Atomically([], _ =>
        {
            if (_unsure)
                Recover();
            else if (_segments > 0)
                CloseGroup();
            var groups = new MovedGroups(tables, since, until);
            while (groups.Next(by) is { } samples)
                for (ReadOnlySpan<TelemetrySample> left = samples; left.Length > 0; left = left[OfOneQuarter(left)..])
                    Add(left[..OfOneQuarter(left)]);
        });
        Checkpoint();
    }

    /// <summary>How many samples may be one segment: those of the first one's quarter-hour, and not too many.</summary>
    private static int OfOneQuarter(ReadOnlySpan<TelemetrySample> samples)
    {
        var quarter = Rollup.Start(samples[0].At.UnixMilliseconds, Rollup.QuarterMs);
        var count = 1;
        while (count < samples.Length && count < SliceSamples && Rollup.Start(samples[count].At.UnixMilliseconds, Rollup.QuarterMs) == quarter)
            count++;
        return count;
    }

    /// <summary>Records a gap that somebody else knows of.</summary>
    public void Note(TelemetryGap gap) => Atomically([], _ => tables.Gaps.Add(gap));

    private delegate void Step(ReadOnlySpan<TelemetrySample> samples);

    private void Atomically(ReadOnlySpan<TelemetrySample> samples, Step step)
    {
        database.Execute("BEGIN IMMEDIATE");
        var done = false;
        try
        {
            step(samples);
            database.Execute("COMMIT");
            done = true;
        }
        finally
        {
            if (!done)
            {
                // What is in memory no longer tells what is in the file: read it back before the next batch.
                _unsure = true;
                database.Undo();
                tables.Recount();
            }
        }
    }

    /// <summary>Copies the log into the file. Done when a group has closed, so that its segments, deleted by then, are never copied.</summary>
    private void Checkpoint()
    {
        database.Long("PRAGMA wal_checkpoint(PASSIVE)");
        (_loggedGroups, _loggedBytes) = (0, 0);
    }

    private bool Add(ReadOnlySpan<TelemetrySample> samples)
    {
        var quarter = Rollup.Start(samples[0].At.UnixMilliseconds, Rollup.QuarterMs);
        var closes = _segments > 0 && (quarter != _quarter || _segments >= MostSegments || _samples >= MostGroupSamples);
        if (closes)
            CloseGroup();
        var segment = _group.Add(samples);
        tables.Raw.AddSegment(Stretch.Over(samples), segment);
        _loggedBytes += segment.Length;
        (_quarter, _segments, _samples) = (quarter, _segments + 1, _samples + samples.Length);
        return closes;
    }

    private void CloseGroup()
    {
        BeginClosing(_quarter);
        for (var block = 0; block < _group.Blocks; block++)
        {
            if (_group.Parts(block).Count == 0)
                continue;
            if (_group.TakeMinutes(block) is { } minutes)
            {
                var (first, last, samples) = _group.Span(block);
                Put(block, _group.Parts(block), (new Stretch(0, first, last, samples), minutes));
            }
            else
            {
                CloseBlock(block, _group.Parts(block));
            }
        }

        Keep();
        BeginGroup();
    }

    private void BeginGroup()
    {
        _group.Reset();
        (_segments, _samples) = (0, 0);
    }

    /// <summary>Closes the group that another run, or a failed batch, has left open. Segments behind a damaged one cannot be read; they leave a gap.</summary>
    private bool Recover()
    {
        BeginGroup();
        var parts = new List<PartList>();
        Stretch? lost = null;
        var left = tables.Raw.Segments();
        foreach (var (stretch, body) in left)
        {
            if (lost is null && TryTake(body, parts))
                continue;
            lost = lost is { } l ? new Stretch(0, Math.Min(l.First, stretch.First), Math.Max(l.Last, stretch.Last), l.Samples + stretch.Samples) : stretch;
        }

        if (lost is { } gap)
            tables.Gaps.Add(new TelemetryGap(new Instant(gap.First), new Instant(gap.Last + 1), TelemetryTier.Raw, gap.Samples, GapTable.Damage));
        if (left.Count > 0)
            CloseLeft(parts, Rollup.Start(left[0].Stretch.First, Rollup.QuarterMs));
        _unsure = false;
        return left.Count > 0;
    }

    private static bool TryTake(byte[] body, List<PartList> parts)
    {
        try
        {
            foreach (var (block, from, length) in Frame.Parts(body))
            {
                while (parts.Count <= block)
                    parts.Add(new());
                parts[block].Add(body.AsSpan(from, length));
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void CloseLeft(List<PartList> parts, long quarter)
    {
        BeginClosing(quarter);
        for (var block = 0; block < parts.Count; block++)
            if (parts[block].Count > 0)
                CloseBlock(block, parts[block]);
        Keep();
    }

    private void BeginClosing(long quarter)
    {
        var day = Rollup.Start(quarter, DayMs);
        if (_groups >= MostGroups || (_day != long.MinValue && _day != day))
            Fold();
        (_day, _groups) = (day, _groups + 1);
        tables.Raw.ClearSegments();
    }

    /// <summary>Closes a block whose minutes are not known but by reading its samples back.</summary>
    private void CloseBlock(int block, PartList parts)
    {
        _reading.Reset();
        foreach (var column in _columns)
            column.Clear();
        foreach (var place in parts.Places)
            _reading.Read(parts.Bytes, place, _columns);
        var minutes = new List<TelemetryRow>[BlockModel.Points];
        for (var place = 0; place < minutes.Length; place++)
            minutes[place] = Rollup.Minutes(_columns[place].InOrder(0));
        Put(block, parts, (Stretch.Over(_columns), minutes));
    }

    private void Put(int block, PartList parts, (Stretch Stretch, List<TelemetryRow>[] Minutes) of)
    {
        _chunk.Begin();
        for (var i = 0; i < parts.Count; i++)
            _chunk.Add(block, parts[i]);
        tables.Raw.AddChunk(block, of.Stretch, _chunk.End());
        var rows = new List<(int, byte[])>();
        for (var place = 0; place < of.Minutes.Length; place++)
            if (of.Minutes[place].Count > 0)
                rows.Add(((block * BlockModel.Points) + place + 1, RowColumns.Write(of.Minutes[place], Rollup.MinuteMs)));
        tables.Pieces.Add(block, of.Stretch, rows);
    }

    private void Fold()
    {
        foreach (var block in tables.Pieces.Blocks())
        {
            foreach (var (point, rows) in tables.Pieces.ReadEach(block))
            {
                tables.Minutes.Add(point, rows);
                tables.Quarters.Add(point, Rollup.Coarser(rows, Rollup.QuarterMs));
            }
        }

        tables.Pieces.Clear();
        _groups = 0;
    }

    /// <summary>Budgets are bytes of the file: each tier is charged for its bodies and for its share of what lies around them (rows, index, pieces, half-full
    /// pages). Free pages are used again before the file grows.</summary>
    private void Keep()
    {
        var bodies = tables.Raw.Bytes + tables.Minutes.Bytes + tables.Quarters.Bytes;
        var used = (database.Long("PRAGMA page_count") - database.Long("PRAGMA freelist_count")) * TelemetrySchema.PageSize;
        var charge = Math.Max(1.0, (double)used / Math.Max(1, bodies));
        var (raw, minutes, quarters) = ((long)(budgets.RawBytes / charge), (long)(budgets.MinuteBytes / charge), (long)(budgets.QuarterBytes / charge));
        while (tables.Raw.Bytes > raw && tables.Raw.DropOldest() is { } oldest)
            tables.Gaps.Extend(new TelemetryGap(new Instant(oldest.First), new Instant(oldest.Last + 1), TelemetryTier.Raw, oldest.Samples, GapTable.Retention));
        tables.Minutes.Keep(minutes);
        tables.Quarters.Keep(quarters);
    }
}
