using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Commands;

/// <summary>smartems telemetry query: a table for people, or csv, jsonl and json for programs.</summary>
internal static class TelemetryQueryCommand
{
    private const int GapsShown = 5;

    public static Command Build(Screen screen)
    {
        var command = new Command("query", "stored values as a table; -o csv, jsonl or json for programs")
        {
            TelemetryCommand.Points, TelemetryCommand.Since, TelemetryCommand.Until, TelemetryCommand.Every, TelemetryCommand.Value, TelemetryCommand.Quality, RunCommand.Store,
        };
        command.SetAction((parsed, stop) => TelemetryCommand.WithStoreAsync(parsed, (reader, ended) => Run(parsed, screen, reader, ended), stop));
        return command;
    }

    private static int Run(ParseResult parsed, Screen screen, ITelemetryReader reader, CancellationToken stop)
    {
        var query = TelemetryCommand.QueryOf(parsed, screen, reader);
        var form = parsed.GetValue(Options.Output)!;
        if (form is "csv" or "jsonl")
        {
            var gaps = query.Gaps(reader);
            var lines = TelemetryLines.Of(parsed, screen.Out, query);
            lines.Begin();
            foreach (var row in query.Rows(reader, gaps))
            {
                stop.ThrowIfCancellationRequested();
                lines.Row(row);
            }
            lines.End();
            TelemetryCommand.TellGaps(screen, [.. gaps.Missing().Select(TelemetryViews.Of)]);
            return Exit.Ok;
        }
        var view = TelemetryViews.Of(query, reader, stop) ?? throw new Refusal(
            Exit.Failed, "too_many_rows", $"that is more than {TelemetryViews.MostRows} rows or {TelemetryViews.MostValues} values",
            "name fewer --points, a shorter span or a larger --every; -o csv and -o jsonl have no limit");
        if (form == "json")
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, ViewsJson.Wire.TelemetryView));
        else
            screen.Show(Draw(view, parsed.GetValue(TelemetryCommand.Value)!, screen));
        return Exit.Ok;
    }

    internal static Page Draw(TelemetryView view, string value, Screen screen)
    {
        var (page, zone) = (screen.NewPage(), screen.Time.LocalTimeZone);
        Column[] columns = [new("TIME"), .. view.Points.Select(point => new Column($"{point.Name}{(point.Unit.Length > 0 ? $" ({point.Unit})" : "")}", true))];
        if (view.Rows.Length > 0)
            page.Table(columns, [.. view.Rows.Select(row => Cells(row, value, zone))]);
        page.Line(new($"{Spoken.Count(view.Rows.Length, "row")}, {(view.Every == "raw" ? "raw" : $"{value} of {view.Every}")}, {Instant.From(view.From)} to {Instant.From(view.To)}", Tint.Dim));
        foreach (var gap in view.Gaps.Take(GapsShown))
            page.Line(new($"gap {TelemetryCommand.Line(gap)}", Tint.Warn));
        if (view.Gaps.Length > GapsShown)
            page.Line(new($"and {view.Gaps.Length - GapsShown} more gaps", Tint.Warn));
        return page;
    }

    private static Ink[] Cells(TelemetryRowView row, string value, TimeZoneInfo zone)
    {
        var values = value switch { "min" => row.Min, "max" => row.Max, "last" => row.Last, _ => row.Values } ?? row.Values;
        var cells = new Ink[values.Length + 1];
        cells[0] = Spoken.Clock(row.Time, zone, "yyyy-MM-dd HH:mm:ss zzz");
        for (var i = 0; i < values.Length; i++)
            cells[i + 1] = Cell(values[i], row.Quality[i]);
        return cells;
    }

    /// <summary>A value that is not wholly good carries a word for it: colour alone says nothing on paper.</summary>
    private static Ink Cell(double? value, string? quality) => (value, quality) switch
    {
        (null, null) => new Ink("–", Tint.Dim),
        (null, _) => new Ink($"– {quality}", Tint.Warn),
        ({ } known, "good") => known.ToString("0.###", CultureInfo.InvariantCulture),
        ({ } known, _) => new Ink($"{known.ToString("0.###", CultureInfo.InvariantCulture)} {quality}", Tint.Warn),
    };
}
