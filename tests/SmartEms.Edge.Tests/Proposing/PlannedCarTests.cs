using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>A car at a charger under the product's own Cycle and Follow, minute by minute: it comes at six in the evening, when energy is dear, and leaves in the morning.</summary>
public sealed class PlannedCarTests
{
    private static readonly Instant Midnight = Instant.From(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)); // a Monday

    [Fact]
    public void A_car_whose_departure_was_told_is_charged_when_that_costs_least()
    {
        var house = new House(batteries: 0);
        house.Live(days: 2);
        house.Told = (20_000, 7 * 60);
        house.Live(days: 1);
        var stay = house.Stays[^1];
        Assert.InRange(stay.Wh, 20_000, 20_100);
        Assert.InRange(stay.DearWh, 0, 250); // three minutes at the minimum spare the contactor
        var waits = house.Records.First(one => one.Slot.Start >= Midnight + TimeSpan.FromHours(48 + 18.5));
        Assert.InRange(waits.Decision.EvChargers[0].Mode, EvMode.Off, EvMode.SurplusOnly);
        var words = waits.Decision.Reasons.Select(reason => Reasons.Text(reason, house.Site)).ToArray();
        Assert.Contains("wallbox: 19.9 kWh are to be charged before the car leaves, as it was told", words);
        Assert.Contains(words, text => text.StartsWith("wallbox: charging with full power now would cost ", StringComparison.Ordinal));
        Assert.All(house.Stays[..^1], before => Assert.True(before.DearWh > 15_000, "a charger that is not planned charges at once"));
    }

    [Fact]
    public void A_charger_that_is_planned_waits_for_cheap_energy()
    {
        var house = new House(batteries: 0, planned: true) { CarWants = 20_000 };
        house.Live(days: 21);
        Assert.All(house.Stays, stay => Assert.InRange(stay.Wh, 19_900, 20_100));
        Assert.All(house.Stays[7..], stay => Assert.True(stay.DearWh < 100, $"{stay.DearWh:0} Wh of a stay were charged when energy was dear"));
    }

    /// <summary>Out of a half-full battery a car can be charged in the evening at little cost, and is as long as it might be gone by night.</summary>
    [Fact]
    public void A_charger_that_is_planned_learns_when_its_car_leaves()
    {
        var house = new House(batteries: 1, planned: true) { CarWants = 20_000 };
        house.Live(days: 24);
        Assert.All(house.Stays, stay => Assert.InRange(stay.Wh, 19_900, 20_100));
        Assert.All(house.Stays[..3], stay => Assert.True(stay.DearWh > 5_000, $"only {stay.DearWh:0} Wh were charged while nothing was known: there is nothing to learn here"));
        Assert.All(house.Stays[12..], stay => Assert.True(stay.DearWh < 100, $"{stay.DearWh:0} Wh of a stay were charged when energy was dear"));
    }

    /// <summary>Without prices that vary, without a plan, with the policy off: a departure that was told still holds.</summary>
    [Theory]
    [InlineData(PolicyMode.Act, false)]
    [InlineData(PolicyMode.Off, true)]
    public void Without_a_plan_a_car_is_charged_in_time_nevertheless(PolicyMode mode, bool varies)
    {
        var house = new House(batteries: 0, usual: EvMode.Off, mode: mode, varies: varies) { CarWants = 50_000 };
        house.Live(days: 1);
        Assert.Equal(0, house.Stays[^1].Wh); // nobody told of a departure
        house.Told = (30_000, 7 * 60);
        house.Live(days: 1);
        Assert.InRange(house.Stays[^1].Wh, 30_000, 32_000);
        Assert.InRange(house.Stays[^1].FirstAt.TotalHours, 3.5, 4.2); // 2.7 h at 11 kW before seven o'clock
    }

    /// <summary>A car that takes 3.7 kW at a charger of 11 kW needs three times as long, which shows once it was offered all.</summary>
    [Fact]
    public void A_slow_car_begins_earlier_once_it_is_known()
    {
        var house = new House(batteries: 0) { CarWatts = 3_680, CarWants = 25_000 };
        house.Live(days: 1);
        house.Told = (25_000, 7 * 60);
        house.Live(days: 1);
        Assert.InRange(house.Stays[^1].Wh, 24_900, 25_100);
    }

    [Fact]
    public void Who_asks_for_a_mode_by_hand_gets_it()
    {
        var house = new House(batteries: 0) { Told = (20_000, 7 * 60), ByHand = EvMode.Full };
        house.Live(days: 1);
        Assert.True(house.Stays[^1].DearWh > 15_000);
    }

    /// <summary>What was watched of cars and what was learnt of stays outlives the bytes it is stored as.</summary>
    [Fact]
    public void Stays_are_stored()
    {
        var house = new House(batteries: 1, planned: true) { CarWants = 12_000 };
        house.Live(days: 3);
        var brain = house.Memory.Brain!;
        Assert.Equal(3, brain.Cars[0].Stays.Length);
        Assert.All(brain.Cars[0].Stays, stay => Assert.InRange((stay.PluggedOut - stay.PluggedIn).TotalHours, 12.8, 13.3));
        var again = BrainWire.FromBytes(BrainWire.ToBytes(brain));
        Assert.Equal(brain.Cars[0].Stays.AsEnumerable(), again.Cars[0].Stays);
        var record = house.Records[^1];
        Assert.Equal(record.Before.Follow.Chargers[0].Stay, CycleRecord.FromBytes(record.ToBytes()).Before.Follow.Chargers[0].Stay);
        var thought = Cycle.Think(record.Slot, CycleRecord.FromBytes(record.ToBytes()).Image, house.Site, record.Before, FollowPlan.Plain);
        Assert.Equal(CycleRecord.Fingerprint(record.Decision, record.Findings), CycleRecord.Fingerprint(thought.Decision, thought.Findings));
    }

    [Fact]
    public void Another_car_within_a_quarter_hour_is_another_stay()
    {
        var log = CarLog.Empty.After(Midnight, Reading.Good(EvState.Charging), new(3_600, 4_000, 0, 0, 0));
        log = log.After(Midnight + Slot.Length, Reading.Good(EvState.Connected), new(60, 0, 0, 0, 0));
        var first = Assert.Single(log.Stays);
        Assert.Equal((4_000.0, 1.0), (first.ChargedWh, Math.Round((first.PluggedOut - first.PluggedIn).TotalHours - 0.23, 1)));
        Assert.Equal(Midnight + Slot.Length + TimeSpan.FromSeconds(-60), log.Since);
        Assert.Equal(log, log.After(Midnight + (Slot.Length * 2), Reading.Bad<EvState>(BadReason.Timeout), default)); // who does not answer has not left
    }

    private readonly record struct Seen(double Wh, double DearWh, TimeSpan FirstAt);

    /// <summary>A house with one charger; a car stays from 18:00, or in the middle of a quarter-hour where the charger is planned, to 07:00 every day.</summary>
    private sealed class House(int batteries, bool planned = false, EvMode usual = EvMode.Full, PolicyMode mode = PolicyMode.Act, bool varies = true)
    {
        private const int PerDay = 24 * 60;
        private readonly int comes = planned ? (18 * 60) + 7 : 18 * 60;
        private int minute;
        private Decision? decision;
        private double carWatts, stayWh, dearWh;
        private TimeSpan? first;
        private Instant decidedAt;

        public Site Site { get; } = Given.Site(batteries, chargers: 1, plants: 0) with
        {
            EvChargers = [Given.Charger with { DefaultMode = usual, IsPlanned = planned }],
            Running = new() { PolicyMode = mode },
            Pcc = Given.Pcc with { ImportMax = Power.FromWatts(20_000) },
            Tariff = varies
                ? new("EUR", Price.FromPerKilowattHour(0.25), Price.FromPerKilowattHour(0.06))
                {
                    Windows = [new(17 * 60, 21 * 60, TariffDays.All, Price.FromPerKilowattHour(0.55)), new(60, 5 * 60, TariffDays.All, Price.FromPerKilowattHour(0.12))],
                }
                : new("EUR", Price.FromPerKilowattHour(0.25), Price.FromPerKilowattHour(0.06)),
        };

        public double CarWatts { get; init; } = 11_040;
        public double CarWants { get; init; } = 20_000;

        /// <summary>Wh in the stay, and the minute of day the car leaves at.</summary>
        public (double Wh, int At)? Told { get; set; }
        public EvMode? ByHand { get; init; }
        public List<Seen> Stays { get; } = [];
        public List<CycleRecord> Records { get; } = [];
        public Memory Memory { get; private set; } = Memory.Fresh(Given.Site(batteries, chargers: 1, plants: 0));

        public void Live(int days)
        {
            for (var end = minute + (days * PerDay) + (Stays.Count == 0 && minute == 0 ? 12 * 60 : 0); minute < end; minute++)
                Minute();
        }

        private void Minute()
        {
            var (at, ofDay) = (Midnight + TimeSpan.FromMinutes(minute), minute % PerDay);
            var isHere = minute >= comes && (ofDay >= comes || ofDay < 7 * 60);
            if (ofDay == 7 * 60 && minute > PerDay)
                End();
            var image = Image(at, isHere);
            if (minute % 15 == 0)
                Think(image);
            var step = Follow.Step(new(image, Site, decision, at - decidedAt, 60), Memory.Follow);
            Memory = Memory with { Follow = step.Memory };
            carWatts = isHere && stayWh < CarWants ? Math.Min(step.Setpoints.EvChargers[0].Offer.Amperes * 690, CarWatts) : 0;
            var wattHours = Math.Min(carWatts / 60, Math.Max(0, CarWants - stayWh));
            stayWh += wattHours;
            dearWh += ofDay is >= 17 * 60 and < 21 * 60 ? wattHours : 0;
            if (wattHours > 0)
                first ??= TimeSpan.FromMinutes(ofDay);
        }

        private void End()
        {
            Stays.Add(new(stayWh, dearWh, first ?? default));
            (stayWh, dearWh, first) = (0, 0, null);
        }

        private void Think(ProcessImage image)
        {
            var slot = Slot.Of(image.TakenAt);
            var record = image with { Outside = new(LocalClock.Utc) { Measured = new StepMeans(400, 0) } };
            var thought = Cycle.Think(slot, record, Site, Memory, FollowPlan.Plain);
            Records.Add(new(slot, record, Memory, thought.Decision, thought.Findings) { SiteHash = "", PolicyName = "plan-1", PolicyMode = mode, Program = "test" });
            (Memory, decision, decidedAt) = (thought.Memory, thought.Decision, image.TakenAt);
        }

        private ProcessImage Image(Instant at, bool isHere)
        {
            var orders = Orders.None;
            if (Told is { } told && isHere)
                orders = orders with { Overrides = [new(1, OverrideKind.EvDeparture, 0, told.Wh, Leaves(at, told.At))] };
            if (ByHand is { } hand)
                orders = orders with { Overrides = orders.Overrides.Add(new(2, OverrideKind.EvMode, 0, (double)hand, at + TimeSpan.FromMinutes(15))) };
            return Given.Image(Site, 400 + carWatts) with
            {
                TakenAt = at,
                Batteries = [.. Site.Batteries.Select(_ => Given.Cells(0, 0.5))],
                EvChargers = [Given.Car(carWatts, !isHere ? EvState.NoCar : carWatts > 0 ? EvState.Charging : EvState.Connected)],
                Orders = orders,
            };
        }

        private static Instant Leaves(Instant at, int minuteOfDay)
        {
            var day = LocalClock.Utc.DayOf(at) + (LocalClock.Utc.MinuteOfDay(at) >= minuteOfDay ? 1 : 0);
            return LocalClock.Utc.BeginOf(day) + TimeSpan.FromMinutes(minuteOfDay);
        }
    }
}
