using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The binary's words to the service manager: ready when control runs, alive while it does, silent when it stands still.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class WatchdogTests(ITestOutputHelper story)
{
    [Fact]
    public async Task It_is_ready_when_control_runs_alive_while_it_does_and_silent_when_it_stands()
    {
        await using var site = await SiteOnWire.StartAsync();
        using Supervision supervision = new(site.PathOf("notify"));
        await using var daemon = DaemonUnderTest.Start(site, ("NOTIFY_SOCKET", site.PathOf("notify")), ("WATCHDOG_USEC", "600000"));
        var ready = await supervision.NextAsync("READY=1");
        var why = await daemon.AskAsync("why");
        Assert.True(why.Exit == 0, $"ready was said before anything was decided: {why}");
        for (var i = 0; i < 5; i++)
            await supervision.NextAsync("WATCHDOG=1");
        await supervision.NextAsync("STATUS=running, 0 findings");
        await daemon.SignalAsync("STOP");
        await supervision.DrainAsync();
        Assert.Null(await supervision.TryNextAsync("", TimeSpan.FromSeconds(2)));
        await daemon.SignalAsync("CONT");
        await supervision.NextAsync("WATCHDOG=1");
        await daemon.SignalAsync("TERM");
        await supervision.NextAsync("STOPPING=1");
        var exit = await daemon.EndAsync();
        Assert.True(exit == 0, $"exit {exit}: {daemon.Said}");
        story.WriteLine(ready);
    }
}
