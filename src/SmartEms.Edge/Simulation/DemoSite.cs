using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>What the binary carries to show itself: one measured home as trace and a site file.</summary>
internal static class DemoSite
{
    public const string SiteFileName = "demo/site.yaml";

    /// <summary>A sunny summer Monday, just before dawn.</summary>
    public static Instant DefaultStart { get; } = Instant.From(new DateTimeOffset(2026, 6, 15, 3, 0, 0, TimeSpan.Zero));

    /// <summary>The same day at nine, when the sun begins to outweigh the house: where the accelerated demo begins.</summary>
    public static Instant DemoStart { get; } = DefaultStart + TimeSpan.FromHours(6);

    public static string SiteText => Text(SiteFileName);

    public static SiteTrace Trace => SiteTrace.Parse(Text("demo/home.csv"));

    public static SimulatedSiteSettings Settings(Instant start, ulong seed) => new() { Start = start, Seed = seed };

    /// <summary>Lays the trace so that a demo in real time starts at a lively hour, half past twelve of a June day, whatever the wall clock says.</summary>
    public static Instant NoonNow(Instant start)
    {
        var trace = Trace;
        var lively = new DateTimeOffset(2017, 6, 14, 12, 30, 0, TimeSpan.Zero);
        return start + -(Instant.From(lively) - trace.Start);
    }

    private static string Text(string name) => CarriedText.Of(name) ?? throw new FileNotFoundException($"the binary lacks its text {name}");
}
