using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>P4: what safe mode does once it runs.</summary>
public sealed class SafeModeTests
{
    private static readonly Asker Anna = new("anna (1000)", "test");

    [Fact]
    public async Task P4_in_safe_mode_every_device_rests_nobody_is_asked_and_an_alert_says_so()
    {
        using var folder = new StoreFolder();
        await using var house = await TimedHouse.StartAsync(folder.File);
        await house.LiveAsync(60);
        Assert.NotEqual(0, house.Now.Setpoints!.Batteries[0].Discharge.Watts);
        house.Start = StartMode.Safe;
        await house.RestartAsync();
        await house.LiveAsync(900);
        var now = house.Now;
        Assert.Equal((0, Bound.Maintenance), (now.Setpoints!.Batteries[0].Discharge.Watts, now.Setpoints.Batteries[0].ClippedBy));
        Assert.Equal(0, now.Setpoints.EvChargers[0].Offer.Amperes);
        Assert.Contains(now.Findings, finding => finding.Code == FindingCode.SafeMode);
        Assert.Contains(now.Decision!.Reasons, reason => reason.Code == ReasonCode.RuleLeadsPolicyOff);
        Assert.Contains(now.Decision.Reasons, reason => reason.Code == ReasonCode.MaintenanceStands);
        Assert.Contains(await house.LedgerAsync(LedgerKind.Alert), entry => AlertChange.FromBytes(entry.Body) is { IsOpened: true, Alert.Code: FindingCode.SafeMode });
    }

    /// <summary>The quarter-hour was decided before the crash, and its decision goes on: the alert does not wait for the next one.</summary>
    [Fact]
    public async Task P4_the_alert_comes_with_the_first_step_and_is_told_once_over_restarts()
    {
        using var folder = new StoreFolder();
        await using var house = await TimedHouse.StartAsync(folder.File);
        await house.LiveAsync(60);
        house.Start = StartMode.Safe;
        await house.RestartAsync();
        await house.LiveAsync(10);
        Assert.Equal(0, house.Now.Cycles);
        Assert.Single(await SafeModeAlertsAsync(house));
        await house.RestartAsync();
        await house.LiveAsync(30);
        Assert.Single(await SafeModeAlertsAsync(house));
        house.Start = StartMode.Normal;
        await house.RestartAsync();
        await house.LiveAsync(120);
        Assert.Equal(0, house.Now.Cycles);
        Assert.Equal([true, false], (await SafeModeAlertsAsync(house)).Select(change => change.IsOpened));
    }

    private static async Task<AlertChange[]> SafeModeAlertsAsync(TimedHouse house) =>
        [.. (await house.LedgerAsync(LedgerKind.Alert)).Select(entry => AlertChange.FromBytes(entry.Body)).Where(change => change.Alert.Code == FindingCode.SafeMode)];

    [Fact]
    public async Task P4_no_order_ends_safe_mode_and_the_next_start_knows_nothing_of_it()
    {
        using var folder = new StoreFolder();
        await using var house = await TimedHouse.StartAsync(folder.File);
        house.Start = StartMode.Safe;
        await house.RestartAsync();
        await house.LiveAsync(20);
        Assert.True((await house.Orders.SetAsync("battery", "1kW", TimeSpan.FromMinutes(15), Anna)).IsTaken);
        Assert.True((await house.Orders.ReleaseAsync(null, Anna)).IsTaken);
        await house.LiveAsync(20);
        Assert.Equal(0, house.Now.Setpoints!.Batteries[0].Discharge.Watts);
        house.Start = StartMode.Normal;
        await house.RestartAsync();
        await house.LiveAsync(20);
        Assert.True(house.Now.Image.Orders.IsEmpty);
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Code == FindingCode.SafeMode);
        Assert.Equal(StartMode.Normal, house.Now.Image.Box.Start);
    }
}
