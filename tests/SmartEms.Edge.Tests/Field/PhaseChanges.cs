using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A charging station that switches its phases, on a real socket: what goes over the wire, and that it is proven.</summary>
public sealed class PhaseChanges
{
    private const int PhaseSource = 5050;
    private const int PhaseToggle = 5052;

    private static Site Site => House.Site() with { EvChargers = [House.Site().EvChargers[0] with { Switching = new(60, 10) }] };

    [Fact]
    public async Task Down_with_the_sun_and_up_again()
    {
        await using var house = await StartAsync();
        await house.LiveAsync(150);
        Assert.True(house.House.Of(site => site.EvChargeWatts) > 4_100);
        house.House.Devices.With(site => site.AddedLoadWatts = 3_000);
        var took = await house.LiveAsync(400, () => house.House.Of(site => site.EvChargers[0].Phases) == 1);
        Assert.InRange(took, 130, 200);
        await house.LiveAsync(90);
        Assert.Equal([3, 0], Told(house).TakeLast(2));
        Assert.InRange(house.House.Of(site => site.EvChargeWatts), 1_380, 2_600);
        Assert.Equal(1, house.House.Devices.Shown(House.Box, "phase_state").Value);
        Assert.Contains(house.Receipts, receipt => receipt is { State: ReceiptState.Confirmed, Kind: ControlKind.EvPhases });
        Assert.Equal((1.0, ControlDoubt.None), (house.SessionOf(House.Box).Proof(ControlKind.EvPhases)!.Value.Target, house.SessionOf(House.Box).Proof(ControlKind.EvPhases)!.Value.Doubt));
        house.House.Devices.With(site => site.AddedLoadWatts = 0);
        await house.LiveAsync(600, () => house.House.Of(site => site.EvChargers[0].Phases) == 3);
        await house.LiveAsync(90);
        Assert.True(house.House.Of(site => site.EvChargeWatts) > 4_100);
        Assert.Equal((2, 0), house.House.Devices.Look(site => (site.EvChargers[0].PhaseSwitches, site.EvChargers[0].SwitchesUnderCurrent)));
        Assert.Equal(ControlDoubt.None, house.SessionOf(House.Box).Link.Controls.EvCurrent);
    }

    /// <summary>The station is told and does not switch: its own register says so, nobody counts on one phase, and no more than its minimum is offered.</summary>
    [Fact]
    public async Task A_station_that_does_not_switch_is_not_believed()
    {
        await using var house = await StartAsync();
        await house.LiveAsync(150);
        house.House.Devices.SetRaw(House.Box, "phase_state", 0, 1); // whatever it is told
        house.House.Devices.With(site => site.AddedLoadWatts = 3_000);
        await house.LiveAsync(300, () => house.Receipts.Any(receipt => receipt is { State: ReceiptState.NotApplied, Kind: ControlKind.EvPhases }));
        Assert.NotEqual(ControlDoubt.None, house.SessionOf(House.Box).Link.Controls.EvCurrent);
        await house.LiveAsync(60);
        Assert.Equal(0, house.Followed!.Memory.Chargers[0].Phases.Told);
        await house.LiveAsync(300, each: _ => Assert.True(house.Followed.Setpoints.EvChargers[0].Offer.Amperes <= 6));
    }

    /// <summary>A station that is put into its place by hand is left alone when the daemon ends: contactors are no forced mode.</summary>
    [Fact]
    public async Task A_contactor_is_not_moved_by_handing_back()
    {
        await using var house = await StartAsync();
        house.House.Devices.With(site => site.AddedLoadWatts = 3_000);
        await house.LiveAsync(400, () => house.House.Of(site => site.EvChargers[0].Phases) == 1);
        await house.LiveAsync(60);
        Assert.DoesNotContain(house.Holds.Lines, line => line.Kind == ControlKind.EvPhases);
        foreach (var session in house.Layer.Sessions)
            Assert.True(session.Profile.Controls.IsEmpty || await session.ReleaseAllAsync(default), session.Device.Name);
        Assert.Equal(1, house.House.Of(site => site.EvChargers[0].Phases));
    }

    private static async Task<KeptHouse> StartAsync()
    {
        var house = await KeptHouse.StartAsync(Site, loadWatts: 500, pvWatts: 6_000);
        house.Decide(BatteryMode.Idle);
        house.Decide(EvMode.SurplusOnly);
        house.House.Devices.With(site => site.PlugIn(0, 60_000, 36_000));
        return house;
    }

    private static IEnumerable<int> Told(KeptHouse house) =>
        house.BusOf(House.Box).Writes.Where(write => write.Span.Address is PhaseSource or PhaseToggle).Select(write => (int)write.Values[0]);
}
