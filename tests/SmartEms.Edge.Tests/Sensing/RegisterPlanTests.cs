using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>Which points share a read.</summary>
public class RegisterPlanTests
{
    [Theory]
    [InlineData(5, 120, "0+4 10+1 20+1")]
    [InlineData(6, 120, "0+11 20+1")]
    [InlineData(9, 120, "0+21")]
    [InlineData(9, 11, "0+11 20+1")]
    [InlineData(0, 2, "0+2 2+2 10+1 20+1")]
    public void Gaps_and_longest_read_decide(int gap, int read, string expected)
    {
        Assert.Equal(expected, Show(Plan(gap, read, [], U32(0), U32(2), U16(10), U16(20)).High.AsSpan().ToArray()));
    }

    [Fact]
    public void No_read_runs_over_a_hole()
    {
        var plan = Plan(8, 120, [new(RegisterSpace.HoldingRegister, 3, 4), new(RegisterSpace.InputRegister, 7, 7)], U16(0), U16(2), U16(5), U16(8));
        Assert.Equal("0+3 5+4", Show([.. plan.High]));
    }

    [Fact]
    public void Units_spaces_and_write_only_points_stay_apart()
    {
        var plan = Plan(8, 120, [], U16(0), U16(1) with { UnitId = "bms" }, U16(2) with { Space = RegisterSpace.InputRegister }, U16(3) with { Access = PointAccess.Write });
        Assert.Equal(3, plan.High.Length);
        Assert.Equal([1, 1, 9], plan.High.Select(block => (int)block.Span.Unit));
    }

    [Fact]
    public void Low_points_inside_a_high_block_ride_along()
    {
        var plan = Plan(8, 120, [], U16(0), U16(4), U16(2) with { Priority = PointPriority.Low }, U16(9) with { Priority = PointPriority.Low });
        Assert.Equal(("0+5", "9+1"), (Show([.. plan.High]), Show([.. plan.Low])));
        Assert.Equal([0, 2, 1], plan.High[0].Points.ToArray());
    }

    [Fact]
    public void A_refused_block_is_cut_at_its_gaps_then_in_halves_then_given_up()
    {
        var device = Device(8, 120, [], U16(0), U16(1), U16(2), U16(5));
        var plan = RegisterPlan.Of(device);
        var runs = RegisterPlan.Split(plan.High[0], device);
        Assert.Equal("0+3 5+1", Show([.. runs]));
        Assert.Equal("0+1 1+2", Show([.. RegisterPlan.Split(runs[0], device)]));
        Assert.Empty(RegisterPlan.Split(runs[1], device));
        Assert.Equal("0+3 5+1", Show([.. plan.Replace(plan.High[0], runs).High]));
    }

    private static PointDefinition U16(ushort at) => new($"p{at}", RegisterType.U16) { Address = at, Priority = PointPriority.High };

    private static PointDefinition U32(ushort at) => U16(at) with { Name = $"q{at}", Type = RegisterType.U32 };

    private static Located Device(int gap, int read, RegisterHole[] holes, params PointDefinition[] points) =>
        Located.Fixed(new("p", "P", new() { MaxGap = gap, MaxRead = read }, [.. points]) { Holes = [.. holes] }, 1, System.Collections.Immutable.ImmutableDictionary<string, byte>.Empty.Add("bms", 9));

    private static RegisterPlan Plan(int gap, int read, RegisterHole[] holes, params PointDefinition[] points) => RegisterPlan.Of(Device(gap, read, holes, points));

    private static string Show(ReadBlock[] blocks) => string.Join(' ', blocks.Select(block => $"{block.Span.Address}+{block.Span.Count}"));
}
