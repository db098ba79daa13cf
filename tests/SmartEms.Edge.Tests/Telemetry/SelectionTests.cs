using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Telemetry;
using Xunit;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>Choosing points by name, laying them side by side, and saying what is missing.</summary>
public class SelectionTests
{
    private static readonly TelemetryPoint[] Points =
        [new(1, "meter1/grid_import_w", "W"), new(2, "meter1/frequency_hz", "Hz"), new(3, "inv1/soc", "%"), new(4, "inv1/dc_power_w", "W"), new(5, "inv1/dc_power_w", "kW")];

    [Theory]
    [InlineData(null, "1 2 3 4 5")]
    [InlineData("*", "1 2 3 4 5")]
    [InlineData("meter1/*,inv1/soc", "1 2 3")]
    [InlineData("inv1/soc, meter1/*", "3 1 2")]
    [InlineData("*/dc_*,inv1/*", "4 5 3")]
    [InlineData("METER1/FREQ*", "2")]
    [InlineData("inv?/soc", "3")]
    public void Names_with_stars_choose_in_their_order(string? list, string numbers) =>
        Assert.Equal(numbers, string.Join(' ', PointSelection.Choose(Points, list).Select(point => point.Number)));

    [Theory]
    [InlineData("metre1/*", "did you mean meter1/*?")]
    [InlineData("inv1/soq", "did you mean inv1/soc?")]
    [InlineData("meter1", "did you mean meter1/*?")]
    [InlineData("mater1", "did you mean meter1/*?")]
    [InlineData("inv1/zzzzzzzz", "points: inv1/soc, inv1/dc_power_w")]
    public void What_matches_nothing_is_answered_with_what_was_meant(string list, string hint)
    {
        var refusal = Assert.Throws<Refusal>(() => PointSelection.Choose(Points, list));
        Assert.Equal((Exit.Usage, "point_unknown", hint), (refusal.Exit, refusal.Code, refusal.Hint));
    }

    [Fact]
    public void An_empty_store_has_no_points_and_says_so_when_asked_by_name()
    {
        Assert.Empty(PointSelection.Choose([], null));
        Assert.Equal("the store holds no telemetry yet", Assert.Throws<Refusal>(() => PointSelection.Choose([], "a/b")).Hint);
        Assert.Equal("points_empty", Assert.Throws<Refusal>(() => PointSelection.Choose(Points, ",")).Code);
    }

    [Fact]
    public void Points_that_share_a_name_are_told_apart_by_unit() =>
        Assert.Equal(["inv1/soc", "inv1/dc_power_w [W]", "inv1/dc_power_w [kW]"], new TelemetryQuery(Points[2..], new(0), new(1), Step.Raw).Headings);

    [Fact]
    public void Columns_meet_at_their_moments_and_leave_the_rest_open()
    {
        TelemetryRow[] a = [StoredHouse.Raw(0, 1), StoredHouse.Raw(1, 2), StoredHouse.Raw(3, 3)];
        TelemetryRow[] b = [StoredHouse.Raw(1, 4), StoredHouse.Raw(2, 5)];
        var said = SideBySide.Join([a, b, []]).Select(row => $"{(row.At - StoredHouse.Start).TotalSeconds}: {string.Join(' ', row.Cells.Select(cell => cell.Count == 0 ? "-" : $"{cell.Mean}"))}");
        Assert.Equal(["0: 1 - -", "1: 2 4 -", "2: - 5 -", "3: 3 - -"], said);
    }

    [Fact]
    public void Missing_is_what_the_store_knows_and_what_no_row_came_for()
    {
        var minute = Step.Parse("1m")!.Value;
        var watch = new GapWatch(
        [
            Gap(0, 1, TelemetryTier.Raw), // the minutes are there all the same
            Gap(5, 7, TelemetryTier.Raw), // and here they are not
            Gap(2, 3, TelemetryTier.Minute),
            Gap(0, 60, TelemetryTier.Quarter), // nobody asked that tier
        ], minute);
        foreach (var at in new[] { 0, 1, 2, 3, 4, 7, 8, 12 })
            watch.Saw(At(at));
        Assert.Equal(["2-3 Minute known", "5-7 Raw known", "9-12 Minute no row was recorded"], watch.Missing().Select(gap => $"{Minutes(gap.From)}-{Minutes(gap.To)} {gap.Tier} {gap.Why}"));
    }

    private static Instant At(int minutes) => StoredHouse.Start + TimeSpan.FromMinutes(minutes);

    private static double Minutes(Instant at) => (at - StoredHouse.Start).TotalMinutes;

    private static TelemetryGap Gap(int from, int to, TelemetryTier tier) => new(At(from), At(to), tier, 60, "known");
}
