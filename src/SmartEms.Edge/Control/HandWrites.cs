using System.Globalization;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Control;

/// <summary>What became of a write by hand; words as they stood before and after, null where they could not be read.</summary>
internal sealed record HandWriteView(string Place, int Unit, string Space, int Address, string Reason)
{
    public required int[]? Before { get; init; }
    public required int[] Written { get; init; }
    public required int[]? After { get; init; }

    /// <summary>Ok, or why not.</summary>
    public required string Outcome { get; init; }

    /// <summary>It stands in the ledger.</summary>
    public required bool Recorded { get; init; }

    public static HandWriteView Of(HandWrite done, bool isRecorded) => new(done.Place, done.Span.Unit, Words.Of(done.Span.Space), done.Span.Address, done.Reason)
    {
        Before = done.Before.IsEmpty ? null : Array.ConvertAll(done.Before.ToArray(), word => (int)word),
        Written = Array.ConvertAll(done.Written.ToArray(), word => (int)word),
        After = done.After.IsEmpty ? null : Array.ConvertAll(done.After.ToArray(), word => (int)word),
        Outcome = done.Outcome,
        Recorded = isRecorded,
    };
}

/// <summary>The requests of people who write registers themselves: through the daemon's own line, or beside it, to be recorded only.</summary>
internal static class HandWrites
{
    private const int MostWords = 4;

    /// <summary>Writes on the device's own line, between the daemon's transactions, and reads back. Recorded whatever came of it.</summary>
    public static async Task<Reply> WriteAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (Barred(desk, asked) is { } barred)
            return barred;
        var name = asked.Query("device") ?? "";
        if (desk.LineOf(name) is not { } bus)
            return Reply.Error(404, "unknown_device", $"there is no device {name}", $"the site has {string.Join(", ", desk.Site.Devices.Select(device => device.Name))}");
        var link = desk.Site.Devices.First(device => device.Name == name).Link;
        if (Order(desk, asked, link.Place) is not { } order)
            return Unclear;
        var function = asked.Query("function") == "single" ? WriteFunction.Single : WriteFunction.Multiple;
        var (done, _) = await DoAsync(bus, order, function, stop);
        return Reply.Ok(HandWriteView.Of(done, await desk.RecordWrite(done)), ViewsJson.Wire.HandWriteView);
    }

    /// <summary>Takes down what somebody has written past the daemon.</summary>
    public static async Task<Reply> NoteAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (Barred(desk, asked) is { } barred)
            return barred;
        if (Order(desk, asked, asked.Query("place") ?? "") is not { } order)
            return Unclear;
        var done = order with { Before = Parsed(asked.Query("before")), After = Parsed(asked.Query("after")), Outcome = asked.Query("outcome") ?? "Ok" };
        return Reply.Ok(HandWriteView.Of(done, await desk.RecordWrite(done)), ViewsJson.Wire.HandWriteView);
    }

    /// <summary>The query that <see cref="WriteAsync"/> and <see cref="NoteAsync"/> read.</summary>
    public static string Query(HandWrite done)
    {
        string Of(ReadOnlyMemory<ushort> words) => string.Concat(words.ToArray().Select(word => word.ToString("X4", CultureInfo.InvariantCulture)));
        var query = $"unit={done.Span.Unit}&space={Words.Of(done.Span.Space)}&address={done.Span.Address}&words={Of(done.Written)}&before={Of(done.Before)}&after={Of(done.After)}";
        return $"{query}&place={Uri.EscapeDataString(done.Place)}&by={Uri.EscapeDataString(done.By)}&reason={Uri.EscapeDataString(done.Reason)}&outcome={Uri.EscapeDataString(done.Outcome)}";
    }

    /// <summary>Reads, writes and reads back; what failed stands in the outcome.</summary>
    public static async Task<(HandWrite Done, BusReply Reply)> DoAsync(IRegisterBus bus, HandWrite order, WriteFunction function, CancellationToken stop)
    {
        var (before, after) = (new ushort[order.Span.Count], new ushort[order.Span.Count]);
        var old = await bus.ReadAsync(order.Span, before, stop);
        var reply = await bus.WriteAsync(order.Span, order.Written, function, stop);
        var outcome = reply.IsOk ? "Ok" : bus.Fault is { } fault ? $"{reply}: {fault}" : reply.ToString();
        var read = reply.IsOk ? await bus.ReadAsync(order.Span, after, stop) : reply;
        var done = order with { Before = old.IsOk ? before : default(ReadOnlyMemory<ushort>), After = read.IsOk ? after : default(ReadOnlyMemory<ushort>), Outcome = outcome };
        return (done, reply);
    }

    /// <summary>Who may not order may not write either.</summary>
    private static Reply? Barred(Desk desk, Asked asked) => asked.Caller.MayOrder(desk.OwnUid, desk.ReadFile)
        ? null
        : Reply.Error(403, "not_allowed", $"{asked.Caller.Said(desk.ReadFile)} may look but not write", $"join the group {Caller.Operators}, or use sudo");

    private static Reply Unclear => Reply.Error(
        400, "write_unclear", "a write wants unit, space, address, words and reason", $"as in unit=1&space=holding&address=7&words=002A&reason=why; at most {MostWords} words");

    private static HandWrite? Order(Desk desk, Asked asked, string place)
    {
        var words = Parsed(asked.Query("words"));
        if (!byte.TryParse(asked.Query("unit"), NumberStyles.None, CultureInfo.InvariantCulture, out var unit)
            || !ushort.TryParse(asked.Query("address"), NumberStyles.None, CultureInfo.InvariantCulture, out var address)
            || words.Length is < 1 or > MostWords || address + words.Length > 0x10000 || place.Length == 0
            || string.IsNullOrWhiteSpace(asked.Query("reason")))
            return null;
        RegisterSpace? space = asked.Query("space") switch { "holding" => RegisterSpace.HoldingRegister, "coil" => RegisterSpace.Coil, _ => null };
        return space is { } known ? new(By(desk, asked), asked.Query("reason")!, place, new(unit, known, address, (ushort)words.Length), words) : null;
    }

    /// <summary>Whom the kernel names, and for whom root says that it acts; a name that is only sent proves nothing.</summary>
    private static string By(Desk desk, Asked asked)
    {
        var said = asked.Caller.Said(desk.ReadFile);
        return asked.Caller.Uid == 0 && asked.Query("by") is { Length: > 0 } person and not "root" ? $"{said} for {person}" : said;
    }

    private static ushort[] Parsed(string? hex)
    {
        if (hex is null || hex.Length % 4 != 0)
            return [];
        var words = new ushort[hex.Length / 4];
        for (var i = 0; i < words.Length; i++)
            if (!ushort.TryParse(hex.AsSpan(i * 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out words[i]))
                return [];
        return words;
    }
}
