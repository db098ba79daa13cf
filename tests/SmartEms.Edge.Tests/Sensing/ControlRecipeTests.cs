using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Maps;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>The writes a control becomes on the real profiles and captures.</summary>
public class ControlRecipeTests
{
    private static readonly DeviceTable Inverter = Polled("sunspec-hybrid", "day");
    private static readonly DeviceTable Charger = Polled("keba-p30", "charging");

    [Theory]
    // WChaMax is 10 240 W, rates count hundredths of a percent: 2560 W = 25.00 %
    [InlineData(ControlKind.BatteryDischarge, ControlPhase.Apply, 2_560, "40355=09C4 40356=F63C 40358=003C 40348=0003")]
    [InlineData(ControlKind.BatteryDischarge, ControlPhase.Apply, -2_560, "40355=F63C 40356=09C4 40358=003C 40348=0003")]
    [InlineData(ControlKind.BatteryDischarge, ControlPhase.Apply, 0, "40355=0000 40356=0000 40358=003C 40348=0003")]
    [InlineData(ControlKind.BatteryDischarge, ControlPhase.Release, 0, "40348=0000 40355=2710 40356=2710")]
    [InlineData(ControlKind.PvLimit, ControlPhase.Apply, 3_333, "40232=0D05 40234=003C 40236=0001")]
    [InlineData(ControlKind.PvLimit, ControlPhase.Release, 0, "40236=0000")]
    public void The_inverter_is_told_rates_and_timer_before_the_mode(ControlKind kind, ControlPhase phase, double target, string expected)
    {
        var recipe = Recipe(Inverter, kind, phase, target);
        Assert.Equal(expected, Show(recipe));
        Assert.All(recipe.Writes, write => Assert.Equal((WriteFunction.Multiple, write.Point), (write.Function, write.ReadBack)));
        Assert.Empty(recipe.Notes);
    }

    [Theory]
    [InlineData(ControlPhase.Arm, 0, "5016=1770 5018=001E")]
    [InlineData(ControlPhase.Apply, 10.5, "5004=2904 5014=0001")]
    [InlineData(ControlPhase.Apply, 0, "5014=0000")]
    [InlineData(ControlPhase.Release, 0, "5004=1770 5014=0001")]
    public void The_charger_is_told_a_current_or_to_stop(ControlPhase phase, double target, string expected)
    {
        var recipe = Recipe(Charger, ControlKind.EvCurrent, phase, target);
        Assert.Equal(expected, Show(recipe));
        Assert.All(recipe.Writes, write => Assert.Equal(WriteFunction.Single, write.Function));
    }

    [Fact]
    public void The_read_back_is_where_the_device_shows_it()
    {
        var writes = Recipe(Charger, ControlKind.EvCurrent, ControlPhase.Apply, 10.5).Writes;
        Assert.Equal((Charger.Device.Profile.IndexOf("max_current_now"), 10.5), (writes[0].ReadBack, writes[0].Expected));
        Assert.Equal(-1, writes[1].ReadBack);
    }

    [Fact]
    public void The_expected_value_is_what_the_registers_carry()
    {
        var writes = Recipe(Inverter, ControlKind.BatteryDischarge, ControlPhase.Apply, 1_000).Writes;
        Assert.Equal((9.76, -9.76), (writes[0].Expected, writes[1].Expected)); // 1000 / 10240 = 9.765625 %: never more than was approved
    }

    [Theory]
    [InlineData(10.5, 10)]
    [InlineData(10.999, 10)]
    [InlineData(10.000000001, 10)]
    [InlineData(9.9999999, 10)]
    [InlineData(15.999, 15)]
    [InlineData(6, 6)]
    [InlineData(5.9999999, 6)]
    public void A_charger_of_whole_amperes_never_gives_more_than_was_approved(double target, double written) =>
        Assert.Equal(written, Recipe(Polled("go-e-gemini", "charging"), ControlKind.EvCurrent, ControlPhase.Apply, target).Writes[0].Expected);

    [Fact]
    public void No_control_of_any_profile_writes_more_than_was_asked()
    {
        var (steps, chance) = (0, new Random(7));
        foreach (var profile in Hardware.ProfileNames().Select(Hardware.Profile))
            foreach (var step in profile.Controls.SelectMany(control => control.Apply).Where(step => step.Constant is null))
            {
                steps++;
                var point = profile.Points[profile.IndexOf(step.Point)];
                foreach (var power in (double[])[-3, -2, -1, 0, 1])
                    for (var i = 0; i < 200; i++)
                    {
                        var wanted = (chance.NextDouble() - 0.5) * 20_000;
                        var written = RegisterEncoding.TowardsZero(point, wanted, Sample.Good(power));
                        var stride = Math.Abs(point.Scale) * (point.ScaleFactor is null ? 1 : Math.Pow(10, power));
                        Assert.True(written * wanted >= 0 && Math.Abs(written) <= Math.Abs(wanted) + (1e-6 * stride), $"{profile.Name} {step.Point}: {wanted} became {written}");
                        Assert.True(Math.Abs(written - wanted) < stride, $"{profile.Name} {step.Point}: {wanted} lost a whole step and became {written}");
                    }
            }
        Assert.InRange(steps, 25, 1_000);
    }

    [Fact]
    public void Too_much_is_brought_down_and_said()
    {
        var recipe = Recipe(Inverter, ControlKind.BatteryDischarge, ControlPhase.Apply, -20_480);
        Assert.Equal("40355=D8F0 40356=2710 40358=003C 40348=0003", Show(recipe));
        Assert.Equal(["out_w_rte: -200 % does not fit, -100 % is written", "in_w_rte: 200 % does not fit, 100 % is written"], recipe.Notes.ToArray());
    }

    [Fact]
    public void Too_little_is_never_brought_up()
    {
        var recipe = Recipe(Charger, ControlKind.EvCurrent, ControlPhase.Apply, 3);
        Assert.Empty(recipe.Writes);
        Assert.Equal("EvCurrent: set_current: 3 A is outside 6 A … 63 A", recipe.Refusal);
    }

    [Fact]
    public void What_the_reference_is_unknown_for_is_not_written()
    {
        var night = Polled("sunspec-hybrid", "night");
        Assert.Equal("BatteryDischarge: out_w_rte: its scale factor in_out_w_rte_sf is Bad(NotAvailable)",
            Recipe(night, ControlKind.BatteryDischarge, ControlPhase.Apply, 100).Refusal);
        var fresh = new DeviceTable(Inverter.Device);
        Assert.Equal("PvLimit: w_max_lim_pct is a percentage of w_max, which is Bad(NeverRead)", Recipe(fresh, ControlKind.PvLimit, ControlPhase.Apply, 100).Refusal);
        Assert.Equal("PvLimit: the target is not a number", Recipe(Inverter, ControlKind.PvLimit, ControlPhase.Apply, double.NaN).Refusal);
    }

    private static ControlRecipe Recipe(DeviceTable table, ControlKind kind, ControlPhase phase, double target) =>
        ControlRecipe.Of(table.Device.Profile.Controls.Single(control => control.Kind == kind), phase, target, table, 0);

    private static string Show(ControlRecipe recipe) =>
        recipe.Refusal ?? string.Join(' ', recipe.Writes.Select(write => $"{write.Span.Address}={write.Words[0]:X4}"));

    private static DeviceTable Polled(string name, string capture)
    {
        var profile = Hardware.Profile(name);
        var registers = Hardware.Capture(name, capture);
        var unit = profile.Link.DefaultUnit;
        var device = profile.Layout == ProfileLayout.Fixed
            ? Located.Fixed(profile, unit)
            : Located.InChain(profile, unit, SunSpecWalk.FindAsync(registers, unit, profile.SunSpecBases, default).AsTask().Result.Models);
        return ProfileMapTests.Poll(device, registers);
    }
}
