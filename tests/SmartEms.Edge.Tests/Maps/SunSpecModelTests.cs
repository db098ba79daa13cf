using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>The published models by name, their codes for "nothing", scale factors that move or lie, and sub-devices.</summary>
public class SunSpecModelTests
{
    private static readonly SunSpecCatalogue Models = SunSpecCatalogue.Parse(File.ReadAllText(PathOf("../../../hw/sunspec/models.txt")));

    [Fact]
    public void All_models_we_name_are_in_the_table()
    {
        ushort[] wanted = [1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160, 201, 202, 203, 204, 211, 212, 213, 214, 701, 702, 703, 704, 713, 714, 715, 802, 803, 804, 805];
        Assert.Equal(wanted, Models.Ids);
        Assert.InRange(new FileInfo(PathOf("../../../hw/sunspec/models.txt")).Length, 1, 60_000);
        var set = Models.Find(704)!.Points.Single(point => point.Definition.Name == "WSet").Definition;
        Assert.Equal((24, RegisterType.S32, "W", "WSet_SF", PointAccess.ReadWrite), (set.Address, set.Type, set.Unit, set.ScaleFactor, set.Access));
        Assert.Equal(20, Models.Find(160)!.GroupLength);
        Assert.Equal(10, Models.Find(160)!.FixedLength);
    }

    [Theory]
    [InlineData(0, "3000 W")]
    [InlineData(0xFFFF, "300 W")]
    [InlineData(1, "30000 W")]
    [InlineData(0x8000, "raw 3000: its scale factor W_SF cannot be used")]
    [InlineData(99, "raw 3000: its scale factor W_SF cannot be used")]
    public void A_scale_factor_is_read_every_time_and_not_believed_blindly(ushort factor, string shown)
    {
        var words = new ushort[52];
        (words[14], words[15]) = (3000, factor);
        Assert.Equal(shown, Shown(103, words, "W"));
    }

    [Theory]
    [InlineData(14, "W", 0x8000, "not implemented")]
    [InlineData(2, "A", 0xFFFF, "not implemented")]
    [InlineData(38, "St", 4, "4 MPPT")]
    [InlineData(38, "St", 77, "77 (a code the standard does not know)")]
    [InlineData(41, "Evt1", 0x0081, "GROUND_FAULT + OVER_TEMP")]
    public void Codes_are_told_in_words(int at, string point, ushort word, string shown)
    {
        var words = new ushort[52];
        words[at] = word;
        Assert.Equal(shown, Shown(103, words, point));
    }

    [Fact]
    public void An_accumulator_at_zero_has_not_accumulated() => Assert.Equal("not accumulated", Shown(103, new ushort[52], "WH"));

    [Fact]
    public void A_truncated_model_has_fewer_points_and_groups()
    {
        var words = new ushort[10 + 20 + 19];
        words[10 + 11] = 5;
        var values = SunSpecDecoding.Of(Models.Find(160)!, 40_000, words);
        Assert.Contains(values, value => value is { Name: "DCW[1]", Address: 40_021, Shown: "5 W" });
        Assert.DoesNotContain(values, value => value.Group == 2);
    }

    [Fact]
    public async Task A_broken_chain_shows_what_came_before_and_is_still_not_used()
    {
        var device = Hardware.Capture("sunspec-hybrid", "day");
        device[40_122] = 2_001;
        var chain = await SunSpecWalk.FindAsync(device, 1, [40_000], default);
        Assert.False(chain.IsFound);
        Assert.Empty(chain.Models);
        Assert.Equal([1, 103], chain.Seen.Select<SunSpecModel, int>(model => model.Id));
    }

    [Fact]
    public void A_profile_finds_its_own_sub_device()
    {
        ImmutableArray<SunSpecModel> chain = [new(1, 2, 65, 0), new(103, 69, 50, 0), new(1, 121, 65, 1), new(203, 188, 105, 0), new(1, 295, 65, 2), new(203, 362, 105, 1)];
        Assert.Equal([2, 2, 2], SunSpecParts.Of(chain).Select(part => part.Length));
        var meter = new DeviceProfile("meter", "", new(), [new("model_name", RegisterType.Text) { TextLength = 16, Models = [1], Address = 18 }, new("power", RegisterType.S16) { Models = [203], Address = 18 }]);
        var located = Located.InChain(meter, 1, chain);
        Assert.Equal(121 + 18, located.Places[0].Span.Address); // not the inverter's name
        Assert.Equal(188 + 18, located.Places[1].Span.Address);
    }

    [Fact]
    public void Every_sunspec_control_sets_its_reversion_timer()
    {
        foreach (var profile in Hardware.ProfileNames().Select(Hardware.Profile).Where(profile => profile.Layout == ProfileLayout.SunSpec))
            foreach (var control in profile.Controls)
                Assert.True(control.Apply.Any(step => step.Point.EndsWith("rvrt_tms", StringComparison.Ordinal) && step.Constant > 0)
                    || (control.TimeoutMs > 0 && control.Arm.Any(step => step.Constant * 1_000 == control.TimeoutMs)), $"{profile.Name} {control.Kind} never reverts"); // a vendor's own timer, in seconds
    }

    private static string Shown(ushort id, ushort[] words, string point) => SunSpecDecoding.Of(Models.Find(id)!, 40_000, words).Single(value => value.Name == point).Shown;

    private static string PathOf(string inside, [CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, inside);
}
