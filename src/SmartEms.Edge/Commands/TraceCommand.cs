using System.CommandLine;
using System.Text;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems trace: the frames on a device's line, as bytes and in words.</summary>
internal static class TraceCommand
{
    private const int HexInLine = 96;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    public static Command Build(Screen screen)
    {
        var device = new Argument<string>("device") { Description = "a device of the site, as smartems devices lists them" };
        var follow = new Option<bool>("--follow", "-f") { Description = "go on until Ctrl-C; with -o json one object per look that brought something" };
        var count = new Option<int>("-n")
        {
            Description = $"how many entries back, 1 to {WireTrace.Entries}",
            HelpName = "count",
            DefaultValueFactory = _ => TraceRequests.Usual,
            Validators =
            {
                result =>
                {
                    if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var given) && given is > 0 and <= WireTrace.Entries))
                        result.AddError($"-n takes 1 to {WireTrace.Entries}.");
                },
            },
        };
        var command = new Command("trace", "the frames on a device's line: bytes, their meaning, latency") { device, follow, count };
        command.SetAction(async (parsed, stop) =>
        {
            var (client, isJson, isFollowing) = (parsed.Client(screen), parsed.IsJson(), parsed.GetValue(follow));
            var target = $"/v1/trace?device={Uri.EscapeDataString(parsed.GetValue(device)!)}";
            var view = await LookAsync(client, $"{target}&n={parsed.GetValue(count)}", screen, isJson ? Shown.Always : Shown.WithHeading, stop);
            while (isFollowing)
            {
                await Task.Delay(Period, screen.Time, stop);
                // A daemon that was restarted counts from the beginning again.
                var next = await LookAsync(client, $"{target}&after={view.Last}&n={WireTrace.Entries}", screen, isJson ? Shown.JsonIfAny : Shown.Rows, stop);
                view = next.Last < view.Last ? next with { Last = 0 } : next;
            }
            return Exit.Ok;
        });
        return command;
    }

    private enum Shown
    {
        Always,
        JsonIfAny,
        WithHeading,
        Rows,
    }

    private static async Task<TraceView> LookAsync(LocalClient client, string target, Screen screen, Shown shown, CancellationToken stop)
    {
        var json = await client.GetAsync(target, stop);
        var view = LocalClient.Read(json, ViewsJson.Wire.TraceView);
        if (shown == Shown.Always || (shown == Shown.JsonIfAny && view.Frames.Length > 0))
            screen.Json(json);
        else if (shown is Shown.WithHeading or Shown.Rows)
            screen.Show(Draw(view, screen, shown == Shown.WithHeading));
        return view;
    }

    internal static Page Draw(TraceView view, Screen screen, bool withHeading)
    {
        var page = screen.NewPage();
        if (withHeading)
            page.Line(new($"{view.Device}  {view.Link}", Tint.Bold));
        foreach (var frame in view.Frames)
            Row(page, frame, screen);
        if (withHeading && view.Frames.Length == 0)
            page.Line("nothing has gone over this line yet");
        return page;
    }

    private static void Row(Page page, FrameView frame, Screen screen)
    {
        var isSent = frame.Direction == "sent";
        var arrow = isSent ? "→" : frame.Direction == "received" ? "←" : "·";
        var tint = frame.Outcome is null or "ok" ? Tint.None : frame.Outcome == "exception" ? Tint.Warn : Tint.Bad;
        var outcome = frame.Outcome is null or "ok" or "exception" ? "" : $"{frame.Outcome}: ";
        var latency = frame.LatencyMs is { } ms ? $"  {ms:0.0} ms" : "";
        page.Line(new($"{Spoken.Clock(frame.At, screen.Time.LocalTimeZone, "HH:mm:ss.fff")} {arrow} unit {frame.Unit}  {outcome}{frame.Says}{latency}", tint));
        if (frame.Hex.Length > 0)
            page.Line(new($"  {Spaced(frame.Hex)}", Tint.Dim));
    }

    /// <summary>Bytes apart from each other, and no more of them than a line wants.</summary>
    private static string Spaced(string hex)
    {
        var spaced = new StringBuilder(hex.Length * 2);
        for (var i = 0; i < Math.Min(hex.Length, HexInLine); i += 2)
            spaced.Append(i == 0 ? "" : " ").Append(hex, i, 2);
        return hex.Length > HexInLine ? spaced.Append($" … {hex.Length / 2} bytes").ToString() : spaced.ToString();
    }
}
