using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>What contacts mean, and that what is not known never counts as released.</summary>
public class ContactTests
{
    private static readonly Contact Stop = new("stop", ContactRole.EmergencyStop, new("box", "1")) { AssertsByOpening = true };
    private static readonly Contact Limit = new("limit", ContactRole.DsoLimit, new("box", "2"));

    [Fact]
    public void A_normally_closed_stop_stops_when_its_wire_breaks()
    {
        Assert.False(ContactLevels.Asserted(Stop, Reading.Good(false)).Value); // closed pulls the line low
        Assert.True(ContactLevels.Asserted(Stop, Reading.Good(true)).Value);
        Assert.True(ContactLevels.Asserted(Limit, Reading.Good(false)).Value);
        Assert.False(ContactLevels.Asserted(Limit, Reading.Good(true)).Value);
        Assert.True(ContactLevels.Asserted(Limit with { ClosedLevel = true, Pull = LinePull.Down }, Reading.Good(true)).Value);
    }

    [Fact]
    public void Unknown_keeps_its_reason_and_counts_as_in_force()
    {
        var unknown = ContactLevels.Asserted(Limit, Reading.Bad<bool>(BadReason.Unreachable));
        Assert.Equal(Quality.Bad(BadReason.Unreachable), unknown.Quality);
        Assert.True(Fallback.InForce(unknown));
        Assert.True(Fallback.InForce(new(false, Quality.Uncertain(9_000))));
        Assert.True(Fallback.InForce(Reading.Good(true)));
        Assert.False(Fallback.InForce(Reading.Good(false)));
    }

    [Theory]
    [InlineData("0001", 0.0, Trust.Good)] // relays 100, 60, 30, 0
    [InlineData("0010", 0.3, Trust.Good)]
    [InlineData("0100", 0.6, Trust.Good)]
    [InlineData("1000", 1.0, Trust.Good)]
    [InlineData("1100", 0.6, Trust.Uncertain)] // both while switching
    [InlineData("1001", 0.0, Trust.Uncertain)]
    [InlineData("-000", 1.0, Trust.Good)] // the 100 % relay is not wired
    [InlineData("-010", 0.3, Trust.Good)]
    public void Ripple_control_takes_the_strictest_closed_relay(string relays, double share, Trust trust)
    {
        var permitted = RippleControl.Permitted(Relays(relays));
        Assert.Equal((share, trust), (permitted.Value.Ratio, permitted.Quality.Trust));
    }

    [Theory]
    [InlineData("0000", BadReason.Implausible)]
    [InlineData("100?", BadReason.Timeout)]
    [InlineData("----", BadReason.NotInstalled)]
    public void Ripple_control_is_unknown_without_a_clear_word(string relays, BadReason reason) =>
        Assert.Equal(Quality.Bad(reason), RippleControl.Permitted(Relays(relays)).Quality);

    [Fact]
    public void Pulses_give_energy_and_power_by_their_distance()
    {
        var meter = new PulseMeter(1000, closedLevel: false, TimeSpan.FromMilliseconds(40));
        var count = default(PulseCount);
        Assert.Equal(BadReason.NeverRead, meter.Power(count, 0).Quality.Reason);
        for (uint pulse = 0; pulse < 3; pulse++)
        {
            count = meter.Next(count, new(pulse * 3_600_000_000L, 0, false, (2 * pulse) + 1));
            count = meter.Next(count, new((pulse * 3_600_000_000L) + 50_000_000, 0, true, (2 * pulse) + 2));
        }
        Assert.Equal((3, 0), (count.Pulses, count.LostEdges));
        Assert.Equal(3, meter.Energy(count).WattHours);
        Assert.Equal(1000, meter.Power(count, 7_200_000_000).Value.Watts);
        Assert.Equal(500, meter.Power(count, 14_400_000_000).Value.Watts); // silent for twice the distance: at most half the power
        Assert.Equal(Trust.Uncertain, meter.Power(count, 700_000_000_000).Quality.Trust);
    }

    [Fact]
    public void Bounces_and_times_that_run_backwards_count_nothing()
    {
        var meter = new PulseMeter(1000, closedLevel: false, TimeSpan.FromMilliseconds(40));
        var count = meter.Next(default, new(1_000_000_000, 0, false, 1));
        foreach (var at in (long[])[1_000_100_000, 1_039_000_000, 900_000_000])
            count = meter.Next(count, new(at, 0, false, count.Sequence + 1));
        Assert.Equal(1, count.Pulses);
    }

    [Fact]
    public void Edges_the_kernel_lost_are_counted_by_their_numbers()
    {
        var meter = new PulseMeter(1000, closedLevel: false, TimeSpan.FromMilliseconds(40));
        var count = meter.Next(default, new(1_000_000_000, 0, false, 1));
        count = meter.Next(count, new(5_000_000_000, 0, false, 9)); // 2 to 8 are missing: 7 edges, three whole pulses and half of this one
        Assert.Equal((5, 7, 1_000_000_000L), (count.Pulses, count.LostEdges, count.GapNs));
    }

    [Fact]
    public void Energy_never_falls_whatever_edges_come()
    {
        var (meter, dice, count) = (new PulseMeter(800, true, TimeSpan.FromMilliseconds(30)), new Dice(7), default(PulseCount));
        for (var i = 0; i < 10_000; i++)
        {
            var next = meter.Next(count, new(dice.Below(1_000_000_000) * 1000L, 0, dice.Chance(0.5), (uint)dice.Below(1000)));
            Assert.True(meter.Energy(next) >= meter.Energy(count));
            count = next;
        }
    }

    private static Func<ContactRole, Reading<bool>?> Relays(string levels) => role => levels[role - ContactRole.Ripple100] switch
    {
        '-' => null,
        '?' => Reading.Bad<bool>(BadReason.Timeout),
        var level => Reading.Good(level == '1'),
    };
}
