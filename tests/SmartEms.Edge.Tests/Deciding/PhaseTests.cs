using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>Single steps of a change of phases; whole stories stand in Scenarios, and what must always hold in Storms.</summary>
public sealed class PhaseTests
{
    private static readonly Contact Button = new("button", ContactRole.EmergencyStop, new("board", "0"));
    private static readonly Contact Steuerbox = new("steuerbox", ContactRole.DsoLimit, new("board", "1"));
    private static readonly Site House = Given.Site(batteries: 0) with { EvChargers = [Given.Charger with { Switching = new(600, 10) }], Contacts = [Button, Steuerbox] };

    [Theory]
    [InlineData(PhaseStage.Settled, 16)]
    [InlineData(PhaseStage.Draining, 0)]
    [InlineData(PhaseStage.Pausing, 0)]
    [InlineData(PhaseStage.Proving, 6)]
    public void Each_stage_has_its_most(PhaseStage stage, double most)
    {
        var step = Step(Image(watts: 0, EvState.Connected), At(1, stage, offer: 16), EvMode.Full);
        Assert.Equal(most, step.Setpoints.EvChargers[0].Offer.Amperes);
        if (most < 16)
            Assert.Equal(Bound.PhaseSwitch, step.Setpoints.EvChargers[0].ClippedBy);
    }

    [Theory]
    [InlineData(PhaseStage.Settled)]
    [InlineData(PhaseStage.Draining)]
    [InlineData(PhaseStage.Pausing)]
    [InlineData(PhaseStage.Proving)]
    public void A_stop_wins_over_any_stage_at_once(PhaseStage stage)
    {
        var step = Step(Image(watts: 0, EvState.Connected, stop: true), At(1, stage, offer: 6), EvMode.Full);
        Assert.Equal(Current.Zero, step.Setpoints.EvChargers[0].Offer);
        Assert.NotEqual(PhaseStage.Draining, step.Memory.Chargers[0].Phases.Stage);
        var lost = Step(Image(watts: 0, EvState.Connected) with { Grid = Given.Grid() with { Import = Reading.Bad<Power>(BadReason.Timeout) } }, At(1, stage, offer: 16), EvMode.Full);
        Assert.True(lost.Setpoints.EvChargers[0].Offer.Amperes <= 6, "without the meter");
        Assert.NotEqual(PhaseStage.Draining, lost.Memory.Chargers[0].Phases.Stage);
    }

    /// <summary>4.2 kW are 6 A on three phases and more than the charger has on one; while it is not sure which, three count.</summary>
    [Theory]
    [InlineData(1, ControlDoubt.None, 16)]
    [InlineData(3, ControlDoubt.None, 6)]
    [InlineData(0, ControlDoubt.None, 6)]
    [InlineData(1, ControlDoubt.NotApplied, 6)]
    public void The_operators_limit_counts_the_phases_there_are(int told, ControlDoubt doubt, double most)
    {
        var image = Image(watts: told == 1 ? 3_600 : 4_000, EvState.Charging, limit: true);
        image = image with { Devices = image.Devices.With(2, device => device with { Controls = default(ControlDoubts).With(ControlKind.EvPhases, doubt) }) };
        Assert.Equal(most, Step(image, At(told, PhaseStage.Settled, offer: 16), EvMode.Full).Setpoints.EvChargers[0].Offer.Amperes);
    }

    [Theory]
    [InlineData("nothing", 1)]
    [InlineData("power", null)]
    [InlineData("silent", null)]
    [InlineData("old", null)]
    [InlineData("charging", null)]
    [InlineData("down", null)]
    public void The_contactor_is_told_only_while_surely_nothing_flows(string what, int? told)
    {
        var image = Image(what == "power" ? 1_400 : 0, what == "charging" ? EvState.Charging : EvState.Connected);
        if (what is "silent" or "old")
            image = image with { EvChargers = [image.EvChargers[0] with { Charge = what == "old" ? new(Power.Zero, Quality.Uncertain(9_000)) : Reading.Bad<Power>(BadReason.Timeout) }] };
        if (what == "down")
            image = image with { Devices = image.Devices.With(2, _ => new(LinkState.Down, 9_000, 5)) };
        Assert.Equal(told, Step(image, At(1, PhaseStage.Pausing, offer: 0), EvMode.SurplusOnly).Setpoints.EvChargers[0].Phases);
    }

    /// <summary>A charger that was silent for a part of the pause may have moved its contactor at the pause's end only; a storm counted the next move too soon.</summary>
    [Fact]
    public void The_rest_begins_when_the_contactor_can_no_longer_be_told()
    {
        var memory = At(3, PhaseStage.Pausing, offer: 0);
        while (memory.Chargers[0].Phases.Stage == PhaseStage.Pausing)
            memory = Step(Image(0, EvState.Connected), memory, EvMode.SurplusOnly).Memory;
        Assert.Equal(600, memory.Chargers[0].Phases.RestSeconds);
        Assert.Equal(599, Step(Image(0, EvState.Connected), memory, EvMode.SurplusOnly).Memory.Chargers[0].Phases.RestSeconds);
    }

    [Fact]
    public void More_power_than_one_phase_carries_lets_all_phases_count()
    {
        var memory = At(1, PhaseStage.Settled, offer: 10);
        for (var second = 0; second < 14; second++)
        {
            memory = Step(Image(6_900, EvState.Charging), memory, EvMode.Full).Memory;
            Assert.Equal(1, memory.Chargers[0].Phases.Told);
        }
        Assert.Equal(0, Step(Image(6_900, EvState.Charging), memory, EvMode.Full).Memory.Chargers[0].Phases.Told);
        Assert.Equal(0, Step(Image(4_100, EvState.Charging), At(1, PhaseStage.Proving, offer: 6), EvMode.Full).Memory.Chargers[0].Phases.Told); // at once while it has to prove it
    }

    /// <summary>A fixed mode wants all phases at once; where no car stands, or the rest is not over, or the count is used up, the contactor is left alone.</summary>
    [Theory]
    [InlineData(EvState.Connected, 0, 0, true)]
    [InlineData(EvState.NoCar, 0, 0, false)]
    [InlineData(EvState.Connected, 30, 0, false)]
    [InlineData(EvState.Connected, 0, 10, false)]
    [InlineData(EvState.NoCar, 0, 10, false)]
    public void A_change_begins_only_where_it_may(EvState state, double rest, int switches, bool begins)
    {
        var memory = FollowMemory.Fresh(House) with { Chargers = [new(Current.FromAmperes(16), true, 0, 0, 0) { Phases = new(1, PhaseStage.Proving, 0, 0, rest, switches) }] };
        var step = Step(Image(0, state), memory, EvMode.Full);
        Assert.Equal(begins, step.Memory.Chargers[0].Phases.Stage == PhaseStage.Draining);
        Assert.Equal(state == EvState.NoCar ? 0 : switches, step.Memory.Chargers[0].Phases.Switches);
    }

    [Fact]
    public void A_restart_believes_in_one_phase_only_once_it_is_proven()
    {
        Assert.Equal(PhaseStage.Proving, Again(1, PhaseStage.Settled).Stage);
        Assert.Equal(PhaseStage.Settled, Again(3, PhaseStage.Draining).Stage);
        Assert.Equal(0, Again(0, PhaseStage.Settled).Told);
    }

    /// <summary>What the last record tells is up to a quarter-hour old, and older where the store had failed: the contactor may have moved since.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(899, 2)]
    [InlineData(3_000, 6)]
    [InlineData(86_400, 10)]
    [InlineData(-1, 10)]
    public void A_restart_begins_the_rest_anew_and_counts_the_moves_there_was_time_for(double secondsAgo, int counted)
    {
        var again = At(3, PhaseStage.Settled, 16).AfterRestart(House, TimeSpan.FromSeconds(secondsAgo)).Chargers[0].Phases;
        Assert.Equal(House.EvChargers[0].Switching!.RestSeconds, again.RestSeconds);
        Assert.Equal(counted, again.Switches);
    }

    private static PhaseMemory Again(int told, PhaseStage stage) => At(told, stage, 16).AfterRestart(House, TimeSpan.Zero).Chargers[0].Phases;

    [Theory]
    [InlineData(ControlKind.EvCurrent, ControlKind.EvPhases)]
    [InlineData(ControlKind.EvPhases, ControlKind.EvCurrent)]
    public void A_control_that_is_well_does_not_take_back_the_others_doubt(ControlKind doubted, ControlKind well)
    {
        var doubts = default(ControlDoubts).With(doubted, ControlDoubt.Reverted).With(well, ControlDoubt.None);
        Assert.Equal((ControlDoubt.Reverted, ControlDoubt.Reverted), (doubts.Of(doubted), doubts.Of(well)));
    }

    [Fact]
    public void Memory_without_phases_has_the_bytes_it_always_had_and_damage_is_refused()
    {
        var (plain, switching) = (Bytes(At(0, PhaseStage.Settled, 10)), Bytes(At(1, PhaseStage.Proving, 10)));
        Assert.Equal(0, plain[0] & 8);
        Assert.Equal(8, switching[0] & 8);
        Assert.Equal(plain[1..], switching[1..plain.Length]); // only more at its end
        var from = new WireReader(switching);
        Assert.Equal(At(1, PhaseStage.Proving, 10).Chargers[0], MemoryWire.Read(ref from).Follow.Chargers[0]);
        switching[plain.Length] = 9;
        Assert.Throws<InvalidDataException>(() =>
        {
            var damaged = new WireReader(switching);
            MemoryWire.Read(ref damaged);
        });
    }

    private static byte[] Bytes(FollowMemory memory)
    {
        var to = new WireWriter();
        MemoryWire.Write(to, Memory.Fresh(House) with { Follow = memory });
        return to.Written.ToArray();
    }

    private static FollowMemory At(int told, PhaseStage stage, double offer) => FollowMemory.Fresh(House) with
    {
        Chargers = [new(Current.FromAmperes(offer), true, 0, 0, 0) { Phases = told == 0 && stage == PhaseStage.Settled ? default : new(told, stage, 0, 0, 300, 0) }], // it rests, so that no change begins by itself
    };

    private static ProcessImage Image(double watts, EvState state, bool stop = false, bool limit = false) => Given.Image(House, watts) with
    {
        EvChargers = [Given.Car(watts, state)],
        Contacts = [new() { Asserted = Reading.Good(stop) }, new() { Asserted = Reading.Good(limit) }],
    };

    private static Followed Step(ProcessImage image, FollowMemory memory, EvMode mode) =>
        Follow.Step(new(image, House, new(new Slot(1_944_445), "test", [], [new(mode, default)], []), TimeSpan.FromSeconds(1), 1), memory);
}
