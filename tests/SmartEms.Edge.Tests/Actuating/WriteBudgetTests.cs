using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Actuating;

/// <summary>Registers are written as often as their memory bears: paced in the long run, counted before the write, never counted too low.</summary>
public sealed class WriteBudgetTests
{
    private const long Day = 86_400_000;
    private static readonly Instant Start = new(1_750_000_000_000);
    private static readonly WearLimits Flash = WearLimits.Of(WearClass.Flash);

    private static Instant After(double days) => new(Start.UnixMilliseconds + (long)(days * Day));

    private static bool Take(WriteBudget budget, Instant at, bool tightens = false, WearLimits? limits = null) =>
        budget.Take([new("box unit 1 HoldingRegister 5004+1", limits ?? Flash, tightens)], at).Spent is null;

    [Fact]
    public void The_defaults_last_ten_years()
    {
        Assert.Equal(new(100_000, 28, 56), Flash);
        Assert.Equal(Flash, WearLimits.Of(WearClass.Unknown));
        Assert.True(WearLimits.Of(WearClass.Volatile).IsUnlimited);
        Assert.Equal(new(1_000, 5, 10), WearLimits.Of(WearClass.Volatile, 1_000, 5));
    }

    [Fact]
    public void A_year_of_asking_every_minute_spends_no_more_than_the_daily_budget_and_one_burst()
    {
        var budget = new WriteBudget();
        var written = 0;
        for (var minute = 0; minute < 365 * 1_440; minute++)
            written += Take(budget, After(minute / 1_440.0)) ? 1 : 0;
        Assert.InRange(written, 365 * 27, (365 * 28) + 56);
        Assert.InRange(budget.All[0].LifeYears(After(365), Flash)!.Value, 8.5, 10);
    }

    [Fact]
    public void A_reserve_is_kept_for_writes_that_tighten()
    {
        var budget = new WriteBudget();
        var free = Enumerable.Range(0, 100).Count(_ => Take(budget, Start));
        var reserved = Enumerable.Range(0, 100).Count(_ => Take(budget, Start, tightens: true));
        Assert.Equal((42, 14), (free, reserved));
        Assert.False(Take(budget, Start, tightens: true));
        Assert.True(Take(budget, After(0.05), tightens: true));
    }

    [Fact]
    public void The_lifetime_is_a_hard_end()
    {
        var limits = new WearLimits(100, 1_000, 1_000);
        var budget = new WriteBudget();
        var free = Enumerable.Range(0, 200).Count(_ => Take(budget, Start, limits: limits));
        Assert.Equal(90, free);
        Assert.Equal(10, Enumerable.Range(0, 200).Count(_ => Take(budget, Start, tightens: true, limits)));
        Assert.False(Take(budget, After(1_000), tightens: true, limits));
    }

    [Fact]
    public void All_registers_of_a_group_are_counted_or_none()
    {
        var budget = new WriteBudget();
        WriteClaim spent = new("b", new(1, 1, 2), false);
        Assert.Equal("b", budget.Take([new("a", Flash, false), spent with { Limits = new(1, 0.1, 0.2) }], Start).Spent);
        Assert.All(budget.All, one => Assert.Equal(0, one.Written));
    }

    /// <summary>The power is cut after any write: what is on record by then is never less than what was written, and never more than one block too many.</summary>
    [Fact]
    public void The_record_never_understates()
    {
        var recorded = ImmutableArray<RegisterWear>.Empty;
        long written = 0;
        for (var life = 0; life < 50; life++)
        {
            var budget = new WriteBudget { Keep = (_, counts) => Kept(counts) };
            budget.Adopt(WearWire.FromBytes(WearWire.ToBytes(recorded)));
            for (var i = 0; i <= life % 23; i++)
            {
                if (!Take(budget, After(life * 10)))
                    continue;
                written++;
                Assert.InRange(recorded[0].Written, written, written + ((life + 1) * (WriteBudget.Block - 1)));
            }
        }
        Assert.True(written > 300);

        Task Kept(ImmutableArray<RegisterWear> counts)
        {
            recorded = counts;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_restart_gives_no_new_burst_and_a_clock_that_goes_back_gives_nothing()
    {
        var recorded = ImmutableArray<RegisterWear>.Empty;
        var budget = new WriteBudget { Keep = (_, counts) => Task.FromResult(recorded = counts) };
        while (Take(budget, Start))
        {
        }
        var again = new WriteBudget();
        again.Adopt(recorded);
        Assert.False(Take(again, Start));
        Assert.False(Take(again, new(Start.UnixMilliseconds - (400 * Day))));
        Assert.True(Take(again, After(2)));
    }

    [Fact]
    public void Volatile_registers_are_counted_without_a_limit_and_without_a_record()
    {
        var kept = 0;
        var budget = new WriteBudget { Keep = (_, _) => Task.FromResult(++kept) };
        for (var i = 0; i < 10_000; i++)
            Assert.True(Take(budget, Start, limits: default(WearLimits)));
        Assert.Equal((10_000L, 0), (budget.All[0].Written, kept));
    }
}
