using System.Globalization;
using SmartEms.Edge.Adapters.Modbus;

namespace SmartEms.Edge.Control;

/// <summary>A device's line as its trace shows it: the whole line's trace, and which units of it are the device's.</summary>
internal sealed record TracedLine(WireTrace Trace, byte[] Units);

/// <summary>The frames of one device's line, oldest first. <paramref name="Last"/> is the number of the line's newest entry: ask with after=Last for what comes later.</summary>
internal sealed record TraceView(string Device, string Link, long Last, FrameView[] Frames);

/// <summary>One entry of a wire trace. <paramref name="SinceStartS"/> is monotonic, <paramref name="At"/> is the wall clock of that moment.</summary>
internal sealed record FrameView(long Number, double SinceStartS, DateTime At, string Direction, byte Unit)
{
    /// <summary>The bytes as they were on the wire, two digits each.</summary>
    public required string Hex { get; init; }
    public required string Says { get; init; }

    /// <summary>From the request's first byte to the reply's last; null for what was sent.</summary>
    public required double? LatencyMs { get; init; }

    /// <summary>ok, timeout, unreachable, dropped, malformed or exception; null for what was sent.</summary>
    public required string? Outcome { get; init; }
}

/// <summary>The request that looks at the wire.</summary>
internal static class TraceRequests
{
    public const int Usual = 40;

    public static Task<Reply> Frames(Desk desk, Asked asked, CancellationToken stop) => Task.FromResult(Answer(desk, asked));

    private static Reply Answer(Desk desk, Asked asked)
    {
        if (asked.Query("device") is not { Length: > 0 } name)
            return Reply.Error(400, "device_missing", "say which device's line to show", "as in /v1/trace?device=meter1");
        var at = -1;
        for (var i = 0; i < desk.Site.Devices.Length; i++)
            if (desk.Site.Devices[i].Name == name)
                at = i;
        if (at < 0)
            return Reply.Error(404, "unknown_device", $"there is no device {name}", $"the site has {string.Join(", ", desk.Site.Devices.Select(device => device.Name))}");
        if (desk.Trace(name) is not { } line)
            return Reply.Error(501, "no_trace", $"the line of {name} is not traced by this daemon", "smartems devices shows its link");
        if (Whole(asked, "after", 0, long.MaxValue) is not { } after)
            return Reply.Error(400, "after_unclear", "after is the number of an entry", "leave it out for the newest");
        if (Whole(asked, "n", Usual, WireTrace.Entries) is not { } most)
            return Reply.Error(400, "n_unclear", $"n is a number of entries, 1 to {WireTrace.Entries}", $"n={Usual}");
        var last = line.Trace.Count;
        return Reply.Ok(new(name, desk.Site.Devices[at].Link.ToString(), last, [.. line.Trace.Read(after, (int)most, line.Units).Select(Of)]), ViewsJson.Wire.TraceView);
    }

    private static long? Whole(Asked asked, string key, long usual, long most)
    {
        if (asked.Query(key) is not { } text)
            return usual;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most && (number > 0 || key == "after") ? number : null;
    }

    private static FrameView Of(WireEntry entry)
    {
        var isSent = entry.Direction == WireDirection.Sent;
        return new(entry.Number, Math.Round(entry.Since.TotalSeconds, 6), entry.Utc.UtcDateTime, isSent ? "sent" : entry.Direction == WireDirection.Received ? "received" : "line", entry.Unit)
        {
            Hex = Convert.ToHexStringLower(entry.Bytes),
            Says = WireWords.Of(entry),
            LatencyMs = entry.Direction == WireDirection.Received ? Math.Round(entry.Latency.TotalMilliseconds, 3) : null,
            Outcome = isSent ? null : entry.Outcome.Status.ToString().ToLowerInvariant(),
        };
    }
}
