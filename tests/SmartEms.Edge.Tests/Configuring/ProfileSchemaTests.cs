using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>What a profile says beyond registers and scales: fingerprints, wear, modes of the device's own, bits, signs and conditions.</summary>
public class ProfileSchemaTests
{
    private const string Text = """
        profile: hybrid
        title: Hybrid
        source: vendor
        confidence: A
        units: {bms: 3}
        identify:
          - {space: input, address: 4999, type: u16, equals: [3599, 0xE0C], weight: 80, meaning: "device type"}
          - {address: 0, type: text, length: 4, contains: ACME, unit_id: bms}
          - {address: 10, type: s16, min: -5, max: 5}
        points:
          - {name: rated, address: 5, type: u32, words: DCBA, unit: W}
          - {name: set_power, address: 10, type: s16, unit: W, access: readwrite, write_with: single, writes_per_day: 96, writes_lifetime: 100000}
          - {name: mode, address: 11, type: u16, access: readwrite, wear: flash}
          - {name: spare, address: 12, type: u16, access: readwrite}
          - {name: charging, address: 13, type: u16, mask: 0x0002, map: {0: 1, 1: -1}}
          - {name: discharging, address: 13, type: u16, mask: 0x0004}
          - {name: power, address: 14, type: u16, unit: W, sign_from: charging, measure: battery_discharge}
          - {name: meter_state, address: 15, type: u16}
          - {name: meter, address: 16, type: s16, unit: W, only_when: {meter_state: 1}, measure: grid_import}
          - {name: bms_soc, unit_id: bms, address: 1, type: u16}
          - {name: sign, address: 18, type: u16, access: readwrite, wear: volatile}
          - {name: asleep, address: 17, type: u16, unit: W, sentinels: [0xFFFF], no_value_is: 0, measure: pv_production}
        controls:
          - control: battery_discharge
            timeout_ms: 60000
            fallback: automatic
            wear: volatile
            effect: battery_discharge
            effect_tolerance: 100
            apply: [{point: set_power, factor: -1, at_most: rated}, {point: sign, value: 1}]
            release: [{point: mode, value: 0}]
            native:
              grid_charge: [{point: mode, value: 2}, {point: set_power, factor: 1, at_most: rated}]
              self_consume: [{point: mode, value: 0}]
        """;

    private static readonly DeviceProfile Profile = Read();

    [Fact]
    public void A_fingerprint_is_read_and_judges_what_the_device_says()
    {
        var (type, name, range) = (Profile.Identify[0], Profile.Identify[1], Profile.Identify[2]);
        Assert.Equal((RegisterSpace.InputRegister, (ushort)4999, 80, "device type"), (type.Space, type.Address, type.Weight, type.Meaning));
        Assert.Equal([3599L, 3596L], type.AnyOf.ToArray());
        Assert.True(type.Fits([0xE0F]));
        Assert.False(type.Fits([0xE10]));
        Assert.Equal(("bms", 4), (name.UnitId, name.Width));
        Assert.True(name.Fits([0x2041, 0x636D, 0x6520, 0x3500])); // " Acme 5"
        Assert.False(name.Fits([0, 0, 0, 0]));
        Assert.True(range.Fits([0xFFFB]));
        Assert.False(range.Fits([6]));
    }

    [Fact]
    public void A_register_wears_as_it_says_else_as_its_control_says_else_as_flash()
    {
        Assert.Equal((WearClass.Volatile, 96, 100_000), Of("set_power"));
        Assert.Equal((WearClass.Flash, 0, 0), Of("mode"));
        Assert.Equal((WearClass.Flash, 0, 0), Of("spare"));
        Assert.Equal(WearClass.Volatile, Profile.Controls[0].Wear); // mode is only written when handing back

        static (WearClass, int, int) Of(string name)
        {
            var point = Profile.Points[Profile.IndexOf(name)];
            return (point.Wear, point.WritesPerDay, point.WritesLifetime);
        }
    }

    [Fact]
    public void Modes_of_the_device_keep_their_steps_in_order()
    {
        var native = Profile.Controls[0].Native;
        Assert.Equal([NativeKind.SelfConsume, NativeKind.GridCharge], native.Select(mode => mode.Kind));
        Assert.Equal([new ControlStep("mode") { Constant = 2 }, new ControlStep("set_power") { AtMost = "rated" }], native[1].Steps.ToArray());
    }

    [Theory]
    [InlineData(new ushort[] { 0x0002, 1, 0xFF9C, 300 }, new double[] { -500, 0, -100, 300 })] // charging, meter online
    [InlineData(new ushort[] { 0x0004, 1, 100, 0 }, new double[] { 500, 1, 100, 0 })]
    [InlineData(new ushort[] { 0x0004, 0, 100, 0xFFFF }, new double[] { 500, 1, double.NaN, 0 })] // meter offline, inverter asleep
    public void Signs_conditions_and_standing_in_values(ushort[] given, double[] expected)
    {
        var table = Table();
        Store(table, "charging", given[0]);
        Store(table, "discharging", given[0]);
        Store(table, "power", 500);
        Store(table, "meter_state", given[1]);
        Store(table, "meter", given[2]);
        Store(table, "asleep", given[3]);
        var import = table.Get(Measure.GridImport, 0);
        double[] seen =
        [
            table.Get(Measure.BatteryDischarge, 0).Value, table.Get(Profile.IndexOf("discharging"), 0).Value,
            import.IsKnown ? import.Value : double.NaN, table.Get(Measure.PvProduction, 0).Value,
        ];
        Assert.Equal(expected, seen);
    }

    [Fact]
    public void An_amount_without_its_sign_is_unknown()
    {
        var table = Table();
        Store(table, "power", 500);
        Assert.False(table.Get(Measure.BatteryDischarge, 0).IsKnown);
    }

    [Theory]
    [InlineData(-2_000, 1_500)]
    [InlineData(2_000, -1_500)]
    [InlineData(-700, 700)]
    public void A_setpoint_stays_within_the_devices_own_rating(double target, double written)
    {
        var table = Table();
        table.Store(Profile.IndexOf("rated"), [0xDC05, 0x0000], 0); // 1500 = 0x000005DC, least significant byte first
        var recipe = ControlRecipe.Of(Profile.Controls[0], ControlPhase.Apply, target, table, 0);
        Assert.Equal(written, recipe.Writes[0].Expected);
    }

    [Fact]
    public void An_unknown_rating_refuses_the_setpoint() =>
        Assert.Contains("set_power may be at most rated", ControlRecipe.Of(Profile.Controls[0], ControlPhase.Apply, 1, Table(), 0).Refusal);

    [Theory]
    [InlineData("ABCD", new ushort[] { 0x0102, 0x0304 })]
    [InlineData("CDAB", new ushort[] { 0x0304, 0x0102 })]
    [InlineData("BADC", new ushort[] { 0x0201, 0x0403 })]
    [InlineData("DCBA", new ushort[] { 0x0403, 0x0201 })]
    public void Every_word_order_reads_and_writes_the_same_number(string order, ushort[] words)
    {
        var point = new PointDefinition("x", RegisterType.U32) { Words = ProfileWords.Orders.First(known => known.Word == order).Value };
        Assert.Equal(0x01020304UL, Decoding.Bits(point, words));
        Assert.Equal(words, RegisterEncoding.Of(point, 0x01020304).Words);
    }

    [Fact]
    public void What_keeps_a_setpoint_alive_and_what_control_needs_are_read()
    {
        Assert.Null(Profile.Controls[0].Keep);
        var control = ReadWith("requires: [{point: meter_state, value: 1, remedy: switch it on}]\n    keep: [{point: sign, value: 1}]").Value!.Controls[0];
        Assert.Equal([new ControlRequirement("meter_state", 1, "switch it on")], control.Requires.ToArray());
        Assert.Equal([new ControlStep("sign") { Constant = 1 }], control.Keep!.Value.ToArray());
        Assert.True(ReadWith("keep: []").Value!.Controls[0].Keep is { IsEmpty: true }, "reading alone is enough");
        var table = Table();
        Assert.Equal([Profile.IndexOf("sign")], ControlRecipe.Of(control, ControlPhase.Keep, 500, table, 0).Writes.Select(write => write.Point));
    }

    [Theory]
    [InlineData("keep: [{point: mode, value: 2}]", ProblemCodes.Contradiction, "not with a change of it")]
    [InlineData("keep: [{point: set_power, factor: 1}]", ProblemCodes.FlashRefreshed, "kept alive in flash")]
    [InlineData("keep: [{point: sing, value: 1}]", ProblemCodes.UnknownName, "no point named sing")]
    [InlineData("requires: [{point: meter_stat, value: 1, remedy: x}]", ProblemCodes.UnknownName, "no point named meter_stat")]
    [InlineData("requires: [{point: meter_state, value: 1}]", ProblemCodes.MissingKey, "remedy")]
    [InlineData("release: [{point: set_power, value: 0.5}]", ProblemCodes.TypeMisfit, "between two steps of set_power")]
    public void What_cannot_be_kept_or_needed_is_refused_with_its_place(string keys, string code, string words) =>
        Assert.Contains(ReadWith(keys).Problems, problem => problem.Code == code && problem.What.Contains(words, StringComparison.Ordinal));

    private static Checked<DeviceProfile> ReadWith(string keys) => ProfileFile.Read(YamlReader.Read(
        Text.Replace("    release: [{point: mode, value: 0}]", $"    {keys}", StringComparison.Ordinal), "x.yaml").Value!);

    private static DeviceTable Table() => new(Located.Fixed(Profile, 1));

    private static void Store(DeviceTable table, string point, ushort word) => table.Store(Profile.IndexOf(point), [word], 0);

    private static DeviceProfile Read()
    {
        var read = ProfileFile.Read(YamlReader.Read(Text, "x.yaml").Value!);
        Assert.Equal("", string.Join("\n", read.Problems));
        return read.Value!;
    }
}
