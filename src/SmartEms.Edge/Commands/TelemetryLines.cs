using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Commands;

/// <summary>Writes rows for programs, line by line: csv, or jsonl. Times are RFC 3339 in UTC, numbers the shortest that read back the same, unknown is empty or null.</summary>
internal sealed class TelemetryLines(TextWriter output, TelemetryQuery query, bool isJson)
{
    private const int Chunk = 16 * 1024;
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private readonly StringBuilder text = new(Chunk + 4096);
    private readonly string[] keys = Array.ConvertAll(query.Headings, heading => $",\"{JsonEncodedText.Encode(heading, ViewsJson.Wire.Options.Encoder)}\":");

    /// <summary>Which value of a step: mean, min, max or last.</summary>
    public string Value { get; init; } = "mean";

    /// <summary>One more column with the worst trust of the row.</summary>
    public bool WithQuality { get; init; }

    public static TelemetryLines Of(ParseResult parsed, TextWriter output, TelemetryQuery query) => new(output, query, parsed.GetValue(Options.Output) == "jsonl")
    {
        Value = parsed.GetValue(TelemetryCommand.Value)!,
        WithQuality = parsed.GetValue(TelemetryCommand.Quality),
    };

    public void Begin()
    {
        if (isJson)
            return;
        text.Append("time");
        foreach (var heading in query.Headings)
            text.Append(',').Append(Quoted(heading));
        text.Append(WithQuality ? ",quality\n" : "\n");
    }

    public void Row(WideRow row)
    {
        text.Append(isJson ? "{\"time\":\"" : "");
        Time(row.At);
        text.Append(isJson ? "\"" : "");
        for (var i = 0; i < row.Cells.Length; i++)
        {
            text.Append(isJson ? keys[i] : ",");
            if (Resampling.HasValue(row.Cells[i]))
                text.Append(Plain, $"{Chosen(row.Cells[i])}");
            else
                text.Append(isJson ? "null" : "");
        }
        if (WithQuality)
            text.Append(isJson ? ",\"quality\":\"" : ",").Append(TelemetryViews.Word(row.Worst)).Append(isJson ? "\"" : "");
        text.Append(isJson ? "}\n" : "\n");
        if (text.Length >= Chunk)
            Send();
    }

    public void End()
    {
        Send();
        output.Flush();
    }

    private void Send()
    {
        output.Write(text);
        text.Clear();
    }

    private void Time(Instant at)
    {
        var moment = at.ToDateTimeOffset();
        if (at.UnixMilliseconds % 1000 == 0)
            text.Append(Plain, $"{moment:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        else
            text.Append(Plain, $"{moment:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}");
    }

    private double Chosen(in TelemetryRow cell) => Value switch { "min" => cell.Min, "max" => cell.Max, "last" => cell.Last, _ => cell.Mean };

    private static string Quoted(string heading) => heading.AsSpan().ContainsAny(",\"\n\r") ? $"\"{heading.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : heading;
}
