using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Commands;

/// <summary>smartems telemetry stats: what the store holds of each point and tier, how large it is, and what is known to be missing.</summary>
internal static class TelemetryStatsCommand
{
    private const int GapsShown = 10;
    private static readonly TelemetryTier[] Tiers = Enum.GetValues<TelemetryTier>();
    private static readonly (Instant From, Instant To) Ever = (new(0), Instant.From(DateTimeOffset.MaxValue));

    public static Command Build(Screen screen)
    {
        var command = new Command("stats", "what is stored: points, rows per tier, first and last, bytes, gaps") { TelemetryCommand.Points, RunCommand.Store };
        command.SetAction((parsed, stop) => TelemetryCommand.WithStoreAsync(parsed, (reader, ended) =>
        {
            if (parsed.GetValue(Options.Output) is "csv" or "jsonl")
                throw new Refusal(Exit.Usage, "stats_form", "stats are text or json", "leave -o away, or use -o json");
            var view = Look(PointSelection.Choose(reader.Points(), parsed.GetValue(TelemetryCommand.Points)), reader, ended);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, ViewsJson.Wire.TelemetryStatsView));
            else
                screen.Show(Draw(view, screen));
            return Exit.Ok;
        }, stop));
        return command;
    }

    private static TelemetryStatsView Look(IReadOnlyList<TelemetryPoint> points, ITelemetryReader reader, CancellationToken stop)
    {
        TelemetryPointStatsView[] each = [.. points.Select(point => new TelemetryPointStatsView(point.Name, point.Unit, Array.ConvertAll(Tiers, tier => Count(reader, point, tier, stop))))];
        List<TelemetrySizeView>? sizes = null;
        foreach (var (what, bytes) in (reader as ITelemetryFigures)?.Sizes() ?? [])
            (sizes ??= []).Add(new(what, bytes));
        var tiers = new TelemetryTierView[Tiers.Length];
        for (var i = 0; i < tiers.Length; i++)
            tiers[i] = Sum([.. each.Select(point => point.Tiers[i])], TelemetryViews.Word(Tiers[i]));
        return new(each, tiers, sizes?.ToArray(), [.. reader.Gaps(Ever.From, Ever.To).Select(TelemetryViews.Of)]);
    }

    private static TelemetryTierView Count(ITelemetryReader reader, TelemetryPoint point, TelemetryTier tier, CancellationToken stop)
    {
        var (rows, samples) = (0L, 0L);
        Instant? first = null, last = null;
        foreach (var row in reader.Read(point.Number, tier, Ever.From, Ever.To))
        {
            stop.ThrowIfCancellationRequested();
            (rows, samples, first, last) = (rows + 1, samples + row.Count, first ?? row.At, row.At);
        }
        return new(TelemetryViews.Word(tier), rows, samples, Said(first), Said(last));
    }

    private static TelemetryTierView Sum(TelemetryTierView[] tiers, string name) =>
        new(name, tiers.Sum(tier => tier.Rows), tiers.Sum(tier => tier.Samples), tiers.Min(tier => tier.First), tiers.Max(tier => tier.Last));

    private static DateTime? Said(Instant? at) => at is { } known ? Parts.Of(known) : null;

    private static Page Draw(TelemetryStatsView view, Screen screen)
    {
        var (page, zone) = (screen.NewPage(), screen.Time.LocalTimeZone);
        Column[] columns = [new("POINT"), new("UNIT"), .. Array.ConvertAll(Tiers, tier => new Column(TelemetryViews.Word(tier).ToUpperInvariant(), true)), new("FIRST"), new("LAST")];
        if (view.Points.Length > 0)
            page.Table(columns, [.. view.Points.Select(point => Row(point, zone))]);
        page.Line($"{Spoken.Count(view.Points.Length, "point")}; rows: {string.Join(", ", view.Tiers.Select(tier => $"{tier.Tier} {tier.Rows}"))}");
        if (view.Sizes is { } sizes)
            page.Line($"bytes: {string.Join(", ", sizes.Select(size => $"{size.What} {size.Bytes}"))}");
        page.Line(view.Gaps.Length == 0 ? "no gaps known" : new Ink($"{Spoken.Count(view.Gaps.Length, "gap")}", Tint.Warn));
        foreach (var gap in view.Gaps.TakeLast(GapsShown))
            page.Line($"  {TelemetryCommand.Line(gap)}");
        return page;
    }

    private static Ink[] Row(TelemetryPointStatsView point, TimeZoneInfo zone) =>
    [
        point.Name,
        point.Unit,
        .. point.Tiers.Select(tier => new Ink($"{tier.Rows}")),
        Clock(point.Tiers.Min(tier => tier.First), zone),
        Clock(point.Tiers.Max(tier => tier.Last), zone),
    ];

    private static string Clock(DateTime? at, TimeZoneInfo zone) => at is { } known ? Spoken.Clock(known, zone, "yyyy-MM-dd HH:mm zzz") : "–";
}
