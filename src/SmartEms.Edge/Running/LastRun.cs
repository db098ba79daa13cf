using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>What the run before knew.</summary>
internal static class LastRun
{
    /// <summary>Restart = continue: the last record is thought again, and its memory is ours. A record of another site or of another program's form starts afresh.</summary>
    public static Memory Remember(IStore store, LoadedSite loaded, Log log)
    {
        try
        {
            if (store.Last(LedgerKind.Cycle) is not { } entry)
                return Memory.Fresh(loaded.Site);
            var record = CycleRecord.FromBytes(entry.Body);
            var brain = Brain(store, entry, (record, loaded.Site), log);
            if (record.SiteHash == loaded.Hash)
                return record.Before with { LastDecision = record.Decision, Alerts = AlertsSince(store, entry, record), Brain = brain };
            log.Warning("starting with a fresh memory: the site file has changed");
            return Memory.Fresh(loaded.Site) with { Brain = brain }; // the house and its sun are the same
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            log.Warning($"starting with a fresh memory: {failure.Message}");
            return Memory.Fresh(loaded.Site);
        }
    }

    /// <summary>What was learnt; when that is damaged it is learnt anew, and the rest of the memory holds.</summary>
    private static Brain? Brain(IStore store, LedgerEntry entry, (CycleRecord Record, Site Site) last, Log log)
    {
        try
        {
            return BrainWire.After(Learnt.Before(store, entry, last.Site), last.Record, last.Site);
        }
        catch (InvalidDataException damage)
        {
            log.Warning($"forecasts learn anew: {damage.Message}");
            return null;
        }
    }

    /// <summary>The alerts of the record, and what was opened and closed after it.</summary>
    private static AlertBook AlertsSince(IStore store, LedgerEntry entry, CycleRecord record)
    {
        var book = record.Before.Alerts.Update(record.Findings, record.Image.TakenAt);
        foreach (var later in store.Read(LedgerKind.Alert, entry.At, new(long.MaxValue)))
            if (later.Sequence > entry.Sequence && AlertChange.FromBytes(later.Body) is var change)
                book = book.With(change.Alert, change.IsOpened);
        return book;
    }
}
