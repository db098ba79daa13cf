using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>Forecast and plan inside the product's own Cycle: ten days of one house, quarter-hour by quarter-hour.</summary>
public sealed class PlannedCycleTests
{
    private const int PerDay = 96;
    private static readonly Slot Begin = Slot.Of(Instant.From(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));

    private static readonly Site House = Given.Site(batteries: 1, chargers: 0, plants: 1) with
    {
        Tariff = new("EUR", Price.FromPerKilowattHour(0.25), Price.FromPerKilowattHour(0.06))
        {
            Windows = [new(17 * 60, 21 * 60, TariffDays.All, Price.FromPerKilowattHour(0.55)), new(0, 6 * 60, TariffDays.All, Price.FromPerKilowattHour(0.12))],
        },
    };

    /// <summary>Without sun, a dear evening: the plan charges in the cheap night and keeps the charge for the evening; the rule would do neither.</summary>
    [Fact]
    public void The_plan_leads_where_prices_vary_and_says_what_else_would_cost()
    {
        var days = Live(House, 9, soc: 0.4);
        var night = days.Single(one => one.Slot.Index == Begin.Index + (8 * PerDay) + 23); // the last cheap quarter-hour
        Assert.Equal("plan-1", night.Decision.LedBy);
        Assert.InRange(night.Decision.Batteries[0].Mode, BatteryMode.GridCharge33, BatteryMode.GridCharge100);
        var evening = days.Single(one => one.Slot.Index == Begin.Index + (8 * PerDay) + (18 * 4));
        Assert.Contains(evening.Decision.Batteries[0].Mode, (BatteryMode[])[BatteryMode.SelfConsume, BatteryMode.DischargeOnly]);
        var others = night.Decision.Reasons.Where(reason => reason.Code == ReasonCode.ModeWouldCost).ToArray();
        Assert.Equal(ModeFlow.BatteryModes - 1, others.Length);
        Assert.All(others, reason => Assert.True(reason.Value > -Valuation.Hair, Reasons.Text(reason, House)));
        Assert.Contains(others, reason => reason.Value > 0.05);
        Assert.Contains("EUR more", Reasons.Text(others[0], House), StringComparison.Ordinal);
    }

    [Fact]
    public void One_price_at_all_times_leaves_the_rule_alone()
    {
        var flat = House with { Tariff = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) };
        Assert.All(Live(flat, 2, soc: 0.4), one => Assert.DoesNotContain(one.Decision.Reasons, reason => reason.Code == ReasonCode.ModeWouldCost));
    }

    [Theory]
    [InlineData(PolicyMode.Off, "self-consumption-1")]
    [InlineData(PolicyMode.Shadow, "plan-1")]
    [InlineData(PolicyMode.Act, "plan-1")]
    public void Who_leads_follows_the_mode(PolicyMode mode, string leader) =>
        Assert.Equal(leader, Live(House with { Running = House.Running with { PolicyMode = mode } }, 8, soc: 0.4)[^1].Decision.LedBy);

    /// <summary>Three hours without a measurement: the past foretells nothing for now, and the rule leads.</summary>
    [Fact]
    public void A_stale_past_leads_nobody()
    {
        var records = Live(House, 8, soc: 0.4, measured: slot => slot.Index < Begin.Index + (8 * PerDay) - 12);
        Assert.Equal("plan-1", records[(8 * PerDay) - 12].Decision.LedBy);
        Assert.Contains(records[^1].Decision.Reasons, reason => reason.Code == ReasonCode.RuleLeadsPolicySilent);
    }

    /// <summary>Every record as bytes, thought again with what was learnt, gives the same bytes; also from a brain that was stored and rolled on.</summary>
    [Fact]
    public void Records_thought_again_from_a_stored_brain_give_the_same_bytes()
    {
        var store = new MemoryStore();
        var records = Live(House, 5, soc: 0.4);
        foreach (var record in records)
        {
            if (record.Before.Brain is { } brain && (record.Slot.Index - Begin.Index) % PerDay == 1)
                store.Append(LedgerKind.Brain, record.Image.TakenAt, BrainWire.ToBytes(brain));
            store.Append(LedgerKind.Cycle, record.Image.TakenAt, record.ToBytes());
        }
        foreach (var at in (int[])[(3 * PerDay) + 40, (4 * PerDay) + 1, (5 * PerDay) - 1])
        {
            var entry = store.Read(LedgerKind.Cycle, records[at].Image.TakenAt, new(long.MaxValue)).First();
            var again = CycleRecord.FromBytes(entry.Body);
            Assert.Null(again.Before.Brain); // it is stored apart
            var thought = Cycle.Think(again.Slot, again.Image, House, again.Before with { Brain = Learnt.Before(store, entry, House) }, FollowPlan.Plain);
            Assert.Equal(BrainWire.ToBytes(records[at].Before.Brain!), BrainWire.ToBytes(Learnt.Before(store, entry, House)!));
            Assert.Equal(2, again.Decision.Shadows.Length);
            Assert.Equal(CycleRecord.Fingerprint(records[at].Decision, records[at].Findings), CycleRecord.Fingerprint(thought.Decision, thought.Findings));
        }
    }

    [Fact]
    public void A_plan_that_fails_is_a_finding_and_the_rule_leads()
    {
        var strange = House with { Batteries = [House.Batteries[0] with { Efficiency = double.NaN }] };
        var last = Live(strange, 2, soc: 0.4)[^1];
        Assert.Equal("self-consumption-1", last.Decision.LedBy);
    }

    /// <summary>The market's prices: the plan goes by what is published, and waits where nothing is.</summary>
    [Fact]
    public void Market_prices_come_with_the_image()
    {
        var site = House with { Tariff = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) { Spot = new(1.19, Price.FromPerKilowattHour(0.19), "prices.csv") } };
        var records = Live(site, 8, soc: 0.4, spot: slot => [.. Enumerable.Range(0, 96).Select(i => (slot.Index + i) % PerDay is >= 68 and < 84 ? 0.40 : 0.02)]);
        var night = records.Single(one => one.Slot.Index == Begin.Index + (7 * PerDay) + 16);
        Assert.Equal("plan-1", night.Decision.LedBy);
        Assert.InRange(night.Decision.Batteries[0].Mode, BatteryMode.Hold, BatteryMode.GridCharge100);
        Assert.All(Live(site, 2, soc: 0.4), one => Assert.Equal("self-consumption-1", one.Decision.LedBy));
    }

    private static List<CycleRecord> Live(Site site, int days, double soc, Func<Slot, bool>? measured = null, Func<Slot, double[]>? spot = null)
    {
        var records = new List<CycleRecord>();
        var memory = Memory.Fresh(site);
        for (var i = 0; i < days * PerDay; i++)
        {
            var slot = new Slot(Begin.Index + i);
            var load = i % PerDay is >= 68 and < 84 ? 2_500 : 400;
            var image = Given.Image(site, load) with
            {
                TakenAt = slot.Start,
                Batteries = [Given.Cells(0, soc)],
                Outside = site.Tariff.IsFlat ? null : new(LocalClock.Utc)
                {
                    Measured = measured?.Invoke(slot) == false ? null : new StepMeans((i - 1) % PerDay is >= 68 and < 84 ? 2_500 : 400, 0),
                    Spot = [.. spot?.Invoke(slot) ?? []],
                },
            };
            var thought = Cycle.Think(slot, image, site, memory, FollowPlan.Plain);
            records.Add(new(slot, image, memory, thought.Decision, thought.Findings)
            {
                SiteHash = "", PolicyName = FollowPlan.Plain.Name, PolicyMode = site.Running.PolicyMode, Program = "test",
            });
            memory = thought.Memory;
        }
        return records;
    }
}
