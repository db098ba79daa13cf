using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>Contacts, relays, sensors and pulse meters through the whole daemon: what they do to control, and what is left when they go.</summary>
public sealed class WiringTests
{
    [Fact]
    public async Task An_idle_board_bounds_nothing_and_lets_the_relay_run()
    {
        await using var house = await WiredHouse.StartAsync(WiredHouse.IdleBoard());
        Assert.False(house.IsEnergised);
        await house.LiveAsync(5);
        Assert.True(house.IsEnergised);
        Assert.All(house.Now.Image.Contacts.Take(2), contact => Assert.False(contact.Asserted.TryGood(out var asserted) && asserted));
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Subject is Subject.Contact or Subject.Relay);
        Assert.True(house.Now.Setpoints!.Batteries[0].Discharge.Watts > 1_000);
    }

    [Fact]
    public async Task A_pressed_stop_releases_the_relay_at_its_edge_and_everything_within_a_step()
    {
        await using var house = await WiredHouse.StartAsync(WiredHouse.IdleBoard());
        await house.LiveAsync(5);
        house.Drive(WiredHouse.Stop, null); // the wire breaks: the pull-up takes the line
        await Bundle.UntilAsync(() => !house.IsEnergised, () => "the relay stands energised"); // no step of Follow in between
        await house.LiveAsync(1);
        Assert.Equal((Power.Zero, Bound.EmergencyStop), (house.Now.Setpoints!.Batteries[0].Discharge, house.Now.Setpoints.Batteries[0].ClippedBy));
        Assert.True(house.Has(FindingCode.EmergencyStopped, "stop"));
        Assert.False(house.IsEnergised);

        house.Drive(WiredHouse.Stop, false);
        await house.LiveAsync(2);
        Assert.False(house.IsEnergised); // releasing the button starts nothing
        Assert.False(house.Has(FindingCode.EmergencyStopped, "stop"));
        Assert.True((await house.Orders.ResetAsync(house.Now.Image, new("anna", "wire mended"))).IsTaken);
        await house.LiveAsync(2);
        Assert.True(house.IsEnergised);
    }

    [Fact]
    public async Task A_limit_by_contact_is_in_force_at_the_device_within_two_seconds_and_its_proof_in_the_ledger()
    {
        await using var house = await WiredHouse.StartAsync(WiredHouse.IdleBoard());
        await house.LiveAsync(3);
        Assert.True((await house.Orders.SetAsync(house.Site.Batteries[0].Name, "-2kW", TimeSpan.FromMinutes(15), new("anna", "test"))).IsTaken);
        await house.LiveAsync(10);
        Assert.True(house.ToldBattery < -1_900, $"the battery is told {house.ToldBattery} W: there is nothing to limit");

        house.Drive(WiredHouse.Limit, false); // the contact closes
        await house.LiveAsync(2);
        Assert.Equal(-1_500, house.ToldBattery);
        Assert.Equal(Bound.DsoLimit, house.Now.Setpoints!.Batteries[0].ClippedBy);
        await house.LiveAsync(10);

        house.Gpio.Unplug(WiredHouse.Board); // the board is lost: limited, and stopped, for its stop contact is on it too
        await house.LiveAsync(2);
        Assert.Equal(0, house.ToldBattery);
        Assert.True(await house.Recorder.AppendAsync(LedgerKind.Note, default, [1]).WaitAsync(TimeSpan.FromSeconds(60))); // behind all that was handed in before
        var proof = house.Recorder.Look(store => store.Read(LedgerKind.Constraint, new(0), new(253_402_300_799_999)).Select(entry => ConstraintChange.FromBytes(entry.Body)).ToList());
        Assert.Equal([ConstraintEvent.Began, ConstraintEvent.Kept, ConstraintEvent.Ended, ConstraintEvent.Began], proof.Take(4).Select(change => change.Event));
        Assert.InRange(proof[1].AfterMs, 0, 5_000);
        Assert.True(proof[3].IsAssumed);
    }

    [Fact]
    public async Task A_board_that_goes_away_counts_as_pressed_until_it_is_back()
    {
        await using var house = await WiredHouse.StartAsync(WiredHouse.IdleBoard());
        await house.LiveAsync(5);
        house.Gpio.Unplug(WiredHouse.Board);
        await house.LiveAsync(1);
        foreach (var name in (string[])["stop", "limit", "heatpump"])
            Assert.True(house.Has(FindingCode.ContactUnknown, name), name);
        Assert.True(house.Has(FindingCode.RelayNotSet, "permit"));
        Assert.Equal(BadReason.Unreachable, house.Now.Image.Contacts[0].Asserted.Quality.Reason);
        Assert.Equal(0, house.Now.Setpoints!.Batteries[0].Discharge.Watts);

        house.Gpio.Plug(WiredHouse.Board);
        Assert.False(house.IsEnergised);
        await house.LiveAsync(8);
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Subject is Subject.Contact or Subject.Relay);
        Assert.True(house.IsEnergised);
    }

    [Fact]
    public async Task A_daemon_starts_without_its_board_and_on_a_busy_line_and_says_so()
    {
        var gpio = WiredHouse.IdleBoard();
        using var rival = gpio.OpenInputs(gpio.Chips()[0], new([WiredHouse.Limit]));
        await using var house = await WiredHouse.StartAsync(gpio);
        await house.LiveAsync(2);
        Assert.True(house.Has(FindingCode.ContactUnknown, "limit"));
        Assert.False(house.Has(FindingCode.ContactUnknown, "stop"));
        Assert.Equal(Bound.DsoLimit, house.Now.Envelope!.EvChargers[0].High.By);
        Assert.Contains("held by another program", Pages.Devices(house.Now, house.Site).Contacts[1].Trouble!, StringComparison.Ordinal);
        Assert.False(house.IsEnergised); // a contact nobody can read might demand anything

        rival.Dispose();
        await house.LiveAsync(8);
        Assert.Equal(Bound.Rating, house.Now.Envelope!.EvChargers[0].High.By);
        Assert.True(house.IsEnergised);
    }

    [Fact]
    public async Task The_relay_falls_when_nobody_approves_it_any_more_and_when_the_daemon_ends()
    {
        var gpio = WiredHouse.IdleBoard();
        var time = new SimulatedTime(new Instant(1_750_000_000_000));
        await using (var terminals = new Edge.Field.Terminals(Given.Site() with { Relays = [new("permit", new(WiredHouse.Board, "relay"))] }, new(time), gpio, new SimulatedI2c()))
        {
            terminals.Approve(true, [], 10_000);
            Assert.True(gpio.Level(WiredHouse.Board, WiredHouse.Relay));
            time.Advance(TimeSpan.FromSeconds(11));
            await terminals.RoundAsync(default);
            Assert.False(gpio.Level(WiredHouse.Board, WiredHouse.Relay));
            terminals.Approve(true, [], 10_000);
            Assert.True(gpio.Level(WiredHouse.Board, WiredHouse.Relay));
        }
        Assert.False(gpio.Level(WiredHouse.Board, WiredHouse.Relay));
    }

    [Fact]
    public async Task A_relay_with_a_flexible_load_is_energised_while_that_may_run()
    {
        var gpio = WiredHouse.IdleBoard();
        var time = new SimulatedTime(new Instant(1_750_000_000_000));
        var site = Given.Site() with { Relays = [new("permit", new(WiredHouse.Board, "relay"))], Loads = [new("boiler", 0, Power.FromWatts(3_000))] };
        await using var terminals = new Edge.Field.Terminals(site, new(time), gpio, new SimulatedI2c());
        foreach (var (mayRun, which, expected) in ((bool, LoadSetpoint[], bool)[])
            [(true, [], false), (true, [new(true, Bound.None)], true), (true, [new(false, Bound.ImportLimit)], false), (true, [new(true, Bound.None)], true), (false, [new(true, Bound.None)], false)])
        {
            terminals.Approve(mayRun, [.. which], 10_000);
            Assert.Equal(expected, gpio.Level(WiredHouse.Board, WiredHouse.Relay));
        }
    }

    [Fact]
    public async Task Pulses_are_counted_over_restarts_without_loss_or_double_count()
    {
        using var folder = new StoreFolder();
        var gpio = WiredHouse.IdleBoard();
        for (var (run, total) = (1, 0); run <= 3; run++)
        {
            await using var house = await WiredHouse.StartAsync(gpio, store: folder.File);
            await house.LiveAsync(2);
            await house.PulseAsync(run * 10);
            await house.LiveAsync(1);
            total += run * 10;
            Assert.Equal(total, house.Now.Image.Contacts[2].Energy.Value.WattHours);
            Assert.True(house.Now.Image.Contacts[2].Energy.IsGood);
        }
    }

    [Fact]
    public async Task Counts_are_kept_each_minute_for_a_daemon_that_is_killed()
    {
        using var folder = new StoreFolder();
        var gpio = WiredHouse.IdleBoard();
        await using var house = await WiredHouse.StartAsync(gpio, store: folder.File);
        await house.LiveAsync(1);
        await house.PulseAsync(7);
        await house.LiveAsync(61);
        var entry = house.Recorder.Look(store => store.Last(LedgerKind.PulseCounts));
        Assert.Equal(new PulseMark("heatpump", 7), Assert.Single(PulseWire.FromBytes(entry!.Body)));
    }

    [Fact]
    public async Task Contacts_stand_in_the_record_of_the_cycle()
    {
        using var folder = new StoreFolder();
        var gpio = WiredHouse.IdleBoard();
        gpio.Drive(WiredHouse.Board, WiredHouse.Limit, false, 0);
        await using (var house = await WiredHouse.StartAsync(gpio, store: folder.File))
            await house.LiveAsync(2);
        using var store = SqliteStore.OpenReadOnly(folder.File);
        var record = CycleRecord.FromBytes(store.Last(LedgerKind.Cycle)!.Body);
        Assert.Equal((false, true), (record.Image.Contacts[0].Asserted.GoodOr(true), record.Image.Contacts[1].Asserted.GoodOr(false)));
        Assert.Contains(record.Findings, finding => finding.Code == FindingCode.DsoLimitHolds);
    }

    [Fact]
    public async Task A_sensor_is_measured_recorded_and_missed()
    {
        var bus = new SimulatedI2cBus().With(0x48, new RegisterChip().With(0x00, 0x19, 0x00));
        await using var house = await WiredHouse.StartAsync(WiredHouse.IdleBoard(), new SimulatedI2c().WithBus("bus", bus));
        await house.LiveAsync(3);
        var value = Assert.Single(Pages.Status(house.Now, house.Site, "1").Sensors[0].Values);
        Assert.Equal(("temperature", "°C", 25.0), (value.Name, value.Unit, value.Value));

        bus.Fault = I2cReply.Timeout;
        await house.LiveAsync(6);
        Assert.Equal(Trust.Uncertain, house.Now.Terminals.Sensors[0].Values[0].Sample.Quality.Trust);
        Assert.True(house.Has(FindingCode.SensorUnknown, "cabinet"));
        await house.LiveAsync(15);
        Assert.Equal(BadReason.Timeout, house.Now.Terminals.Sensors[0].Values[0].Sample.Quality.Reason);

        bus.Fault = null;
        await house.LiveAsync(1);
        Assert.True(house.Now.Terminals.Sensors[0].Values[0].Sample.IsGood);
        Assert.False(house.Has(FindingCode.SensorUnknown, "cabinet"));
    }
}
