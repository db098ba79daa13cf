using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>P6: told to stop, in whatever it is doing, it hands every device back, reads back that it took it, says so, and ends in time.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class StopTests(ITestOutputHelper story)
{
    private const byte WriteOne = 6, WriteMany = 16;

    [Theory]
    [InlineData("starting")]
    [InlineData("first image")]
    [InlineData("first decision")]
    [InlineData("write in flight")]
    [InlineData("limiting")]
    public async Task P6_it_stops_in_order_in_every_phase(string phase)
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => IsIn(phase, site, daemon), () => $"{phase} did not come: {site.State}\n{daemon.Said}");
        var took = await StopAsync(daemon);
        story.WriteLine($"{phase}: stopped in {took.TotalSeconds:0.00} s");
        Assert.Contains("stopped; every device follows its own automatic again", daemon.Said, StringComparison.Ordinal);
        Assert.Contains("inv1: BatteryDischarge: released and read back", daemon.Said, StringComparison.Ordinal);
        Assert.Contains("wallbox1: EvCurrent: ", daemon.Said, StringComparison.Ordinal);
        Assert.True(site.Physics(physics => !physics.Batteries[0].IsCommanded && !physics.PvPlants[0].IsLimited), $"{site.State}\n{daemon.Said}");
        Assert.True(took < Bundle.Guard, $"it took {took}");
    }

    [Fact]
    public async Task P6_a_device_that_is_away_does_not_hold_up_the_others()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        await using var daemon = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        site.TapOf("wallbox1").CutOff();
        var took = await StopAsync(daemon);
        story.WriteLine($"a charger away: stopped in {took.TotalSeconds:0.00} s");
        Assert.Contains("inv1: BatteryDischarge: released and read back", daemon.Said, StringComparison.Ordinal);
        Assert.Contains("wallbox1: EvCurrent: not released", daemon.Said, StringComparison.Ordinal);
        Assert.True(site.Physics(physics => !physics.Batteries[0].IsCommanded && !physics.PvPlants[0].IsLimited), site.State);
    }

    private static bool IsIn(string phase, SiteOnWire site, DaemonUnderTest daemon) => phase switch
    {
        "starting" => daemon.Said.Contains("smartems ", StringComparison.Ordinal),
        "first image" => daemon.Said.Contains("first complete process image", StringComparison.Ordinal),
        "first decision" => File.Exists(daemon.Store) && daemon.Said.Contains("first complete process image", StringComparison.Ordinal) && HangTests.SlotsIn(daemon.Store).Length > 0,
        "write in flight" => site.TapOf("inv1").Log.Any(passed => passed.Function is WriteOne or WriteMany),
        _ => HangTests.IsLimiting(site),
    };

    private static async Task<TimeSpan> StopAsync(DaemonUnderTest daemon)
    {
        var asked = TimeProvider.System.GetTimestamp();
        await daemon.SignalAsync("TERM");
        var exit = await daemon.EndAsync();
        var took = TimeProvider.System.GetElapsedTime(asked);
        Assert.True(exit == 0, $"exit {exit}: {daemon.Said}");
        return took;
    }
}
