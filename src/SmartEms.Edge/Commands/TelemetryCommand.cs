using System.CommandLine;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Commands;

/// <summary>smartems telemetry: what has been measured, from the store itself, beside a running daemon or without one.</summary>
internal static class TelemetryCommand
{
    private const int GapsShown = 20;

    public static Option<string?> Points { get; } = new("--points") { Description = "names with * and ?, as in \"meter1/*,inv1/soc\"; all without it", HelpName = "names" };

    public static Option<string> Since { get; } = new("--since")
    {
        Description = "2h (ago), 14:45, yesterday, 2026-11-20, 2026-11-20T14:45Z",
        HelpName = "time",
        DefaultValueFactory = _ => "2h",
    };

    public static Option<string> Until { get; } = new("--until") { Description = "the same; now without it", HelpName = "time", DefaultValueFactory = _ => "now" };

    public static Option<string?> Every { get; } = new("--every")
    {
        Description = "raw, 1m, 15m, 1h, 1d or another step; fitting the span without it",
        HelpName = "step",
        CompletionSources = { "raw", "1m", "15m", "1h", "1d" },
    };

    public static Option<string> Value { get; } = new("--value")
    {
        Description = "which value of a step: mean, min, max or last",
        HelpName = "mean|min|max|last",
        DefaultValueFactory = _ => "mean",
        CompletionSources = { "mean", "min", "max", "last" },
        Validators =
        {
            result =>
            {
                if (result.Tokens is [{ Value: not ("mean" or "min" or "max" or "last") } other])
                    result.AddError($"--value takes mean, min, max or last, not '{other.Value}'.");
            },
        },
    };

    public static Option<bool> Quality { get; } = new("--quality") { Description = "one more column: the worst trust of the row" };

    public static Command Build(Screen screen) => new("telemetry", "what has been measured: query, export, stats")
    {
        TelemetryQueryCommand.Build(screen),
        TelemetryExportCommand.Build(screen),
        TelemetryStatsCommand.Build(screen),
    };

    /// <summary>Runs a verb's work on the stored telemetry, off the command line's own thread so that Ctrl-C is heard.</summary>
    public static Task<int> WithStoreAsync(ParseResult parsed, Func<ITelemetryReader, CancellationToken, int> work, CancellationToken stop) => Task.Run(() =>
    {
        try
        {
            using var opened = Composition.TelemetryIn(parsed.GetValue(RunCommand.Store)!);
            return work(opened.Reader, stop);
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.Failed, "store", failure.Message, "");
        }
    }, stop);

    /// <summary>The query a command line asks for. <see cref="Refusal"/> when it makes no sense.</summary>
    public static TelemetryQuery QueryOf(ParseResult parsed, Screen screen, ITelemetryReader reader)
    {
        var (from, to) = SpanOf(parsed, screen);
        var step = parsed.GetValue(Every) is not { } text
            ? Step.For(to - from)
            : Step.Parse(text) ?? throw new Refusal(Exit.Usage, "every_unclear", $"'{text}' is not a step", "write it as raw, 1m, 15m, 1h or 1d");
        return new(PointSelection.Choose(reader.Points(), parsed.GetValue(Points)), from, to, step);
    }

    public static (Instant From, Instant To) SpanOf(ParseResult parsed, Screen screen)
    {
        var (from, to) = (When(parsed.GetValue(Since)!, screen.Time), When(parsed.GetValue(Until)!, screen.Time));
        return from < to ? (from, to) : throw new Refusal(Exit.Usage, "span_empty", $"--since ({from}) is not before --until ({to})", "a time of day means the latest one that has been");
    }

    /// <summary>Tells what is missing, on standard error.</summary>
    public static void TellGaps(Screen screen, TelemetryGapView[] gaps)
    {
        foreach (var gap in gaps.Take(GapsShown))
            screen.Say($"  gap {Line(gap)}");
        if (gaps.Length > GapsShown)
            screen.Say($"  and {gaps.Length - GapsShown} more");
    }

    /// <summary>"2026-11-04T02:15:00Z 30 min (15m): the disk was full, 1800 samples".</summary>
    public static string Line(TelemetryGapView gap) =>
        $"{Instant.From(gap.From)} {Spoken.Age((gap.To - gap.From).TotalSeconds)} ({gap.Tier}): {gap.Why}{(gap.Samples > 0 ? $", {gap.Samples} samples" : "")}";

    private static Instant When(string text, TimeProvider time) => Moments.Begun(text, time.GetUtcNow(), time.LocalTimeZone)
        ?? throw new Refusal(Exit.Usage, "time_unclear", $"'{text}' is not a time", "write it as 14:45, 2h (ago), yesterday, 2026-11-20, 2026-11-20T14:45 or 2026-11-20T14:45Z");
}
