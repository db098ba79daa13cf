using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tuning;
using Xunit;

namespace SmartEms.Edge.Tests.Tuning;

/// <summary>What a site has lived through is read from its records hour by hour: what was measured as it was, what was not as the day before, marked.</summary>
public sealed class LivedTraceTests : IDisposable
{
    private static readonly LivedQuarters House = new();
    private static readonly Tariff Market = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) { Spot = new(1.19, Price.FromPerKilowattHour(0.19), "prices.csv") };
    private readonly MemoryStore store = new();

    public void Dispose() => store.Dispose();

    /// <summary>Three quarter-hours before midnight and two days; a quarter-hour's load is its number, its sun twice that.</summary>
    private LivedTrace Lived(Func<int, StepMeans?>? measured = null, Func<int, double[]>? spot = null, int quarters = 2 * 96)
    {
        for (var i = -3; i <= quarters; i++)
            store.AppendAll([House.Draft(new(LivedQuarters.Midnight.Index + i), measured is null ? new StepMeans(Math.Max(0, i - 1), Math.Max(0, 2 * (i - 1))) : measured(Math.Max(0, i - 1)), spot?.Invoke(i) ?? [])]);
        return LivedTrace.From(store, new(0), new(long.MaxValue / 2));
    }

    [Fact]
    public void Hours_are_the_means_of_their_quarters_from_the_first_local_midnight_on()
    {
        var trace = Lived().Hourly(House.Loaded.Site.Tariff)!;
        Assert.Equal((LivedQuarters.Midnight.Start, 48, 60), (trace.Start, trace.Steps, trace.StepMinutes));
        Assert.Equal([1.5, 5.5, 9.5], trace.Load.Take(3));
        Assert.Equal([3, 11, 19], trace.Pv.Take(3));
        Assert.DoesNotContain(true, trace.Filled);
        Assert.Equal(0, trace.ClockAt(24).MinuteOfDay(trace.StartOf(24)));
    }

    [Fact]
    public void Prices_are_those_of_the_local_hour()
    {
        var trace = Lived().Hourly(House.Loaded.Site.Tariff)!;
        Assert.Equal([0.12, 0.32, 0.55, 0.32], new[] { 5, 6, 20, 21 }.Select(hour => Math.Round(trace.Prices.Import[hour], 9)));
        Assert.All(trace.Prices.Export, price => Assert.Equal(0.08, price, 9));
        Assert.All(trace.Prices.KnownUntil, step => Assert.Equal(48, step)); // a contract is known for ever
    }

    [Fact]
    public void The_market_is_known_as_far_as_it_was_published_then()
    {
        var trace = Lived(spot: i => [.. Enumerable.Repeat(i < 96 ? 0.1 : 0.2, 96 - (((i % 96) + 96) % 96))]).Hourly(Market)!;
        Assert.Equal((1.19 * 0.1) + 0.19, trace.Prices.Import[23], 9);
        Assert.Equal((1.19 * 0.2) + 0.19, trace.Prices.Import[24], 9);
        Assert.Equal([24, 24, 48], new[] { 0, 23, 24 }.Select(step => trace.Prices.KnownUntil[step]));
    }

    [Fact]
    public void A_price_nobody_told_is_that_of_the_day_before()
    {
        var trace = Lived(spot: i => i < 96 ? [i / 1_000.0] : []).Hourly(Market)!;
        Assert.Equal(trace.Prices.Import[5], trace.Prices.Import[29], 9);
        Assert.Equal(30, trace.Prices.KnownUntil[29]);
    }

    [Fact]
    public void An_hour_with_one_quarter_measured_is_filled_from_the_day_before_and_marked()
    {
        var lived = Lived(quarter => quarter is >= 100 and < 103 or 110 or 111 ? null : quarter is 112 or 113 ? new StepMeans(double.NaN, 5) : new StepMeans(quarter, 0));
        var trace = lived.Hourly(House.Loaded.Site.Tariff)!;
        Assert.Equal([25], Enumerable.Range(0, 48).Where(hour => trace.Filled[hour]));
        Assert.Equal(trace.Load[1], trace.Load[25]);
        Assert.Equal(108.5, trace.Load[27]); // of the two quarters that were measured
        Assert.Equal(114.5, trace.Load[28]); // a quarter whose load is not known does not count
        Assert.Equal(1 / 48.0, lived.Missing, 9);
    }

    [Fact]
    public void Records_that_cannot_be_read_are_counted_and_passed_over()
    {
        store.Append(LedgerKind.Cycle, LivedQuarters.Midnight.Start, [250, 1, 2, 3]);
        var lived = Lived();
        Assert.Equal(1, lived.Unreadable);
        Assert.Equal(48, lived.Hourly(House.Loaded.Site.Tariff)!.Steps);
    }

    [Fact]
    public void Less_than_a_day_is_no_trace()
    {
        Assert.Null(Lived(quarters: 90).Hourly(House.Loaded.Site.Tariff));
        Assert.Null(LivedTrace.From(new MemoryStore(), new(0), new(long.MaxValue / 2)).Hourly(House.Loaded.Site.Tariff));
    }
}
