using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>What a device profile file becomes, and what it is answered with when it is wrong.</summary>
public class ProfileFileTests
{
    private static readonly Func<string, Checked<DeviceProfile>> ReadText = text =>
    {
        var yaml = YamlReader.Read(text, "x.yaml");
        return yaml.Value is null ? new(null, yaml.Problems) : ProfileFile.Read(yaml.Value);
    };

    public static TheoryData<string> Scenarios => Golden.Files("Golden", "profile-*.txt");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_broken_profile_is_answered_with_every_problem(string name) =>
        Golden.Check("Golden", name, given => ProblemPrinter.Print(ReadText(given).Problems, _ => given));

    [Fact]
    public void A_fixed_profile_is_read_whole()
    {
        var profile = Good("""
            profile: eastron-sdm630
            title: Meter
            source: "manual 1.9"
            confidence: A
            link: {port: 1502, unit: 7, max_read: 80, single_client: true}
            units: {battery: 225}
            holes:
              - {space: input, first: 76, last: 0x4D}
            defaults: {space: input, type: f32, words: CDAB, sentinels: [0x7FC00000], priority: low, max_age_ms: 60000}
            points:
              - {name: voltage_l1, address: 0, measure: grid_voltage_l1, priority: high, min: 100, max_age_ms: 4000, meaning: "phase: one"}
              - {name: soc2, unit_id: battery, space: holding, address: 266, type: u16, scale: 0.1, unit: "%"}
              - {name: other, address: 78, type: s32, unit: W}
              - {name: both, sum: {other: 1, voltage_l1: -1}, unit: W, measure: grid_import, priority: high}
            """);
        Assert.Equal(("eastron-sdm630", "Meter", "manual 1.9", 'A'), (profile.Name, profile.Title, profile.Source, profile.Confidence));
        Assert.Equal(new LinkRules { DefaultPort = 1502, DefaultUnit = 7, MaxRead = 80, SingleClient = true }, profile.Link);
        Assert.Equal(225, profile.Units["battery"]);
        Assert.Equal(new RegisterHole(RegisterSpace.InputRegister, 76, 77), Assert.Single(profile.Holes));
        var voltage = profile.Points[0];
        Assert.Equal((RegisterType.F32, RegisterSpace.InputRegister, WordOrder.LittleEndian), (voltage.Type, voltage.Space, voltage.Words));
        Assert.Equal((Measure.GridVoltageL1, "V", 100d, 400d, 4000, PointPriority.High), (voltage.Measure, voltage.Unit, voltage.Min, voltage.Max, voltage.MaxAgeMs, voltage.Priority));
        Assert.Equal([0x7FC00000UL], voltage.Sentinels.ToArray());
        Assert.Equal(("battery", 0.1, 60_000), (profile.Points[1].UnitId, profile.Points[1].Scale, profile.Points[1].MaxAgeMs));
        Assert.Empty(profile.Points[2].Sentinels); // codes of f32 mean nothing in an s32
        Assert.Equal([new DerivedTerm("other", 1), new DerivedTerm("voltage_l1", -1)], profile.Points[3].Terms.ToArray());
        Assert.Equal(5_000, profile.Points[3].MaxAgeMs);
    }

    [Fact]
    public void A_sunspec_profile_gets_the_well_known_bases_and_the_code_of_each_type()
    {
        var profile = Good("""
            profile: hybrid
            title: Hybrid
            source: SunSpec
            confidence: A
            layout: sunspec
            defaults: {sentinels: sunspec}
            points:
              - {name: w, models: [101, 102, 103], offset: 14, type: s16, scale_factor: w_sf, unit: W, measure: pv_production}
              - {name: w_sf, models: [101, 102, 103], offset: 15, type: sunssf}
              - {name: serial, model: 1, offset: 50, type: text, length: 16, priority: once}
              - {name: hours, model: 160, offset: 15, type: u32}
            """);
        Assert.Equal([40_000, 50_000, 0], profile.SunSpecBases.ToArray());
        Assert.Equal([101, 102, 103], profile.Points[0].Models.ToArray());
        Assert.Equal("w_sf", profile.Points[0].ScaleFactor);
        Assert.Equal([0x8000UL], profile.Points[0].Sentinels.ToArray());
        Assert.Equal([0x8000UL], profile.Points[1].Sentinels.ToArray());
        Assert.Empty(profile.Points[2].Sentinels);
        Assert.Equal(16, profile.Points[2].Width);
        Assert.Equal([0xFFFFFFFFUL], profile.Points[3].Sentinels.ToArray());
    }

    [Fact]
    public void A_control_keeps_its_steps_in_order()
    {
        var control = Assert.Single(Good(Charger).Controls);
        Assert.Equal((ControlKind.EvCurrent, 30_000, WearClass.Volatile, Measure.EvCharge), (control.Kind, control.TimeoutMs, control.Wear, control.Effect));
        Assert.Equal(new ControlStep("failsafe_timeout") { Constant = 30, Verifiable = false }, Assert.Single(control.Arm));
        Assert.Equal(
            [
                new ControlStep("set_current") { When = StepCondition.WhenPositive, ReadBack = "offered" },
                new ControlStep("enable") { Constant = 0, When = StepCondition.WhenZero, Verifiable = false },
            ],
            control.Apply.ToArray());
        Assert.Empty(control.Release);
    }

    [Fact]
    public void The_profile_must_carry_the_name_of_its_file()
    {
        var yaml = YamlReader.Read(Charger, "keba-p30.yaml").Value!;
        Assert.True(ProfileFile.Read(yaml, "charger").IsUsable);
        Assert.Equal(ProblemCodes.ProfileName, Assert.Single(ProfileFile.Read(yaml, "keba-p30").Problems).Code);
    }

    [Theory]
    [InlineData("address: 70, type: u16, access: write", true)] // a write-only twin of the readable register
    [InlineData("address: 70, type: u32, access: write", false)] // half on it, half off it
    [InlineData("address: 70, type: u16, access: readwrite", false)]
    [InlineData("address: 70, type: u16, space: input", true)] // another table
    [InlineData("address: 71, type: u16", true)]
    public void Registers_belong_to_one_readable_point(string second, bool allowed)
    {
        var read = ReadText($$"""
            profile: p
            title: t
            source: s
            confidence: B
            points:
              - {name: a, address: 70, type: u16}
              - {name: b, {{second}}}
            """);
        Assert.Equal(allowed, read.IsUsable);
        if (!allowed)
            Assert.Equal(ProblemCodes.Overlap, Assert.Single(read.Problems).Code);
    }

    internal const string Charger = """
        profile: charger
        title: Charger
        source: vendor
        confidence: A
        points:
          - {name: power, address: 1020, type: u32, scale: 0.001, measure: ev_charge}
          - {name: state, address: 1000, type: u32, measure: ev_state, map: {0: 0, 1: 1, 0x2: 2, 5: 2}}
          - {name: offered, address: 1100, type: u32, scale: 0.001, unit: A}
          - {name: set_current, address: 5004, type: u16, scale: 0.001, unit: A, access: write, write_with: single}
          - {name: failsafe_timeout, address: 5018, type: u16, unit: s, access: write, write_with: single}
          - {name: enable, address: 5014, type: u16, access: write, write_with: single}
        controls:
          - control: ev_current
            timeout_ms: 30000
            fallback: 6 A after 30 s
            wear: volatile
            effect: ev_charge
            effect_tolerance: 300
            arm: [{point: failsafe_timeout, value: 30, verifiable: false}]
            apply:
              - {point: set_current, factor: 1, when: positive, read_back: offered}
              - {point: enable, value: 0, when: zero, verifiable: false}
        """;

    private static DeviceProfile Good(string text)
    {
        var read = ReadText(text);
        Assert.Equal("", string.Join("\n", read.Problems));
        return read.Value!;
    }
}
