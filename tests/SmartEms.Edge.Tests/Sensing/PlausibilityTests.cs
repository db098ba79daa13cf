using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>What the controller reads through: ranges of this site, jumps that wait for a second reading, counters that only count up, values that stand still.</summary>
public sealed class PlausibilityTests
{
    private const int MaxAge = 5_000;
    private long now;

    private readonly ReadingJudge meter = new(Plausibility.Of(Given.Site(), 0));
    private readonly ReadingJudge inverter = new(Plausibility.Of(Given.Site(), 1));

    private Sample Look(ReadingJudge judge, Measure measure, double value)
    {
        now += 1_000;
        return judge.Look(measure, Sample.Good(value), MaxAge, now);
    }

    [Theory]
    [InlineData(Measure.GridImport, 80_000)]
    [InlineData(Measure.GridImport, -80_000)]
    [InlineData(Measure.GridCurrentL2, 120)]
    [InlineData(Measure.GridVoltageL1, 470)]
    [InlineData(Measure.GridFrequency, 61)]
    public void What_this_connection_cannot_carry_is_bad_at_once(Measure measure, double value) =>
        Assert.Equal(Quality.Bad(BadReason.Implausible), Look(meter, measure, value).Quality);

    [Fact]
    public void A_jump_that_relaxes_waits_for_a_second_reading()
    {
        Assert.True(Look(inverter, Measure.BatterySoc, 8).IsGood);
        Assert.Equal(Trust.Uncertain, Look(inverter, Measure.BatterySoc, 60).Quality.Trust);
        Assert.True(Look(inverter, Measure.BatterySoc, 60).IsGood);
    }

    [Fact]
    public void One_wild_reading_is_never_believed_and_the_next_true_one_is()
    {
        Assert.True(Look(inverter, Measure.BatterySoc, 50).IsGood);
        Assert.False(Look(inverter, Measure.BatterySoc, 90).IsGood);
        Assert.True(Look(inverter, Measure.BatterySoc, 50).IsGood);
        Assert.False(Look(inverter, Measure.BatterySoc, 20).IsGood);
        Assert.False(Look(inverter, Measure.BatterySoc, 90).IsGood);
    }

    [Fact]
    public void Asking_twice_for_one_reading_does_not_confirm_it()
    {
        Look(inverter, Measure.BatterySoc, 50);
        now += 1_000;
        var read = now;
        for (; now < read + 4_000; now += 250)
        {
            var old = Sample.Good(90).Aged(now - read, MaxAge);
            Assert.Equal(Trust.Uncertain, inverter.Look(Measure.BatterySoc, old, MaxAge, now).Quality.Trust);
        }
    }

    [Fact]
    public void One_reading_is_enough_to_tighten()
    {
        Look(inverter, Measure.BatteryCellVoltageMax, 3.3);
        var high = Look(inverter, Measure.BatteryCellVoltageMax, 3.9);
        Assert.Equal((true, 3.9), (high.IsGood, high.Value));
        Look(inverter, Measure.BatteryChargeAllowed, 1);
        Assert.Equal(0, Look(inverter, Measure.BatteryChargeAllowed, 0).Value);
        Look(meter, Measure.GridVoltageL1, 230);
        Assert.Equal((true, 260.0), Look(meter, Measure.GridVoltageL1, 260) is var volts ? (volts.IsGood, volts.Value) : default);
    }

    [Fact]
    public void Until_it_is_confirmed_the_tighter_old_value_counts()
    {
        Look(inverter, Measure.BatteryChargeAllowed, 0);
        var once = Look(inverter, Measure.BatteryChargeAllowed, 1);
        Assert.Equal((0, Trust.Uncertain), (once.Value, once.Quality.Trust));
        var twice = Look(inverter, Measure.BatteryChargeAllowed, 1);
        Assert.Equal((1, Trust.Good), (twice.Value, twice.Quality.Trust));
    }

    [Theory]
    [InlineData(40, 75, 2)] // A of the BMS's limit: the next reading that agrees
    [InlineData(100, 3_376.8, 3)] // far off: once more
    [InlineData(0, 80, 3)]
    public void The_farther_a_limit_is_relaxed_the_more_readings_agree(double from, double to, int readings)
    {
        Look(inverter, Measure.BatteryDischargeCurrentMax, from);
        for (var reading = 1; reading < readings; reading++)
            Assert.Equal((from, Trust.Uncertain), Look(inverter, Measure.BatteryDischargeCurrentMax, to) is var held ? (held.Value, held.Quality.Trust) : default);
        Assert.Equal((to, Trust.Good), Look(inverter, Measure.BatteryDischargeCurrentMax, to) is var believed ? (believed.Value, believed.Quality.Trust) : default);
        Assert.Equal(5, Look(inverter, Measure.BatteryDischargeCurrentMax, 5).Value); // less counts at once
    }

    [Fact]
    public void A_longer_pause_allows_a_larger_step()
    {
        Look(inverter, Measure.BatterySoc, 50);
        now += 600_000;
        Assert.True(Look(inverter, Measure.BatterySoc, 80).IsGood);
    }

    [Fact]
    public void A_counter_that_runs_back_is_told_and_accepted_once_it_counts_on()
    {
        Assert.True(Look(meter, Measure.GridImportedEnergy, 4_294_967_000).IsGood);
        Assert.False(meter.HasCounterTrouble(now));
        Assert.False(Look(meter, Measure.GridImportedEnergy, 12).IsGood);
        Assert.True(meter.HasCounterTrouble(now));
        Assert.True(Look(meter, Measure.GridImportedEnergy, 14).IsGood); // rolled over, or another meter
        Assert.True(Look(meter, Measure.GridImportedEnergy, 15).IsGood);
        Assert.False(meter.HasCounterTrouble(now + 900_000));
    }

    [Fact]
    public void A_counter_cannot_outrun_the_fuse()
    {
        Look(meter, Measure.GridImportedEnergy, 1_000_000);
        Assert.False(Look(meter, Measure.GridImportedEnergy, 9_000_000).IsGood);
        Assert.True(Look(meter, Measure.GridImportedEnergy, 1_000_010).IsGood);
    }

    [Fact]
    public void Same_bytes_are_frozen_only_while_the_rest_changes_and_power_flows()
    {
        Assert.True(Frozen(restMoves: true, isLively: true));
        Assert.False(Frozen(restMoves: false, isLively: true));
        Assert.False(Frozen(restMoves: true, isLively: false));
    }

    private static bool Frozen(bool restMoves, bool isLively)
    {
        var watch = new FreezeWatch(2);
        var frozen = new bool[2];
        for (var s = 1; s <= 300; s++)
            watch.Look([new(10 + (10L * s), 10, 10, 0, isLively), new(10L * s, restMoves ? s : 1, 1, 0, true)], frozen, s * 1_000);
        return frozen[0];
    }

    [Fact]
    public void An_import_that_alone_stands_still_is_frozen()
    {
        var watch = new FreezeWatch(1);
        var told = Enumerable.Range(0, 300).FirstOrDefault(s => watch.LookAtImport(1_234.5, s * 10, s * 1_000L), -1);
        Assert.InRange(told, 100, 299);
        Assert.DoesNotContain(Enumerable.Range(0, 300), s => watch.LookAtImport(1_234 + (s % 2), s * 10, 300_000 + (s * 1_000L)));
        Assert.DoesNotContain(Enumerable.Range(0, 300), s => watch.LookAtImport(0, s * 10, 600_000 + (s * 1_000L)));
    }

    [Fact]
    public void A_house_that_would_generate_is_told_of_when_it_lasts()
    {
        var balance = new SiteBalance();
        Assert.False(balance.Look(-2_000, 5_000, 0));
        Assert.False(balance.Look(-2_000, 5_000, 59_000));
        Assert.True(balance.Look(-2_000, 5_000, 60_000));
        Assert.False(balance.Look(double.NaN, 5_000, 61_000));
        Assert.False(balance.Look(-400, 5_000, 200_000)); // within the meters' errors
    }
}
