using System.CommandLine;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems mqtt status: how the link to the cloud stands.</summary>
internal static class MqttCommand
{
    public static Command Build(Screen screen)
    {
        var status = new Command("status", "the cloud link: its state, the broker, what waits to be sent");
        status.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync("/v1/mqtt", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.CloudView), screen));
            return Exit.Ok;
        });
        return new("mqtt", "the link to the cloud") { status };
    }

    private static Page Draw(CloudView view, Screen screen)
    {
        var tint = view.State switch
        {
            "live" => Tint.Good,
            "offline" => Tint.Bad,
            _ => Tint.Warn,
        };
        var page = screen.NewPage().Row("state", new Ink(view.State, tint), view.Broker, view.State == "offline" ? $"next attempt in {view.RetryInS:0} s" : "");
        if (view.Trouble is { } trouble)
            page.Row("trouble", new Ink(trouble, Tint.Warn));
        return page
            .Row("backlog", $"{view.BehindEntries} entries", $"the receiver has everything up to {view.AcknowledgedEntry}", view.RefusedMessages > 0 ? $"{view.RefusedMessages} messages refused for good" : "")
            .Row("traffic", $"{view.SentMessages} messages sent", $"{view.SentBytes / 1000.0:0.0} kB", $"{view.ReceivedMessages} received", $"{view.Sessions} sessions", $"{view.Attempts} attempts");
    }
}
