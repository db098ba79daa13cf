using System.CommandLine;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems mqtt status: how the links to the cloud and to the house stand.</summary>
internal static class MqttCommand
{
    public static Command Build(Screen screen)
    {
        var status = new Command("status", "the links to cloud and house: their state, the brokers, what waits to be sent");
        status.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync("/v1/mqtt", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.LinksView), screen));
            return Exit.Ok;
        });
        return new("mqtt", "the links to the cloud and to the house") { status };
    }

    private static Page Draw(LinksView view, Screen screen)
    {
        var page = screen.NewPage();
        if (view.Cloud is { } cloud)
            Draw(State(page, "cloud", (cloud.State, cloud.Broker, cloud.Trouble), cloud.RetryInS), cloud);
        if (view.Home is { } home)
            State(page, "house", (home.State, home.Broker, home.Trouble), home.RetryInS)
                .Row("traffic", $"{home.SentMessages} messages sent", $"{home.SentBytes / 1000.0:0.0} kB", $"{home.Sessions} sessions", $"{home.Attempts} attempts");
        return page;
    }

    private static Page State(Page page, string name, (string State, string Broker, string? Trouble) link, double retryInS)
    {
        var tint = link.State switch
        {
            "live" => Tint.Good,
            "offline" => Tint.Bad,
            _ => Tint.Warn,
        };
        page.Row(name, new Ink(link.State, tint), link.Broker, link.State == "offline" ? $"next attempt in {retryInS:0} s" : "");
        return link.Trouble is { } trouble ? page.Row("trouble", new Ink(trouble, Tint.Warn)) : page;
    }

    private static void Draw(Page page, CloudView view)
    {
        page
            .Row("backlog", $"{view.BehindEntries} entries", $"the receiver has everything up to {view.AcknowledgedEntry}", view is { State: "live", BehindEntries: > 0 } ? "the rest is sent; it is asked once an hour" : "", view.RefusedMessages > 0 ? $"{view.RefusedMessages} messages refused for good" : "")
            .Row("traffic", $"{view.SentMessages} messages sent", $"{view.SentBytes / 1000.0:0.0} kB", $"{view.ReceivedMessages} received", $"{view.Sessions} sessions", $"{view.Attempts} attempts");
    }
}
