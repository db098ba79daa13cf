using System.Text;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>What a profile would write: every control with a capture's readings at hand, each phase and target, as registers on the wire.</summary>
public class ProfileWriteTests
{
    public static TheoryData<string> Stories => Golden.Files("Writes");

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_target_becomes_the_registers_of_the_list(string name) => Golden.Check("Writes", name, given =>
    {
        var told = given.Split('\n').Where(line => line.Contains(':')).ToDictionary(line => line.Split(':')[0], line => line.Split(':')[1].Trim());
        var profile = Hardware.Profile(told["profile"]);
        var table = ProfileMapTests.Poll(Located.Fixed(profile, profile.Link.DefaultUnit), Hardware.Capture(profile.Name, told["capture"]));
        var targets = told["targets"].Split(' ').Select(target => double.Parse(target, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var story = new StringBuilder();
        foreach (var control in profile.Controls)
        {
            Tell(story, "arm", ControlRecipe.Of(control, ControlPhase.Arm, 0, table, 250), profile);
            foreach (var target in targets)
                Tell(story, $"apply {target}", ControlRecipe.Of(control, ControlPhase.Apply, target, table, 250), profile);
            if (control.Keep is not null)
                Tell(story, "keep", ControlRecipe.Of(control, ControlPhase.Keep, targets[0], table, 250), profile);
            Tell(story, "release", ControlRecipe.Of(control, ControlPhase.Release, 0, table, 250), profile);
        }
        return story.ToString();
    });

    [Fact]
    public void Every_charger_tells_what_it_writes()
    {
        var told = ((IEnumerable<object[]>)Stories).Select(row => ((string)row[0]).Split('.')[0]).ToHashSet();
        foreach (var profile in Hardware.ProfileNames().Select(Hardware.Profile))
            if (profile.Controls.Any(control => control.Kind == ControlKind.EvCurrent))
                Assert.Contains(profile.Name, told);
    }

    [Theory]
    [InlineData("growatt-tlxh")]
    [InlineData("kostal-plenticore")]
    public void Hybrids_whose_setpoint_is_guarded_or_a_share_tell_what_they_write(string profile) =>
        Assert.Contains(((IEnumerable<object[]>)Stories).Select(row => (string)row[0]), name => name.StartsWith(profile, StringComparison.Ordinal));

    private static void Tell(StringBuilder story, string phase, ControlRecipe recipe, DeviceProfile profile)
    {
        story.Append(phase).Append('\n');
        if (!recipe.IsOk)
            story.Append($"  refused: {recipe.Refusal}\n");
        foreach (var write in recipe.Writes)
        {
            var point = profile.Points[write.Point];
            var words = string.Join(' ', write.Words.Select(word => word.ToString("X4", System.Globalization.CultureInfo.InvariantCulture)));
            var proof = write.ReadBack < 0 ? "not read back" : $"read back {profile.Points[write.ReadBack].Name}";
            story.Append($"  {ProfileWords.Of(ProfileWords.Spaces, write.Span.Space)} {write.Span.Address} {write.Function}: {words}  {point.Name} {write.Expected} {point.Unit}".TrimEnd());
            story.Append($", {proof}, {point.Wear}\n");
        }
        foreach (var note in recipe.Notes)
            story.Append($"  note: {note}\n");
    }
}
