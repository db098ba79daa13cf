using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>Rule, plan and policy judged by what each would have paid.</summary>
public sealed class ContestTests
{
    private const int PerDay = 96;
    private static readonly Storage Cells = new(10_000, 5_000, 5_000);
    private static readonly Slot Begin = Slot.Of(Instant.From(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));

    private static readonly Site House = Given.Site(batteries: 1, chargers: 0, plants: 1) with
    {
        Tariff = new("EUR", Price.FromPerKilowattHour(0.25), Price.FromPerKilowattHour(0.06))
        {
            Windows = [new(17 * 60, 21 * 60, TariffDays.All, Price.FromPerKilowattHour(0.55)), new(0, 6 * 60, TariffDays.All, Price.FromPerKilowattHour(0.12))],
        },
    };

    /// <summary>A candidate's bill is what the backtest makes of the same steps, to the last bit.</summary>
    [Fact]
    public void A_day_costs_what_the_backtest_says()
    {
        var (load, pv) = (Ramp(t => 300 + (t * 37 % 1_700)), Ramp(t => Math.Max(0, 3_000 - (Math.Abs((t % PerDay) - 50) * 120))));
        var (import, export) = (Ramp(t => 0.10 + (t * 13 % 40 * 0.01)), Ramp(_ => 0.08));
        var trace = new BacktestTrace(Begin.Start, 15, load, pv, new(import, export, []));
        var rule = Backtest.Run(trace, Cells, new(0, 2 * PerDay, 5_000), new RuleControl());
        var nobody = Backtest.Run(trace, Cells, new(0, 2 * PerDay, 5_000), new NoControl());
        var contest = Contest.Begin(0, 5_000).Choose(BatteryMode.Idle, BatteryMode.Hold, BatteryMode.SelfConsume);
        for (var t = 0; t < 2 * PerDay; t++)
            contest = contest.Book(new(trace.Net(t), import[t], export[t], 0.25, false), Cells).Turn((t + 1) / PerDay, Cells);

        Assert.Equal([0, 1], contest.Days.Select(day => day.Day));
        for (var day = 0; day < 2; day++)
        {
            var stored = 0.8 * 0.95 * import.Skip(day * PerDay).Take(PerDay).Average();
            Assert.Equal(rule.Part(day * PerDay, (day + 1) * PerDay, stored), contest.Days[day].Of(Candidate.Rule), 9);
            Assert.Equal(nobody.Part(day * PerDay, (day + 1) * PerDay, stored), contest.Days[day].Of(Candidate.NoBattery), 9);
            Assert.Equal(contest.Days[day].Of(Candidate.Rule), contest.Days[day].Of(Candidate.Led));
        }
        Assert.Equal(rule.Energies[^1], contest.Of(Candidate.Rule).EnergyWh);
    }

    /// <summary>A plan gone mad buys at every hour: after three days the rule leads. When the plan is worth as much again, it gets the lead back, and not before.</summary>
    [Fact]
    public void The_rule_leads_after_days_of_a_plan_that_costs_more()
    {
        var contest = Contest.Begin(0, 0);
        var leaders = new List<Candidate>();
        for (var day = 0; day < 40; day++)
        {
            var isMad = day is >= 5 and < 9;
            for (var t = 0; t < PerDay; t++)
            {
                var plan = isMad ? (t % 8 < 4 ? BatteryMode.GridCharge100 : BatteryMode.SelfConsume) : BatteryMode.SelfConsume;
                contest = contest.Choose(plan, plan, plan).Book(new(t is >= 68 and < 84 ? 2_500 : 400, 0.40, 0, 0.25, false), Cells);
            }
            contest = contest.Turn(day + 1, Cells);
            leaders.Add(contest.Leader);
        }
        Assert.All(leaders[..5], leader => Assert.Equal(Candidate.Policy, leader));
        Assert.Equal(Candidate.Rule, leaders[8]);
        Assert.All(leaders[8..21], leader => Assert.Equal(Candidate.Rule, leader)); // the mad days are still among the fourteen
        Assert.Equal(Candidate.Policy, leaders[30]);
        Assert.Equal(40, contest.Days.Length);
    }

    [Fact]
    public void A_policy_worse_than_the_plan_leaves_the_plan_the_lead()
    {
        var contest = Contest.Begin(0, 0);
        for (var day = 0; day < 4; day++)
        {
            for (var t = 0; t < PerDay; t++)
                contest = contest.Choose(BatteryMode.SelfConsume, t % 2 == 0 ? BatteryMode.GridCharge100 : BatteryMode.SelfConsume, BatteryMode.Idle).Book(new(800, 0.30, 0, 0.25, false), Cells);
            contest = contest.Turn(day + 1, Cells);
        }
        Assert.Equal(Candidate.Plan, contest.Leader);
        Assert.True(contest.Lead(Candidate.Plan) >= 0);
    }

    /// <summary>Half a day without measurements decides nothing, and old days make room.</summary>
    [Fact]
    public void Days_that_were_not_measured_do_not_count()
    {
        var contest = Contest.Begin(0, 0);
        for (var day = 0; day < Contest.KeptDays + 10; day++)
        {
            for (var t = 0; t < PerDay / 2; t++)
                contest = contest.Choose(BatteryMode.GridCharge100, BatteryMode.GridCharge100, BatteryMode.Idle).Book(new(800, 0.30, 0, 0.25, false), Cells);
            contest = contest.Turn(day + 1, Cells);
        }
        Assert.Equal((Candidate.Policy, Contest.KeptDays), (contest.Leader, contest.Days.Length));
    }

    /// <summary>In the product's own Cycle: days are booked, and a rule that has paid less leads and says by how much.</summary>
    [Fact]
    public void In_the_cycle_the_leader_of_the_days_before_leads()
    {
        var (memory, last) = (Memory.Fresh(House), (Decision?)null);
        for (var i = 0; i < 9 * PerDay; i++)
        {
            var slot = new Slot(Begin.Index + i);
            var load = i % PerDay is >= 68 and < 84 ? 2_500 : 400;
            var image = Given.Image(House, load) with
            {
                TakenAt = slot.Start,
                Batteries = [Given.Cells(0, 0.4)],
                Outside = new(LocalClock.Utc) { Measured = new StepMeans((i - 1) % PerDay is >= 68 and < 84 ? 2_500 : 400, 0) },
            };
            var thought = Cycle.Think(slot, image, House, memory, FollowPlan.Plain);
            (memory, last) = (thought.Memory, thought.Decision);
        }
        var contest = memory.Brain!.Contest!;
        Assert.Equal(8, contest.Days.Length);
        Assert.All(contest.Days, day => Assert.Equal(24, day.Hours));
        var (saved, bill) = Contest.Over(contest.Days, Candidate.Plan, Candidate.Rule);
        Assert.True(saved > 0.05 * bill, $"the plan saved {saved} of {bill} where nights are cheap and evenings dear");
        Assert.Equal("plan-1", last!.LedBy);

        var lost = memory with { Brain = memory.Brain with { Contest = contest with { Leader = Candidate.Rule } } };
        var after = new Slot(Begin.Index + (9 * PerDay));
        var next = Given.Image(House, 400) with { TakenAt = after.Start, Batteries = [Given.Cells(0, 0.4)], Outside = new(LocalClock.Utc) { Measured = new StepMeans(400, 0) } };
        var kept = contest with { Days = [.. contest.Days.Select(day => day with { Costs = day.Costs.SetItem((int)Candidate.Plan, 9).SetItem((int)Candidate.Policy, 9) })], Leader = Candidate.Rule };
        var led = Cycle.Think(after, next, House, lost with { Brain = lost.Brain! with { Contest = kept } }, FollowPlan.Plain).Decision;
        Assert.Equal("self-consumption-1", led.LedBy);
        Assert.Contains(led.Reasons, reason => reason.Code == ReasonCode.RuleHasPaidLess && reason.Value > 0);
        Assert.Contains("would have paid", Reasons.Text(led.Reasons[0], House), StringComparison.Ordinal);
        Assert.Contains(led.Reasons, reason => reason.Code == ReasonCode.ModeWouldCost); // what the plan would have wanted is still told
    }

    /// <summary>On paper the rule has paid for a peak that the plan has spared the site. Two weeks later only what the sparing costs is left to be seen, and still the rule
    /// does not lead: it would raise the peak in earnest. In the next billing period it would not be held back.</summary>
    [Fact]
    public void A_peak_on_paper_is_not_made_real()
    {
        var demand = new DemandCharge(90, BillingPeriod.Year, Power.Zero);
        var contest = Contest.Begin(0, 9_000).Choose(BatteryMode.Hold, BatteryMode.Hold, BatteryMode.Hold)
            .Book(new(500, 0.30, 0, 0.25, false) { Demand = demand }, Cells);
        contest = contest.Choose(BatteryMode.SelfConsume, BatteryMode.SelfConsume, BatteryMode.SelfConsume);
        contest = contest with { Batteries = contest.Batteries.SetItem((int)Candidate.Rule, contest.Of(Candidate.Rule) with { EnergyWh = 0, Cost = 0 }) };
        contest = contest.Book(new(4_500, 0.30, 0, 0.25, false) { Demand = demand }, Cells);
        Assert.Equal(4_500, contest.Of(Candidate.Rule).Peak);
        Assert.Equal(500, contest.Of(Candidate.Led).Peak);
        Assert.Equal((4.5 * 0.30 * 0.25) + (90 * 4.5), contest.Of(Candidate.Rule).Cost, 9); // it has covered the half kilowatt before
        contest = contest with
        {
            Days = [.. Enumerable.Range(-14, 14).Select(day => new ContestDay(day, 24, [10, 8, 8.5, 8.5, 8.5]))], Hours = 1,
            Batteries = [.. contest.Batteries.Select(one => one with { Cost = 0, BeganWh = one.EnergyWh })],
        };
        Assert.Equal(Candidate.Policy, contest.Turn(1, Cells, demand).Leader);
        Assert.Equal(Candidate.Rule, contest.WithoutPeaks().Turn(1, Cells, demand).Leader);
        Assert.Equal(Candidate.Rule, contest.Turn(1, Cells).Leader);
    }

    /// <summary>Bytes and back; what was stored before there was a contest still reads, damage is told.</summary>
    [Fact]
    public void What_was_booked_is_stored_with_what_was_learnt()
    {
        var contest = Contest.Begin(20_000, 4_000).Choose(BatteryMode.Hold, BatteryMode.GridCharge66, BatteryMode.Idle).Book(new(800, 0.30, 0.08, 0.25, false), Cells).Turn(20_001, Cells)
            .Book(new(-800, 0.30, 0.08, 0.25, true), Cells) with { Leader = Candidate.Rule };
        var bytes = BrainWire.ToBytes(Brain.Fresh(LocalClock.Utc) with { Contest = contest });
        var again = BrainWire.FromBytes(bytes);
        Assert.Equal(bytes, BrainWire.ToBytes(again));
        Assert.Equal((contest.Day, contest.Leader, contest.Days[0].Of(Candidate.Policy)), (again.Contest!.Day, again.Contest.Leader, again.Contest.Days[0].Of(Candidate.Policy)));
        Assert.Throws<InvalidDataException>(() => BrainWire.FromBytes(bytes.AsSpan(..^1)));
        byte[] old = [1, .. BrainWire.ToBytes(Brain.Fresh(LocalClock.Utc))[1..^1]];
        Assert.Null(BrainWire.FromBytes(old).Contest);
    }

    private static ImmutableArray<double> Ramp(Func<int, double> of) => [.. Enumerable.Range(0, 2 * PerDay).Select(of)];
}
