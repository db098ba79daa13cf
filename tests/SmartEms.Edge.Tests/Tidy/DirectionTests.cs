using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>Folders look upstream only, and no project's folders stand in a circle.</summary>
public class DirectionTests
{
    /// <summary>The rooms of Core from source to mouth: each may use those before it. The seams stand before Simulating, which holds their stand-ins; what learns looks at all, and nobody at it.</summary>
    private static readonly string[] Order =
    [
        "Quantities", "Describing", "Sensing", "Configuring", "Diagnosing", "Safeguarding", "Forecasting", "Planning", "Proposing", "Backtesting", "Deciding", "Actuating",
        "Alerting", "Recording", "Commanding", "Syncing", "Seams.cs", "Simulating", "Training",
    ];

    private static IEnumerable<string> CheckOrder(SourceTree tree)
    {
        foreach (var room in tree.In(SourceTree.Core).Select(f => f.Room).Where(r => r.Length > 0 && !Order.Contains(r)).Distinct())
            yield return $"src/{SourceTree.Core}/{room}: not in the order of rooms; add it to {nameof(DirectionTests)}";
        foreach (var arrow in Rooms.Arrows(tree, SourceTree.Core).Where(a => Order.Contains(a.From)))
        {
            if (!Order.Contains(arrow.To))
                yield return $"{arrow.Place}: {arrow.From} uses {arrow.To}, which stands above the rooms";
            else if (Array.IndexOf(Order, arrow.To) > Array.IndexOf(Order, arrow.From))
                yield return $"{arrow.Place}: {arrow.From} looks downstream at {arrow.To}";
        }
    }

    private static IEnumerable<string> CheckCircles(SourceTree tree) =>
        tree.Projects.Select(p => (Project: p, Circle: Rooms.Circle(Rooms.Arrows(tree, p)))).Where(c => c.Circle is not null).Select(c => $"{c.Project}: {c.Circle}");

    [Fact]
    public void Rooms_of_core_look_upstream_only() => Complaints.AssertNone(CheckOrder(SourceTree.Here));

    [Fact]
    public void No_circle_among_rooms() => Complaints.AssertNone(CheckCircles(SourceTree.Here));

    [Fact]
    public void Nothing_hides_who_uses_whom() => Complaints.AssertNone(Rooms.Blind(SourceTree.Here));

    [Theory]
    [InlineData("using SmartEms.Edge.Core.Planning;", "Sensing looks downstream at Planning")]
    [InlineData("using static SmartEms.Edge.Core.Planning.Plan;", "Sensing looks downstream at Planning")]
    [InlineData("using P = SmartEms.Edge.Core.Planning.Plan;", "Sensing looks downstream at Planning")]
    [InlineData("class A { Planning.Plan? X; }", "Sensing looks downstream at Planning")]
    [InlineData("class A { string X => $\"{Core.Planning.Plan.Y}\"; }", "Sensing looks downstream at Planning")]
    [InlineData("class A { IBus? X; }", "Sensing looks downstream at Seams.cs")]
    [InlineData("class A { int X => Cycle.Slots; }", "Sensing uses Cycle.cs, which stands above the rooms")]
    [InlineData("class A { int X => Cycle.Think(1); }", "Sensing uses Cycle.cs, which stands above the rooms")]
    [InlineData("class A { SmartEms.Edge.Core.IBus? X; }", "Sensing looks downstream at Seams.cs")]
    public void It_sees_a_look_downstream(string code, string complaint) =>
        Assert.Contains(CheckOrder(Tree(("Sensing/A.cs", code))), c => c.Contains(complaint, StringComparison.Ordinal));

    [Theory]
    [InlineData("Sensing/A.cs", "// using SmartEms.Edge.Core.Planning;\nclass A { string X = \"Planning.Plan\"; int Y => z.Planning.W + z.IBus; }")]
    [InlineData("Deciding/A.cs", "using SmartEms.Edge.Core.Planning;")]
    [InlineData("Recording/A.cs", "record A(int Cycle) { int B => Cycle.Value; }")]
    [InlineData("Follow.cs", "using SmartEms.Edge.Core.Simulating; class Follow { IBus? X; }")]
    public void It_leaves_the_rest_alone(string path, string code) => Assert.Empty(CheckOrder(Tree((path, code))));

    [Fact]
    public void It_reads_the_real_tree() => Assert.Contains(Rooms.Arrows(SourceTree.Here, SourceTree.Core), a => a is { From: "Cycle.cs", To: "Quantities" });

    [Fact]
    public void It_sees_a_room_without_a_place() => Assert.Single(CheckOrder(Tree(("Dreaming/A.cs", "class A { }"))));

    [Fact]
    public void It_sees_a_circle_in_any_project()
    {
        var tree = SourceTree.Of(
            ("src/SmartEms.Edge/Commands/Run.cs", "namespace SmartEms.Edge.Commands; class Run { Daemon? D; }"),
            ("src/SmartEms.Edge/Daemon.cs", "namespace SmartEms.Edge; class Daemon { Control.Door? C; }"),
            ("src/SmartEms.Edge/Control/Door.cs", "using SmartEms.Edge.Commands; namespace SmartEms.Edge.Control; class Door { Run? R; }"));
        Assert.Equal(["SmartEms.Edge: Commands → Daemon.cs → Control → Commands"], CheckCircles(tree));
    }

    [Theory]
    [InlineData("src/P/Room/A.cs", "namespace P.Other;")]
    [InlineData("src/P/Room/A.cs", "global using P.Other;")]
    [InlineData("src/P/P.csproj", "<Using Include=\"P.Other\" />")]
    public void It_sees_what_hides_the_use(string path, string text) => Assert.Single(Rooms.Blind(SourceTree.Of((path, text))));

    private static SourceTree Tree((string Path, string Code) file) => SourceTree.Of(
        ($"src/{SourceTree.Core}/{file.Path}", file.Code),
        ($"src/{SourceTree.Core}/Planning/Plan.cs", "namespace SmartEms.Edge.Core.Planning; public static class Plan { }"),
        ($"src/{SourceTree.Core}/Simulating/Sim.cs", "namespace SmartEms.Edge.Core.Simulating; class Sim { }"),
        ($"src/{SourceTree.Core}/Cycle.cs", "namespace SmartEms.Edge.Core; public static class Cycle { public const int Slots = 96; public static int Think(int x) => x; }"),
        ($"src/{SourceTree.Core}/Seams.cs", "namespace SmartEms.Edge.Core; public interface IBus { }"));
}
