using System.Collections.Immutable;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>What others foretell, from the file the site names, read again when it changes. A file that cannot be used leaves what was foretold before, until that is stale.</summary>
internal sealed class OutlookBoard
{
    /// <summary>As far as plans look.</summary>
    private const int SlotsMost = 2 * 96;

    private readonly WatchedFile file;
    private readonly string path;
    private readonly Log log;

    private volatile Foretold? rows;
    private volatile bool isUnusable;

    public OutlookBoard(string path, Log log, TimeProvider time)
    {
        (this.path, this.log) = (path, log);
        file = new(path, Take, Refuse, time);
    }

    /// <summary>From a quarter-hour on; null = nothing was ever foretold, or not for so late.</summary>
    public async ValueTask<Foretold?> FromAsync(Slot slot)
    {
        await file.LookAsync();
        if (rows is not { } all)
            return null;
        var (skip, columns) = ((int)Math.Clamp(slot.Index - all.From.Index, 0, int.MaxValue), new ImmutableArray<double>[Foretold.ColumnCount]);
        for (var column = 0; column < columns.Length; column++)
            columns[column] = [.. all.Column(column).Skip(skip).Take(SlotsMost)];
        return columns.All(column => column.IsEmpty) ? null : Foretold.Of(all.IssuedAt, new(all.From.Index + skip), columns);
    }

    /// <summary>What is wrong with it now; null = nothing.</summary>
    public Finding? Trouble(Instant now) => isUnusable ? new(FindingCode.OutlookUnusable)
        : ExternalOutlook.Of(rows) is { } told && !told.IsFresh(now) ? new(FindingCode.OutlookStale, Value: (now - told.IssuedAt).TotalHours) : null;

    /// <summary>Text from wherever it comes.</summary>
    private void Take(string text)
    {
        var read = OutlookText.Read(text);
        if (read.Rows is null)
        {
            Refuse(read.Trouble!);
            return;
        }
        (rows, isUnusable) = (read.Rows, false);
        log.Info($"outlook: {path} was issued at {read.Rows.IssuedAt} and is taken from {read.Rows.From.Start} on");
    }

    private void Refuse(string why)
    {
        isUnusable = true;
        log.Warning($"outlook: {path}: {why}");
    }
}
