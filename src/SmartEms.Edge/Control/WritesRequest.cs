using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Control;

/// <summary>Every register that may be written.</summary>
internal sealed record WritesView(SiteView Site, DateTime At, RegisterWritesView[] Registers);

/// <summary>One register: what its memory bears, and what it has borne. The limits are null where it may be written as often as one likes.</summary>
internal sealed record RegisterWritesView
{
    public required string Device { get; init; }
    public required string Point { get; init; }
    public required string Register { get; init; }

    /// <summary>volatile, flash, or unknown (counted like flash).</summary>
    public required string Wear { get; init; }

    /// <summary>In its life, as far as it is known; where there is no limit, since the program started.</summary>
    public required long Written { get; init; }

    /// <summary>At the pace since counting began; null during the first hour.</summary>
    public required double? WrittenPerDay { get; init; }
    public required double? PerDayMax { get; init; }
    public required long? LifetimeMax { get; init; }

    /// <summary>Writes that may be made now; a quarter of a burst is kept for those that only tighten.</summary>
    public required double? LeftNow { get; init; }

    /// <summary>At the pace so far.</summary>
    public required double? LifeYears { get; init; }
}

/// <summary>GET /v1/writes.</summary>
internal static class WritesRequest
{
    public static Task<Reply> AnswerAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (desk.Latest() is not { } now)
            return Task.FromResult(Reply.Error(503, "starting", "the daemon has just started and has not looked at the site yet", "ask again in a second"));
        return Task.FromResult(Reply.Ok(new WritesView(Parts.Of(desk.Site), Parts.Of(now.At), [.. desk.Writes().Select(use => Of(use, now.At))]), ViewsJson.Wire.WritesView));
    }

    private static RegisterWritesView Of(RegisterUse use, Instant now) => new()
    {
        Device = use.Device,
        Point = use.Point,
        Register = use.Span.ToString(),
        Wear = Words.Of(use.Wear),
        Written = use.Counted?.Written ?? 0,
        WrittenPerDay = Rounded(use.Counted?.PerDay(now)),
        PerDayMax = use.Limits.IsUnlimited ? null : use.Limits.PerDay,
        LifetimeMax = use.Limits.IsUnlimited ? null : use.Limits.Lifetime,
        LeftNow = use.Limits.IsUnlimited ? null : Math.Floor(use.Counted?.Tokens ?? use.Limits.Burst),
        LifeYears = Rounded(use.Counted?.LifeYears(now, use.Limits)),
    };

    private static double? Rounded(double? value) => value is { } known ? Math.Round(known, 1) : null;
}
