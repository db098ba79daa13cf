using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Control;

/// <summary>The requests that look at stored telemetry.</summary>
internal static class TelemetryRequests
{
    /// <summary>How far back an answer goes when nobody says.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromHours(2);

    public static Reply Nothing { get; } = Reply.Error(501, "no_telemetry", "this daemon stores no telemetry", "give it a store: smartems run --store");

    private static Reply TooMuch { get; } = Reply.Error(
        413, "too_many_rows", $"the answer has more than {TelemetryViews.MostRows} rows or {TelemetryViews.MostValues} values",
        "ask for fewer points, a shorter span, or a larger every; smartems telemetry export has no limit");

    public static Task<Reply> PointsAsync(Desk desk, Asked asked, CancellationToken stop) => AskedOf(desk, window => window.AskAsync(
        (reader, _) => Reply.Ok(new([.. reader.Points().Select(TelemetryViews.Of)]), ViewsJson.Wire.TelemetryPointsView), stop));

    public static Task<Reply> RowsAsync(Desk desk, Asked asked, CancellationToken stop) => AskedOf(desk, window =>
    {
        var (from, to) = Span(asked, Now(desk, window));
        var step = StepOf(asked, to - from);
        return window.AskAsync((reader, ended) =>
        {
            var query = new TelemetryQuery(PointSelection.Choose(reader.Points(), asked.Query("points")), from, to, step);
            // Without a look into the store: that many stretches could be filled.
            if (query.MostRows > TelemetryViews.MostRows)
                return TooMuch;
            return TelemetryViews.Of(query, reader, ended) is { } view ? Reply.Ok(view, ViewsJson.Wire.TelemetryView) : TooMuch;
        }, stop);
    });

    public static Task<Reply> GapsAsync(Desk desk, Asked asked, CancellationToken stop) => AskedOf(desk, window =>
    {
        var (from, to) = Span(asked, Now(desk, window));
        return window.AskAsync((reader, _) => Gaps(reader.Gaps(from, to), from, to), stop);
    });

    private static Reply Gaps(IReadOnlyList<TelemetryGap> gaps, Instant from, Instant to) => gaps.Count > TelemetryViews.MostRows
        ? TooMuch
        : Reply.Ok(new(Parts.Of(from), Parts.Of(to), [.. gaps.Select(TelemetryViews.Of)]), ViewsJson.Wire.TelemetryGapsView);

    private static async Task<Reply> AskedOf(Desk desk, Func<TelemetryWindow, Task<Reply>> ask)
    {
        if (desk.Telemetry is not { } window)
            return Nothing;
        try
        {
            return await ask(window);
        }
        catch (Refusal refusal)
        {
            return Reply.Error(400, refusal.Code, refusal.Message, refusal.Hint);
        }
    }

    /// <summary>The site's now: it lives in a time of its own when it is simulated.</summary>
    private static DateTimeOffset Now(Desk desk, TelemetryWindow window) => desk.Latest()?.At.ToDateTimeOffset() ?? window.Time.GetUtcNow();

    private static (Instant From, Instant To) Span(Asked asked, DateTimeOffset now)
    {
        // The moment of the last image is part of it.
        var to = When(asked, "until", now) ?? Instant.From(now) + TimeSpan.FromMilliseconds(1);
        var from = When(asked, "since", now) ?? to + -Usual;
        return from < to ? (from, to) : throw new Refusal(Exit.Usage, "span_empty", $"since ({from}) is not before until ({to})", "swap them");
    }

    private static Instant? When(Asked asked, string name, DateTimeOffset now)
    {
        if (asked.Query(name) is not { } text)
            return null;
        // A + that was not escaped arrives as a space.
        return Moments.Rfc3339(text.Replace(' ', '+')) ?? Moments.Back(text, now)
            ?? throw new Refusal(Exit.Usage, "time_unclear", $"{name}={text} is not a moment", $"write it as in {name}=2026-11-20T14:45:00Z or {name}=2h");
    }

    private static Step StepOf(Asked asked, TimeSpan span)
    {
        if (asked.Query("every") is not { } text)
            return Step.For(span);
        return Step.Parse(text) ?? throw new Refusal(Exit.Usage, "every_unclear", $"every={text} is not a step", "write it as raw, 1m, 15m, 1h or 1d");
    }
}
