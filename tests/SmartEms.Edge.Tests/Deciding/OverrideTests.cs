using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>Who goes before whom: stop, maintenance, override, policy; and all of them inside the envelope.</summary>
public sealed class OverrideTests
{
    private static readonly Site House = Given.Site();
    private static readonly Decision Resting = new(new(1_944_445), "test", [new(BatteryMode.Idle, Power.Zero, default)], [new(EvMode.Off, Power.Zero)], []);

    [Theory]
    [InlineData(2_000, 0.5, 2_000, Bound.None)]
    [InlineData(-2_000, 0.5, -2_000, Bound.None)]
    [InlineData(2_000, 0.1, 0, Bound.SocMin)]
    [InlineData(-2_000, 0.9, 0, Bound.SocMax)]
    public void A_power_by_hand_is_followed_inside_the_envelope(double watts, double soc, double done, Bound by)
    {
        var image = Image(new Override(1, OverrideKind.BatteryPower, 0, watts, Later)) with { Batteries = [Given.Cells(0, soc)] };
        var step = Steps(image, 5);
        Assert.Equal((done, by), (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.Batteries[0].ClippedBy));
    }

    [Fact]
    public void A_current_by_hand_is_offered_and_the_import_limit_takes_it_back()
    {
        var image = Image(new Override(1, OverrideKind.EvCurrent, 0, 12, Later));
        Assert.Equal(12, Steps(image, 9).Setpoints.EvChargers[0].Offer.Amperes, 6);
        var full = image with { Grid = Given.Grid(14_000), EvChargers = [Given.Car(8_280)], Batteries = [Given.Cells(0, 0.1)] };
        Assert.True(Steps(full, 9).Setpoints.EvChargers[0].Offer.Amperes < 12);
    }

    [Fact]
    public void A_run_out_override_is_not_followed() =>
        Assert.Equal(0, Steps(Image(new Override(1, OverrideKind.BatteryPower, 0, 2_000, Given.Image(House).TakenAt)), 5).Setpoints.Batteries[0].Discharge.Watts);

    [Fact]
    public void Without_a_valid_decision_nothing_by_hand_acts()
    {
        var image = Image(new Override(1, OverrideKind.BatteryPower, 0, 2_000, Later));
        var step = Follow.Step(new(image, House, Resting, TimeSpan.FromHours(1), 1), FollowMemory.Fresh(House));
        Assert.Equal((0.0, Bound.Lease), (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.Batteries[0].ClippedBy));
    }

    [Fact]
    public void Maintenance_goes_before_an_override()
    {
        var image = Image(new(1, OverrideKind.Maintenance, 0, 1, Later), new Override(2, OverrideKind.BatteryPower, 0, 2_000, Later));
        var step = Steps(image, 5);
        Assert.Equal((0.0, Bound.Maintenance), (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.Batteries[0].ClippedBy));
        Assert.Contains(ReasonCode.MaintenanceStands, Think(image).Decision.Reasons.Select(reason => reason.Code));
    }

    [Fact]
    public void The_decision_says_who_asked_what_and_what_clipped_it_by_how_much()
    {
        var image = Image(new Override(1, OverrideKind.BatteryPower, 0, 2_000, Later)) with { Batteries = [Given.Cells(0, 0.1)] };
        var decision = Think(image).Decision;
        Assert.Equal(0, decision.Batteries[0].ExpectedDischarge.Watts);
        Assert.Contains(decision.Reasons, reason => reason is { Code: ReasonCode.PowerByHand, Value: 2_000 });
        var clipped = Assert.Single(decision.Reasons, reason => reason.Code == ReasonCode.ExpectationClipped);
        Assert.Equal((2_000.0, Bound.SocMin), (clipped.Value, clipped.Bound));
        Assert.All(decision.Reasons, reason => Assert.NotEqual(reason.Code.ToString(), Reasons.Text(reason, House)));
    }

    [Fact]
    public void A_charger_is_expected_to_take_no_more_than_a_constraint_leaves_it()
    {
        var orders = new Orders { Constraints = [new("limit", ConstraintSource.Manual, ConstraintDirection.DeviceConsumption, Power.FromWatts(4_200))] };
        var decision = Think(Given.Image(House) with { Orders = orders }).Decision;
        Assert.Equal(4_200, decision.EvChargers[0].ExpectedCharge.Watts);
        Assert.Contains(decision.Reasons, reason => reason is { Code: ReasonCode.ConstraintHolds, Value: 4_200 });
        Assert.Contains(decision.Reasons, reason => reason is { Code: ReasonCode.ExpectationClipped, Subject: Core.Diagnosing.Subject.EvCharger, Bound: Bound.OrderedLimit });
    }

    private static Instant Later => Given.Image(House).TakenAt + TimeSpan.FromHours(1);

    private static ProcessImage Image(params Override[] overrides) => Given.Image(House) with { Orders = new() { Overrides = [.. overrides] } };

    private static Followed Steps(ProcessImage image, int count)
    {
        var memory = FollowMemory.Fresh(House);
        Followed? step = null;
        for (var i = 0; i < count; i++)
        {
            step = Follow.Step(new(image, House, Resting, TimeSpan.Zero, 1), memory);
            memory = step.Memory;
        }
        return step!;
    }

    private static Thought Think(ProcessImage image) => Cycle.Think(Slot.Of(image.TakenAt), image, House, Memory.Fresh(House), SelfConsumption.Rule);
}
