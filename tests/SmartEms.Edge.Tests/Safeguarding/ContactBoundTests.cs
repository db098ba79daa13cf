using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>What contacts bound, and that each of them bounds as hard when nobody can read it.</summary>
public sealed class ContactBoundTests
{
    private static readonly Reading<bool> Unknown = Reading.Bad<bool>(BadReason.Unreachable);
    private static readonly Reading<bool> OldRelease = new(false, Quality.Uncertain(4_000));

    public static TheoryData<string> Unreadable => ["unknown", "old", "absent"];

    [Fact]
    public void Nothing_is_bound_without_contacts_or_while_none_says_anything()
    {
        var (site, image) = With([ContactRole.EmergencyStop, ContactRole.DsoLimit, ContactRole.Ripple100, ContactRole.Ripple0], [Is(false), Is(false), Is(true), Is(false)]);
        var free = Envelope.Draw(Given.Image(Given.Site()), Given.Site());
        Assert.Equal(Told(free), Told(Envelope.Draw(image, site)));
        Assert.True(RelayPermission.MayRun(image, site));
        Assert.Empty(Diagnosis.Examine(image, site));
    }

    [Fact]
    public void A_pressed_emergency_stop_leaves_nothing()
    {
        var (site, image) = With([ContactRole.EmergencyStop], [Is(true)]);
        AssertStopped(image, site);
        Assert.Contains(new(FindingCode.EmergencyStopped, Subject.Contact, 0), Diagnosis.Examine(image, site));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void An_emergency_stop_nobody_can_read_stops(string how)
    {
        var (site, image) = With([ContactRole.EmergencyStop], Bare(how));
        AssertStopped(image, site);
        Assert.Contains(new(FindingCode.ContactUnknown, Subject.Contact, 0), Diagnosis.Examine(image, site));
    }

    [Theory]
    [InlineData("asserted")]
    [MemberData(nameof(Unreadable))]
    public void The_operators_limit_holds_for_chargers_and_charging_and_for_nothing_else(string how)
    {
        var (site, image) = With([ContactRole.DsoLimit], how == "asserted" ? [Is(true)] : Bare(how));
        var envelope = Envelope.Draw(image, site);
        Assert.Equal(new(Power.FromWatts(4_200), Bound.DsoLimit), envelope.EvChargers[0].High);
        Assert.Equal(new(Power.FromWatts(-4_200), Bound.DsoLimit), envelope.Batteries[0].Low);
        Assert.Equal(Bound.Rating, envelope.Batteries[0].High.By);
        Assert.Equal(Bound.Rating, envelope.PvPlants[0].High.By);
        Assert.Contains(Diagnosis.Examine(image, site), finding => finding.Code is FindingCode.DsoLimitHolds or FindingCode.ContactUnknown);
    }

    [Theory]
    [InlineData("0100", 6_000)] // relays 100, 60, 30, 0 of a plant of 10 kW
    [InlineData("0010", 3_000)]
    [InlineData("0001", 0)]
    [InlineData("0110", 3_000)] // both while switching
    [InlineData("0000", 0)] // none: the receiver has no supply
    [InlineData("100?", 0)]
    [InlineData("?100", 0)]
    [InlineData("1--?", 0)]
    [InlineData("1?--", 6_000)]
    public void Ripple_control_bounds_feed_in(string relays, double watts)
    {
        var wired = Enumerable.Range(0, 4).Where(i => relays[i] != '-').ToList();
        var (site, image) = With([.. wired.Select(i => (ContactRole)((int)ContactRole.Ripple100 + i))], [.. wired.Select(i => relays[i] == '?' ? Unknown : Is(relays[i] == '1'))]);
        Assert.Equal(new(Power.FromWatts(watts), Bound.RippleControl), Envelope.Draw(image, site).ExportMax);
    }

    [Fact]
    public void An_old_relay_does_not_relax()
    {
        var (site, image) = With([ContactRole.Ripple100, ContactRole.Ripple30], [new(true, Quality.Uncertain(4_000)), OldRelease]);
        Assert.Equal(Power.FromWatts(3_000), Envelope.Draw(image, site).ExportMax.Value);
    }

    [Fact]
    public void Follow_keeps_what_the_contacts_bound()
    {
        var (site, image) = With([ContactRole.DsoLimit, ContactRole.Ripple30], [Is(true), Is(true)]);
        image = image with { Grid = Given.Grid(-9_000), PvPlants = [new PvReadings { Production = Given.Watts(9_000) }], Batteries = [Given.Cells(0, 0.9)], EvChargers = [Given.Car(0, EvState.NoCar)] };
        var step = Settled(site, image, 0);
        Assert.InRange(step.Setpoints.PvPlants[0].Limit!.Value.Watts, 2_900, 3_000);
        Assert.Equal(Bound.RippleControl, step.Setpoints.PvPlants[0].ClippedBy);
        step = Settled(site, image);
        Assert.Equal((6, Bound.DsoLimit), (step.Setpoints.EvChargers[0].Offer.Amperes, step.Setpoints.EvChargers[0].ClippedBy)); // 4140 W; 6.1 A would be 4209 W

        var stopped = Settled(With([ContactRole.EmergencyStop], [Is(true)]).Site, image with { Contacts = [new() { Asserted = Is(true) }] });
        Assert.Equal((0, 0, 0), (stopped.Setpoints.EvChargers[0].Offer.Amperes, stopped.Setpoints.Batteries[0].Discharge.Watts, stopped.Setpoints.PvPlants[0].Limit!.Value.Watts));
    }

    [Fact]
    public void A_pulse_meter_bounds_nothing_and_is_missed_all_the_same()
    {
        var (site, image) = With([ContactRole.PulseMeter], [Unknown]);
        Assert.True(RelayPermission.MayRun(image, site));
        Assert.Contains(new(FindingCode.ContactUnknown, Subject.Contact, 0), Diagnosis.Examine(image, site));
    }

    /// <summary>One step and some more: offers grow by and by.</summary>
    private static Followed Settled(Site site, ProcessImage image, int more = 10)
    {
        var decision = new Decision(Slot.Of(image.TakenAt), "test", [new(BatteryMode.SelfConsume, default, default)], [new(EvMode.Full, default)], []);
        var step = Follow.Step(new(image, site, decision, TimeSpan.Zero, 1), FollowMemory.Fresh(site));
        for (var i = 0; i < more; i++)
            step = Follow.Step(new(image, site, decision, TimeSpan.Zero, 1), step.Memory);
        return step;
    }

    private static void AssertStopped(ProcessImage image, Site site)
    {
        var envelope = Envelope.Draw(image, site);
        foreach (var range in (PowerRange[])[envelope.Batteries[0], envelope.EvChargers[0], envelope.PvPlants[0]])
            Assert.Equal(new(Power.Zero, Bound.EmergencyStop), range.High);
        Assert.Equal(Power.Zero, envelope.Batteries[0].Low.Value);
        Assert.False(RelayPermission.MayRun(image, site));
    }

    private static string Told(Envelope envelope) =>
        string.Join(' ', envelope.Batteries.Concat(envelope.EvChargers).Concat(envelope.PvPlants).Select(range => $"{range}"));

    private static ImmutableArray<Reading<bool>> Bare(string how) => how switch { "unknown" => [Unknown], "old" => [OldRelease], _ => [] };

    private static Reading<bool> Is(bool asserted) => Reading.Good(asserted);

    private static (Site Site, ProcessImage Image) With(ImmutableArray<ContactRole> roles, ImmutableArray<Reading<bool>> asserted)
    {
        var site = Given.Site() with { Contacts = [.. roles.Select((role, i) => new Contact($"c{i}", role, new("board", $"{i}")))] };
        return (site, Given.Image(site) with { Contacts = [.. asserted.Select(one => new ContactReadings { Asserted = one })] });
    }
}
