using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>What a weather service foretells, in the site's own outlook.</summary>
public sealed class ExternalOutlookTests
{
    private static readonly Past Known = MadeUp.After(Past.Empty(15, LocalClock.Utc), 20 * 96, MadeUp.House);
    private static readonly Outlook Own = Forecaster.Look(Known, Known.End, 96);

    /// <summary>Hourly, 100 W more every hour, for twelve hours from two hours before the outlook on.</summary>
    private static ExternalOutlook Service(Instant issued) => new(issued, Own.Start + TimeSpan.FromHours(-2), 60)
    {
        Pv = new(
            [.. Enumerable.Range(0, 12).Select(hour => 5_000.0 + (hour * 100))],
            [.. Enumerable.Range(0, 12).Select(hour => 6_000.0 + (hour * 100))],
            [.. Enumerable.Range(0, 12).Select(hour => 6_500.0 + (hour * 100))]),
    };

    [Fact]
    public void It_counts_little_at_first_and_most_later()
    {
        var outlook = Service(Own.Start).Into(Own);
        MadeUp.AssertSound(outlook with { Scenarios = Own.Scenarios, Load = Own.Load, Pv = Own.Pv }, 96);
        Assert.Equal(0.3 * 6_200, outlook.Pv.P50[0], 1e-9); // at midnight our own is zero
        Assert.Equal(Own.Pv.P50[36] + (0.7 * (6_000 + 1_100 - Own.Pv.P50[36])), outlook.Pv.P50[36], 1e-9);
        Assert.Equal(Own.Load, outlook.Load);
        Assert.Equal(Own.Pv.P50[40], outlook.Pv.P50[40]); // no longer covered
    }

    [Fact]
    public void The_paths_follow_the_quantiles()
    {
        var outlook = Service(Own.Start).Into(Own);
        for (var step = 0; step < 96; step++)
        {
            var paths = outlook.Scenarios.Select(path => path.Pv[step]).Order().ToArray();
            Assert.InRange(paths[0], outlook.Pv.P10[step] - 1e-9, outlook.Pv.P50[step] + 1e-9);
            Assert.Equal(outlook.Pv.P50[step], paths[2], 1e-6);
            Assert.InRange(paths[4], outlook.Pv.P50[step] - 1e-9, outlook.Pv.P90[step] + 1e-9);
        }
    }

    [Fact]
    public void A_stale_one_one_from_the_future_and_one_that_is_none_change_nothing()
    {
        Assert.Same(Own, Service(Own.Start + TimeSpan.FromHours(-13)).Into(Own));
        Assert.Same(Own, Service(Own.Start + TimeSpan.FromMinutes(1)).Into(Own));
        var service = Service(Own.Start);
        var mad = service with { Pv = new([.. Enumerable.Repeat(double.NaN, 12)], service.Pv!.P50, service.Pv.P90) };
        Assert.Equal(Own.Pv.P50.AsEnumerable(), mad.Into(Own).Pv.P50);
        var crossed = service with { Pv = new(service.Pv.P90, service.Pv.P50, service.Pv.P10) };
        Assert.Equal(Own.Pv.P90.AsEnumerable(), crossed.Into(Own).Pv.P90);
    }
}
