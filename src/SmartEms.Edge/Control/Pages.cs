using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Control;

/// <summary>Puts the views together from what the daemon knows.</summary>
internal static class Pages
{
    private const int ReceiptsShown = 10;

    public static StatusView Status(Snapshot now, Site site, string version)
    {
        var parts = PartsOf(now, site);
        return new()
        {
            Site = Parts.Of(site),
            State = State(now),
            At = Parts.Of(now.At),
            UptimeS = Math.Round(now.Uptime.TotalSeconds, 1),
            Version = version,
            Clock = Words.Of(now.Image.Box.Clock),
            Start = Words.Of(now.Image.Box.Start),
            Power = Flows.Of(now.Image),
            Batteries = parts.Batteries(),
            Chargers = parts.Chargers(),
            Pv = parts.Pv(),
            Loads = parts.Loads(),
            Decision = now.Decision is null ? null : Parts.Of(now.Decision, site),
            Findings = Parts.Of(now.Findings, site),
            Devices = parts.Devices(),
            Contacts = TerminalPages.Contacts(now, site),
            Relays = TerminalPages.Relays(now, site),
            Sensors = TerminalPages.Sensors(now, site),
            Limits = Limits(now, site),
            FollowSteps = now.FollowSteps,
            FollowStrayP99Ms = now.FollowStrayMs is { } stray ? Math.Round(stray.P99, 1) : null,
            FollowStrayMaxMs = now.FollowStrayMs is { } strays ? Math.Round(strays.Most, 1) : null,
            Cycles = now.Cycles,
            FirstImageMs = now.FirstImageMs,
            StoreFailure = now.StoreFailure,
            Store = Of(now.Store),
            Wear = now.Wear is { } wear ? Of(wear) : null,
            Receipts = [.. now.Receipts.Take(ReceiptsShown).Select(receipt => Of(receipt, site))],
        };
    }

    public static DevicesView Devices(Snapshot now, Site site) => new(Parts.Of(site), Parts.Of(now.At), PartsOf(now, site).Devices(),
        TerminalPages.Contacts(now, site), TerminalPages.Relays(now, site), TerminalPages.Sensors(now, site));

    public static WhyView Why(CycleRecord record, Site site)
    {
        var parts = new Parts(site, record.Image) { Decision = record.Decision };
        return new()
        {
            Site = Parts.Of(site),
            TakenAt = Parts.Of(record.Image.TakenAt),
            Decision = Parts.Of(record.Decision, site),
            PolicyName = record.PolicyName,
            PolicyMode = Words.Of(record.PolicyMode),
            Program = record.Program,
            SiteSha256 = record.SiteHash,
            Power = Flows.Of(record.Image),
            Batteries = parts.Batteries(),
            Chargers = parts.Chargers(),
            Pv = parts.Pv(),
            Findings = Parts.Of(record.Findings, site),
        };
    }

    /// <summary>Whether a record speaks of the devices this site has; one written under another site file would put the wrong names to its values.</summary>
    public static bool Fits(CycleRecord record, Site site) =>
        record.Image.Devices.Length == site.Devices.Length && record.Image.Batteries.Length == site.Batteries.Length
        && record.Image.PvPlants.Length == site.PvPlants.Length && record.Image.EvChargers.Length == site.EvChargers.Length;

    private static Parts PartsOf(Snapshot now, Site site) => new(site, now.Image) { Setpoints = now.Setpoints, Envelope = now.Envelope, Decision = now.Decision, SlowestMs = now.SlowestMs, ClocksAhead = now.ClocksAhead, Faults = now.Faults };

    private static string State(Snapshot now)
    {
        var worst = Urgency.Notice;
        foreach (var finding in now.Findings)
            if (Catalogue.Entry(finding.Code).Urgency > worst)
                worst = Catalogue.Entry(finding.Code).Urgency;
        return worst > Urgency.Notice ? Words.Of(worst) : now.Decision is null ? "starting" : "running";
    }

    private static LimitsView Limits(Snapshot now, Site site)
    {
        var known = new Known();
        var phases = now.Image.Grid;
        return new()
        {
            GridImportW = known.Take("grid_import_w", phases.Import, power => power.Watts),
            ImportMaxW = now.Envelope?.ImportMax.Value.Watts,
            ImportMaxBy = now.Envelope is null ? null : Words.Of(now.Envelope.ImportMax.By),
            ExportMaxW = now.Envelope?.ExportMax.Value.Watts,
            ExportMaxBy = now.Envelope is null ? null : Words.Of(now.Envelope.ExportMax.By),
            PhaseCurrentMaxA = Highest([phases.CurrentL1, phases.CurrentL2, phases.CurrentL3], known),
            FuseA = site.Pcc.PhaseCurrentMax.Amperes,
            Violations = now.LimitViolations,
            Quality = known.Quality,
        };
    }

    private static double? Highest(Reading<Current>[] phases, Known known)
    {
        double? highest = null;
        foreach (var phase in phases)
            if (phase.TryGood(out var current) && !(Math.Abs(current.Amperes) <= highest))
                highest = Math.Abs(current.Amperes);
        return known.Take("phase_current_max_a", highest, phases[0].Quality);
    }

    private static StoreView Of(StoreState store) => new(store.QueueBytes, store.SlowestMs, store.DroppedEntries, store.DroppedSamples, store.Recycled, store.LedgerBytes, store.TelemetrySamples)
    {
        LedgerWrittenBytes = store.LedgerWritten,
        TelemetryWrittenBytes = store.TelemetryWritten,
    };

    private static WearView Of(Wear wear) =>
        new(wear.TodayBytes, Rounded(wear.PerDayBytes, 0), Rounded(wear.DevicePerDayBytes, 0), Rounded(wear.LifeYears, 1), wear.EnduranceBytes);

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;

    private static ReceiptView Of(Receipt receipt, Site site)
    {
        var (name, unit) = Words.Of(receipt.Kind);
        return new(Parts.Of(receipt.At), site.Devices[receipt.Device].Name, name, receipt.Asked, receipt.Seen, unit, Word(receipt.State), receipt.Note);
    }

    private static string Word(ReceiptState state) => state switch
    {
        ReceiptState.Written => "written",
        ReceiptState.ReadBack => "read-back",
        ReceiptState.EffectSeen => "effect-seen",
        ReceiptState.NotApplied => "not-applied",
        ReceiptState.Reverted => "reverted",
        ReceiptState.Failed => "failed",
        ReceiptState.Confirmed => "confirmed",
        ReceiptState.ForeignWriter => "foreign-writer",
        _ => "unknown",
    };
}
