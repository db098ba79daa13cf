using Xunit;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>Every scenario file of this folder tells today the story it told when somebody last read it.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> All => Golden.Files(".");

    [Theory]
    [MemberData(nameof(All))]
    public void The_story_is_the_expected_one(string name) => Golden.Check(".", name, given =>
    {
        var script = Script.Parse(given);
        return script.IsCycle ? CycleStory.Tell(script) : FollowStory.Tell(script);
    });
}
