using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Tests.Tuning;

/// <summary>The records of a site that has lived for a while: one real record of the simulated demo house, put at every quarter-hour with what was measured then.</summary>
internal sealed class LivedQuarters
{
    private readonly CycleRecord one;

    public LivedQuarters(bool isByTheHour = true)
    {
        var text = isByTheHour ? DemoSite.SiteText.Replace("  export_per_kwh: 0.08", "  windows: [{from: \"17:00\", to: \"21:00\", import_per_kwh: 0.55}, {from: \"00:00\", to: \"06:00\", import_per_kwh: 0.12}]\n  export_per_kwh: 0.08", StringComparison.Ordinal) : DemoSite.SiteText;
        Loaded = SiteSource.Parse(text, DemoSite.SiteFileName, new(null)).Value!;
        SimulationRun run = new(Loaded.Site, new(Loaded.Site, DemoSite.Trace, DemoSite.Settings(DemoSite.DefaultStart, 1)), Composition.PolicyOf(Loaded.Site)) { OnCycle = record => Last = record };
        run.Run(2, 60);
        one = Last!;
    }

    public LoadedSite Loaded { get; }
    private CycleRecord? Last { get; set; }

    /// <summary>2026-08-01T22:00Z is midnight two hours east of Greenwich.</summary>
    public static Slot Midnight { get; } = Slot.Of(Instant.From(new DateTimeOffset(2026, 7, 31, 22, 0, 0, TimeSpan.Zero)));

    public static LocalClock East { get; } = new(120, Instant.From(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)), 120);

    /// <summary>A record, as the daemon stores it: it tells of the quarter-hour before it.</summary>
    public LedgerDraft Draft(Slot slot, StepMeans? before, params double[] spot) =>
        new(LedgerKind.Cycle, slot.Start, (one with { Slot = slot, SiteHash = Loaded.Hash, Image = one.Image with { TakenAt = slot.Start, Outside = new(East) { Measured = before, Spot = [.. spot] } } }).ToBytes());
}
