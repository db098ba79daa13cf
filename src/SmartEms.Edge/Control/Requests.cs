using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;

namespace SmartEms.Edge.Control;

/// <summary>What the local API may look at and set going; nothing else of the daemon is in its reach.</summary>
internal sealed record Desk(Site Site, string Version, Func<Snapshot?> Latest)
{
    /// <summary>The record of the quarter-hour that holds a moment, or null. <see cref="IOException"/> when the store fails.</summary>
    public Func<Instant, CycleRecord?> RecordAt { get; init; } = _ => null;

    /// <summary>Hands every device back to its own automatic; true when all have confirmed it. Null where there is nothing to release.</summary>
    public Func<CancellationToken, Task<bool>>? Release { get; init; }

    /// <summary>The wire trace of a device's line; null where none is kept.</summary>
    public Func<string, TracedLine?> Trace { get; init; } = _ => null;

    /// <summary>Reads the site file again and takes it into use, for whom, and which text is expected (its SHA-256, or null). Null where no file can be read again.</summary>
    public Func<Asker, string?, CancellationToken, Task<ReloadAnswer>>? Reload { get; init; }

    /// <summary>Every register that may be written, with its count.</summary>
    public Func<ImmutableArray<RegisterUse>> Writes { get; init; } = () => [];

    /// <summary>What rule, plan and policy would have paid; null where nothing is planned.</summary>
    public Func<Contest?> Contest { get; init; } = () => null;

    /// <summary>Takes orders by hand; null where there is nobody to take them.</summary>
    public OrderBook? Orders { get; init; }

    /// <summary>The daemon's own user: it may order.</summary>
    public int OwnUid { get; init; } = Identity.EffectiveUid;

    /// <summary>Reads a file of the system's users and groups; empty when it cannot be read.</summary>
    public Func<string, string> ReadFile { get; init; } = Caller.SystemFile;

    /// <summary>The line of a device by its name; null for a device that is not there or may not be spoken to.</summary>
    public Func<string, IRegisterBus?> LineOf { get; init; } = _ => null;

    /// <summary>Takes down a write by hand; true once it is durable.</summary>
    public Func<HandWrite, Task<bool>> RecordWrite { get; init; } = _ => Task.FromResult(false);

    /// <summary>The cloud link as it stands; null where the site has none.</summary>
    public Func<UplinkerLook>? Cloud { get; init; }

    /// <summary>The link to the broker of the house; null where the site has none.</summary>
    public Func<UplinkLook>? Home { get; init; }

    /// <summary>The window onto stored telemetry; null where nothing is stored.</summary>
    public TelemetryWindow? Telemetry { get; init; }

    /// <summary>Looks a record up in a store; <see cref="InvalidDataException"/> when it is damaged.</summary>
    public static CycleRecord? RecordIn(IStore store, Instant at)
    {
        var slot = Slot.Of(at);
        var entry = store.Read(LedgerKind.Cycle, slot.Start, slot.End).LastOrDefault();
        return entry is null ? null : CycleRecord.FromBytes(entry.Body);
    }
}

/// <summary>What was asked beside the path.</summary>
internal readonly record struct Asked(Func<string, string?> Query, Caller Caller);

/// <summary>An answer: the HTTP status, and one JSON object on one line.</summary>
internal sealed record Reply(int Status, byte[] Json)
{
    public static Reply Ok<T>(T view, JsonTypeInfo<T> type) => new(200, JsonSerializer.SerializeToUtf8Bytes(view, type));

    public static Reply Error(int status, string code, string message, string hint) => Error(status, new(code, message, hint));

    public static Reply Error(int status, ErrorView error) => new(status, JsonSerializer.SerializeToUtf8Bytes(error, ViewsJson.Wire.ErrorView));
}

/// <summary>One request: what it is called, what it does, who answers it.</summary>
internal sealed record Request(string Method, string Path, string Does, Func<Desk, Asked, CancellationToken, Task<Reply>> Answer);

/// <summary>Every request of the local API, in one table.</summary>
internal static class Requests
{
    public static IReadOnlyList<Request> All { get; } =
    [
        new("GET", "/v1/status", "the site now: power, batteries, decision, findings, devices", Now((desk, now) => Reply.Ok(Pages.Status(now, desk.Site, desk.Version), ViewsJson.Wire.StatusView))),
        new("GET", "/v1/devices", "every device and its link", Now((desk, now) => Reply.Ok(Pages.Devices(now, desk.Site), ViewsJson.Wire.DevicesView))),
        new("GET", "/v1/writes", "every register that may be written: how often it was, how often it may be, how long it lasts", WritesRequest.AnswerAsync),
        new("GET", "/v1/savings", "what each day would have cost without a battery, under rule, plan and policy, and what was saved: ?days=14", SavingsRequest.AnswerAsync),
        new("GET", "/v1/why", "the decision of the quarter-hour that holds ?at=<RFC 3339> (now without it)", (desk, asked, _) => Task.FromResult(Why(desk, asked))),
        new("GET", "/v1/telemetry/points", "every stored telemetry point and its unit", TelemetryRequests.PointsAsync),
        new("GET", "/v1/telemetry", "stored rows: ?points=meter1/*,inv1/soc&since=<RFC 3339 or 2h>&until=…&every=raw|1m|15m|1h|1d", TelemetryRequests.RowsAsync),
        new("GET", "/v1/telemetry/gaps", "stretches known to be missing: ?since=…&until=…", TelemetryRequests.GapsAsync),
        new("GET", "/v1/trace", "the frames on a device's line: ?device=meter1&after=<number>&n=40", TraceRequests.Frames),
        new("GET", "/v1/version", "the running program", (desk, _, _) => Task.FromResult(Reply.Ok(Version(desk.Version), ViewsJson.Wire.VersionView))),
        new("GET", "/v1/requests", "this table", (_, _, _) => Task.FromResult(Reply.Ok(Table(), ViewsJson.Wire.RequestsView))),
        new("GET", "/v1/mqtt", "the links to cloud and house: their state, the brokers, what waits to be sent", CloudRequest.AnswerAsync),
        new("GET", "/v1/orders", "what has been ordered by hand and stands now", OrderRequests.ListAsync),
        new("POST", "/v1/orders", "?do=set|hold|release|limit|maintenance|stop|reset&part=…&value=…&lease=15m&reason=…", OrderRequests.OrderAsync),
        new("POST", "/v1/write", "writes registers by hand on a device's own line: ?device=inv1&unit=1&space=holding&address=7&words=002A&reason=why&function=single", HandWrites.WriteAsync),
        new("POST", "/v1/written", "takes down a write that was made past the daemon: ?place=tcp://192.168.3.21:502, and as /v1/write", HandWrites.NoteAsync),
        new("POST", "/v1/reload", "reads the site file again and takes it into use as a whole, or says every problem and changes nothing: ?sha256=<of the text that is expected>", ReloadRequest.AnswerAsync),
        new("POST", "/v1/release", "hands every device back to its own automatic", ReleaseAsync),
    ];

    /// <summary>Answers a request, or says what is wrong with it.</summary>
    public static Task<Reply> AnswerAsync(Desk desk, string method, string path, Asked asked, CancellationToken stop)
    {
        var methods = "";
        foreach (var request in All)
        {
            if (request.Path != path)
                continue;
            if (request.Method == method)
                return request.Answer(desk, asked, stop);
            methods = methods.Length == 0 ? request.Method : $"{methods}, {request.Method}";
        }
        return Task.FromResult(methods.Length == 0
            ? Reply.Error(404, "unknown_request", $"there is no {path}", "GET /v1/requests lists what there is")
            : Reply.Error(405, "wrong_method", $"{path} does not answer {method}", $"use {methods}"));
    }

    public static VersionView Version(string version) => new(version, RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier);

    private static RequestsView Table() => new([.. All.Select(request => new RequestView(request.Method, request.Path, request.Does))]);

    private static Func<Desk, Asked, CancellationToken, Task<Reply>> Now(Func<Desk, Snapshot, Reply> answer) => (desk, _, _) => Task.FromResult(
        desk.Latest() is { } now ? answer(desk, now) : Reply.Error(503, "starting", "the daemon has just started and has not looked at the site yet", "ask again in a second"));

    private static Reply Why(Desk desk, Asked asked)
    {
        if (When(desk, asked) is not { } at)
            return asked.Query("at") is { } text
                ? Reply.Error(400, "time_unclear", $"at={text} is not a moment", "write it as in at=2026-11-20T14:45:00Z")
                : Reply.Error(503, "starting", "the daemon has just started and has decided nothing yet", "ask again in a second");
        try
        {
            if (desk.RecordAt(at) is not { } record)
                return Reply.Error(404, "no_record", $"no decision is recorded for the quarter-hour of {Slot.Of(at)}", "the daemon did not run then, or the record has been pruned");
            return Pages.Fits(record, desk.Site)
                ? Reply.Ok(Pages.Why(record, desk.Site), ViewsJson.Wire.WhyView)
                : Reply.Error(409, "other_site", $"the record of {Slot.Of(at)} was made under another site file (SHA-256 {record.SiteHash})", "smartems replay reads it with the site file of its time");
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return Reply.Error(500, "store_failing", $"the record cannot be read: {failure.Message}", "check the disk: df -h, dmesg");
        }
    }

    private static Instant? When(Desk desk, Asked asked)
    {
        if (asked.Query("at") is not { } text)
            return desk.Latest()?.At;
        // A + that was not escaped arrives as a space: 14:45 01:00.
        return Moments.Rfc3339(text.Replace(' ', '+'));
    }

    private static async Task<Reply> ReleaseAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (desk.Release is not { } release)
            return Reply.Error(501, "nothing_to_release", "this daemon controls no device", "smartems devices shows what it reads");
        return await release(stop)
            ? Reply.Ok(new(true), ViewsJson.Wire.ReleaseView)
            : Reply.Error(502, "not_released", "not every device has confirmed its release", "smartems devices shows which one is away; its own fallback takes over");
    }
}
