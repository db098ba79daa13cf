using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>What a site may ask of its plans besides a small bill, inside the product's own Cycle: peaks spared, carbon spared, others heard.</summary>
public sealed class WishesTests
{
    private const int PerDay = 96;

    private static readonly Tariff Flat = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08));

    private static readonly Tariff ByTheHour = new("EUR", Price.FromPerKilowattHour(0.25), Price.FromPerKilowattHour(0.06))
    {
        Windows = [new(17 * 60, 21 * 60, TariffDays.All, Price.FromPerKilowattHour(0.55)), new(0, 6 * 60, TariffDays.All, Price.FromPerKilowattHour(0.12))],
    };

    private static readonly Site House = Given.Site(batteries: 1, chargers: 0, plants: 1);

    /// <summary>The sun fills the battery, the afternoon empties it, and the cooking comes after. In the month in which the house is being learnt that peak is set and paid for;
    /// the next month the charge is kept for it.</summary>
    [Fact]
    public void A_demand_charge_keeps_charge_for_the_peak_of_a_new_month()
    {
        var site = House with { Tariff = Flat with { Demand = new(9, BillingPeriod.Month, Power.Zero) } };
        var (spared, free) = (Cooking(site), Cooking(House with { Tariff = Flat }));
        var (steps, without) = (spared.Live(9), free.Live(9));
        Assert.Equal(5_500, without.Skip(7 * PerDay).Max(step => step.Flow.Import), 1.0);
        Assert.Equal(5_500, steps.Take(7 * PerDay).Max(step => step.Flow.Import), 1.0);
        Assert.InRange(steps.Skip(7 * PerDay).Max(step => step.Flow.Import), 0, 3_000);
        Assert.Equal(new DemandPeak((2026 * 12) + 6, steps.Skip(7 * PerDay).SkipLast(1).Max(step => step.Flow.Import)), spared.Brain.Peak);

        var july = steps[(7 * PerDay) + (16 * 4)].Record;
        var reason = Assert.Single(july.Decision.Reasons, reason => reason.Code == ReasonCode.PeakWouldCost);
        Assert.StartsWith("each kW would cost 9.00 EUR for the month above the peak so far of ", Reasons.Text(reason, site), StringComparison.Ordinal);
        Assert.DoesNotContain(without, step => step.Record.Decision.Reasons.Any(reason => reason.Code == ReasonCode.PeakWouldCost));
        AssertThoughtAgain(july, site);
    }

    /// <summary>One price at all times: without a price of carbon nothing is bought ahead, with one the night's clean energy is.</summary>
    [Fact]
    public void A_carbon_price_moves_charging_to_clean_hours()
    {
        var site = House with { Tariff = Flat, Weights = PlanWeights.Usual with { CarbonPrice = 0.2 } };
        var (green, plain) = (Evening(site, Nights).Live(4), Evening(House with { Tariff = Flat }, Nights).Live(4));
        var (spared, usual) = (Carbon(green.Skip(PerDay)), Carbon(plain.Skip(PerDay)));
        Assert.True(spared < 0.8 * usual, $"{spared:0.0} kg with a price of carbon, {usual:0.0} kg without");
        Assert.All(green, step => Assert.True(step.Record.Decision.Batteries[0].Mode < BatteryMode.GridCharge33 || step.MinuteOfDay < 6 * 60, step.Record.Slot.ToString()));
        Assert.All(plain, step => Assert.True(step.Record.Decision.Batteries[0].Mode < BatteryMode.GridCharge33));
        var reason = Assert.Single(green[PerDay].Record.Decision.Reasons, reason => reason.Code == ReasonCode.CarbonCounts);
        Assert.Equal("a kWh from the grid carries 0.050 kg CO₂ now, which counts as 0.010 EUR", Reasons.Text(reason, site));
        AssertThoughtAgain(green[PerDay + 10].Record, site);
    }

    /// <summary>The wear factor is the battery's own price taken times: at twenty times nothing is worth moving.</summary>
    [Fact]
    public void Wear_that_counts_more_leaves_the_battery_in_peace()
    {
        var (usual, careful) = (Evening(House with { Tariff = ByTheHour }).Live(3), Evening(House with { Tariff = ByTheHour, Weights = PlanWeights.Usual with { Wear = 25 } }).Live(3));
        Assert.Contains(usual, step => step.Record.Decision.Batteries[0].Mode >= BatteryMode.GridCharge33);
        Assert.DoesNotContain(careful, step => step.Record.Decision.Batteries[0].Mode >= BatteryMode.GridCharge33);
    }

    /// <summary>Eight dark days say that tomorrow is dark, and the night's cheap energy is bought. Who announces sun is believed, in part: less is bought. What is stale, or
    /// not issued yet, changes not a byte.</summary>
    [Fact]
    public void Announced_sun_is_waited_for_unless_it_is_old_news()
    {
        var site = House with { Tariff = ByTheHour };
        var dark = Evening(site).Live(9);
        var sunny = Evening(site, slot => Sun(slot, slot.Start)).Live(9);
        Assert.True(Bought(sunny) < 0.6 * Bought(dark), $"{Bought(sunny):0} Wh were bought with sun announced, {Bought(dark):0} Wh without");
        Assert.Contains(sunny[^1].Record.Decision.Reasons, reason => reason.Code == ReasonCode.OthersForetell && Reasons.Text(reason, site) == "what others foretell is part of the forecast; it is 0.0 h old");
        foreach (var issued in (double[])[-12.25, 0.25])
        {
            var unheard = Evening(site, slot => Sun(slot, slot.Start + TimeSpan.FromHours(issued))).Live(9);
            Assert.Equal(dark.Select(Print), unheard.Select(Print));
        }
        AssertThoughtAgain(sunny[^(PerDay - 20)].Record, site);
    }

    /// <summary>What is billed in any case is not worth sparing; what was measured above it is.</summary>
    [Theory]
    [InlineData(1_200, 2_500)]
    [InlineData(4_100, 4_100)]
    public void The_site_s_wishes_stand_in_the_planner_s_question(double measured, double expected)
    {
        var site = House with { Tariff = Flat with { Demand = new(90, BillingPeriod.Year, Power.FromWatts(2_500)) }, Weights = new(0.08, 1.5, 20) };
        var slot = Slot.Of(Instant.From(new(2026, 6, 9, 12, 0, 0, TimeSpan.Zero)));
        var brain = Brain.Fresh(LocalClock.Utc);
        brain = brain with { Peak = new(2026, measured), Past = brain.Past.After(new Slot(slot.Index - 1).Start, 500, 0) };
        var question = PlanRequest.Of(slot, Given.Image(site) with { TakenAt = slot.Start, Outside = new(LocalClock.Utc) }, site, (brain, FollowMemory.Fresh(site).Stays))!.Value.Question;
        Assert.Equal((site.Weights, 90.0, expected), (question.Weights, question.DemandPrice, question.PeakSoFar));
        Assert.True(question.MayRaisePeak);
        Assert.False((question with { PeakSoFar = 100_000 }).MayRaisePeak);
        Assert.False((question with { DemandPrice = 0 }).MayRaisePeak);
    }

    /// <summary>The market has published today; others foretell that tomorrow will be dear, and the plan goes by it.</summary>
    [Fact]
    public void Foretold_prices_stand_where_the_market_has_not_published()
    {
        var site = House with { Tariff = Flat with { Spot = new(1, Price.Zero, "prices.csv") } };
        var slot = Slot.Of(Instant.From(new(2026, 6, 9, 12, 0, 0, TimeSpan.Zero)));
        var brain = Brain.Fresh(LocalClock.Utc) with { SpotFrom = new(slot.Index - 96), Spot = [.. Enumerable.Repeat(0.20, 97)] };
        for (var i = 96; i > 0; i--)
            brain = brain with { Past = brain.Past.After(new Slot(slot.Index - i).Start, 500, 0) };
        var told = new Foretold(slot.Start, slot) { Spot = [.. Enumerable.Range(0, 140).Select(i => i < 48 ? 9.99 : 0.90)] };
        var image = Given.Image(site) with { TakenAt = slot.Start, Outside = new(LocalClock.Utc) { Spot = [.. Enumerable.Repeat(0.20, 48)], Foretold = told } };
        var prices = PlanRequest.Of(slot, image, site, (brain, FollowMemory.Fresh(site).Stays))!.Value.Question.Prices.Import;
        Assert.All(prices.Take(48), price => Assert.Equal(0.20, price)); // what is published is not foretold
        Assert.All(prices.Skip(48).Take(92), price => Assert.Equal(0.90, price));
        Assert.All(prices.Skip(140), price => Assert.Equal(0.20, price));
    }

    [Theory]
    [InlineData("2026-12-31", "2027-01-01", BillingPeriod.Year)]
    [InlineData("2026-02-28", "2026-03-01", BillingPeriod.Month)]
    [InlineData("1969-12-31", "1970-01-01", BillingPeriod.Month)]
    public void A_billing_period_ends_with_the_local_calendar(string last, string first, BillingPeriod period)
    {
        var demand = new DemandCharge(1, period, Power.Zero);
        Assert.Equal(demand.PeriodOf(Day(last)) + 1, demand.PeriodOf(Day(first)));
        Assert.Equal(demand.PeriodOf(Day(last) - 20), demand.PeriodOf(Day(last)));
        var peak = new DemandPeak(demand.PeriodOf(Day(last)), 4_000);
        Assert.Equal(peak, peak.After(double.NaN, peak.Period, peak.Period));
        Assert.Equal(peak with { Watts = 4_100 }, peak.After(4_100, peak.Period, peak.Period));
        Assert.Equal(new(peak.Period + 1, 0), peak.After(9_000, peak.Period, peak.Period + 1)); // the last quarter-hour is still the old period's
    }

    /// <summary>Local midnight in Berlin is an hour before UTC's: the first quarter-hour of January there begins at 23:00Z.</summary>
    [Fact]
    public void The_peak_is_forgotten_at_local_midnight()
    {
        var site = House with { Tariff = Flat with { Demand = new(90, BillingPeriod.Year, Power.Zero) } };
        var brain = (Brain?)null;
        var newYear = Slot.Of(Instant.From(new(2026, 12, 31, 23, 0, 0, TimeSpan.Zero)));
        foreach (var (ahead, import, expected) in ((int, double, double)[])[(-2, 5_000, 5_000), (-1, 3_000, 5_000), (0, 8_000, 0), (1, 1_000, 1_000), (2, 700, 1_000)])
        {
            var slot = new Slot(newYear.Index + ahead);
            var image = Given.Image(site) with { TakenAt = slot.Start, Outside = new(LocalClock.Fixed(60)) { Imported = import } };
            brain = Brain.After(brain, slot, image, site, FollowMemory.Fresh(site).Stays);
            Assert.Equal((ahead < 0 ? 2026 : 2027, expected), (brain!.Peak!.Value.Period, brain.Peak.Value.Watts));
        }
        Assert.Null(Brain.After(brain, new(newYear.Index + 3), Given.Image(House) with { Outside = new(LocalClock.Utc) }, House, FollowMemory.Fresh(House).Stays)!.Peak);
    }

    private static LivingHouse Cooking(Site site) => new(site, Slot.Of(Instant.From(new(2026, 6, 24, 0, 0, 0, TimeSpan.Zero))))
    {
        Load = minute => minute switch { >= 15 * 60 and < 18 * 60 => 1_500, >= 18 * 60 and < 19 * 60 => 5_500, _ => 400 },
        Pv = minute => minute is >= 9 * 60 and < 14 * 60 ? 2_200 : 0,
    };

    private static LivingHouse Evening(Site site, Func<Slot, Foretold?>? foretold = null) => new(site, Slot.Of(Instant.From(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero))))
    {
        Load = minute => minute is >= 17 * 60 and < 21 * 60 ? 2_500 : 400,
        Foretold = foretold ?? (_ => null),
    };

    /// <summary>Clean until six, dirty later, told for a day.</summary>
    private static Foretold Nights(Slot slot) => new(slot.Start, slot) { Carbon = [.. Enumerable.Range(0, PerDay).Select(i => CarbonAt(new(slot.Index + i)))] };

    private static double CarbonAt(Slot slot) => LocalClock.Utc.MinuteOfDay(slot.Start) < 6 * 60 ? 0.05 : 0.6;

    private static Foretold Sun(Slot slot, Instant issued) => new(issued, slot)
    {
        Pv = [.. Enumerable.Range(0, 144).Select(i => LocalClock.Utc.MinuteOfDay(new Slot(slot.Index + i).Start) is >= 9 * 60 and < 17 * 60 ? 6_000.0 : 0)],
    };

    /// <summary>kg.</summary>
    private static double Carbon(IEnumerable<LivedStep> steps) => steps.Sum(step => step.Flow.Import * CarbonAt(step.Record.Slot) / 4_000);

    /// <summary>Wh that went into the battery in the last night.</summary>
    private static double Bought(IReadOnlyList<LivedStep> steps) => steps.Skip(8 * PerDay).Take(24).Sum(step => Math.Max(0, -step.Flow.Discharge) / 4);

    private static string Print(LivedStep step) => Convert.ToHexString(CycleRecord.Fingerprint(step.Record.Decision, step.Record.Findings));

    private static void AssertThoughtAgain(CycleRecord record, Site site)
    {
        var again = CycleRecord.FromBytes(record.ToBytes());
        var brain = BrainWire.FromBytes(BrainWire.ToBytes(record.Before.Brain!));
        var thought = Cycle.Think(again.Slot, again.Image, site, again.Before with { Brain = brain }, FollowPlan.Plain);
        Assert.Equal(CycleRecord.Fingerprint(record.Decision, record.Findings), CycleRecord.Fingerprint(thought.Decision, thought.Findings));
    }

    private static long Day(string date) => DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
}
