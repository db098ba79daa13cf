using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>A planned charger at which nobody is, as a quarter-hour begins: a car that comes within it gets at once what the plan wants for it.</summary>
public sealed class CarToComeTests
{
    private const double Dear = 0.55;
    private const double Cheap = 0.12;
    private static readonly Instant Evening = Instant.From(new(2026, 6, 8, 18, 0, 0, TimeSpan.Zero)); // a Monday

    /// <summary>Everything in the seven minutes after a car came at 18:07, by the product's own Cycle and Follow.</summary>
    [Theory]
    [InlineData(Cheap, Dear, true)]
    [InlineData(Dear, Cheap, false)]
    public void A_car_that_comes_between_quarter_hours_begins_at_once_only_when_energy_is_cheap(double now, double later, bool begins)
    {
        var house = new House(batteries: 0) { Site = Site(0, now, later) };
        var thought = house.Think();
        var wattHours = house.Charged(thought, comes: 7 * 60, until: 15 * 60);
        Assert.True(begins ? wattHours > 1_200 : wattHours == 0, $"{wattHours:0} Wh were charged");
        Assert.Equal(begins ? EvMode.Full : EvMode.SurplusOnly, thought.Decision.EvChargers[0].Mode);
        Assert.Equal(Power.Zero, thought.Decision.EvChargers[0].ExpectedCharge);
        var words = thought.Decision.Reasons.Select(reason => Reasons.Text(reason, house.Site)).ToArray();
        Assert.Contains("no car at wallbox", words);
        Assert.Contains(begins ? "wallbox: a car that comes now charges at once with all the connection allows; by what earlier stays foretell, that costs least"
            : "wallbox: a car that comes now waits and takes surplus only; by what earlier stays foretell, that costs least", words);
        Assert.Equal(!begins, words.Any(text => text.StartsWith("wallbox: charging with full power now would cost ", StringComparison.Ordinal)));
    }

    /// <summary>With a battery and without one: nothing else of the decision changes by a car that may come.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Who_leads_and_what_batteries_do_is_as_without_it(int batteries)
    {
        var house = new House(batteries);
        var decision = house.Think().Decision;
        var plain = (house with { Site = house.Site with { EvChargers = [Given.Charger with { DefaultMode = EvMode.Full }] } }).Think().Decision;
        Assert.Equal((batteries == 0 ? "self-consumption-1" : "plan-1", plain.LedBy), (plain.LedBy, decision.LedBy));
        Assert.Equal(plain.Batteries.AsEnumerable(), decision.Batteries);
        Assert.Equal(plain.Shadows.AsEnumerable(), decision.Shadows);
        Assert.Equal(plain.Reasons.AsEnumerable(), decision.Reasons.Where(reason => reason.Code is not (ReasonCode.CarToComeWouldGet or ReasonCode.ChargingAtOnceWouldCost)));
    }

    [Fact]
    public void What_a_car_that_has_left_was_given_is_not_taken_off_what_the_next_one_needs()
    {
        var house = new House(batteries: 0) { Site = Site(0, Cheap, Dear), Last = new(40_000, 50_000, 0, 11_000, 900) };
        Assert.Equal(EvMode.Full, house.Think().Decision.EvChargers[0].Mode);
        var before = ImmutableArray.Create(new CarStay(40_000, 50_000, 0, 11_000, 900));
        var brain = Brain.Fresh(LocalClock.Utc) with { Cars = [CarLog.Empty] };
        var need = CarNeeds.Of((Slot.Of(Evening), house.Image(), house.Site), before, brain, new([0.2], [0.1], 1, []))[0]!.Value;
        var usual = EvForecast.Look(new([], Evening, null, LocalClock.Utc), Evening, (144, 15));
        Assert.Equal((CarSource.MayCome, usual.NeedsP80), (need.Source, need.Need.NeededWh));
        Assert.Equal(usual.LeaveChance.AsEnumerable(), need.Need.LeaveChance);
        Assert.Equal(11_000, need.Need.PowerMax); // as much as the last car took
    }

    /// <summary>By hand and in maintenance a car gets what was asked, and nothing else is said; a departure told beforehand is planned for once the car is there.</summary>
    [Theory]
    [InlineData(OverrideKind.EvMode, (double)EvMode.Minimum, EvMode.Minimum)]
    [InlineData(OverrideKind.EvCurrent, 0, EvMode.Off)]
    [InlineData(OverrideKind.Maintenance, 0, EvMode.Off)]
    [InlineData(OverrideKind.EvDeparture, 20_000, EvMode.SurplusOnly)]
    public void What_people_have_asked_goes_before_it(OverrideKind kind, double value, EvMode expected)
    {
        var house = new House(batteries: 0) { Site = Site(0, Cheap, Dear), Orders = Orders.None with { Overrides = [new(1, kind, 0, value, Evening + TimeSpan.FromHours(12))] } };
        var decision = house.Think().Decision;
        Assert.Equal(expected, decision.EvChargers[0].Mode);
        Assert.DoesNotContain(decision.Reasons, reason => reason.Code is ReasonCode.CarToComeWouldGet or ReasonCode.ChargingAtOnceWouldCost);
    }

    /// <summary>Nobody had told of the departure when it was decided. Once there is only just time enough it is charged; where the policy is off nothing was decided for a car to come.</summary>
    [Theory]
    [InlineData(12 * 60, PolicyMode.Act, 0)]
    [InlineData(100, PolicyMode.Act, 1_200)]
    [InlineData(12 * 60, PolicyMode.Off, 1_200)]
    public void A_car_that_comes_and_of_which_a_departure_is_told_waits_for_its_plan(int leavesAfter, PolicyMode mode, double expected)
    {
        var house = new House(batteries: 0) { Site = Site(0, Cheap, Dear) };
        house = house with { Site = house.Site with { EvChargers = [Given.Charger with { DefaultMode = EvMode.Full, IsPlanned = true }], Running = new() { PolicyMode = mode } } };
        var thought = house.Think();
        Assert.Equal(EvMode.Full, thought.Decision.EvChargers[0].Mode);
        var told = house with { Orders = Orders.None with { Overrides = [new(1, OverrideKind.EvDeparture, 0, 20_000, Evening + TimeSpan.FromMinutes(leavesAfter))] } };
        Assert.InRange(told.Charged(thought, comes: 7 * 60, until: 15 * 60), expected, expected * 1.3);
    }

    /// <summary>Where there is no plan to trust, an empty charger is as it was: it waits, or does what the house wants where the policy is not asked.</summary>
    [Fact]
    public void Without_a_plan_nothing_is_said_of_it()
    {
        var house = new House(batteries: 0) { Site = Site(0, Cheap, Dear) };
        Assert.Equal(EvMode.Full, house.Think().Decision.EvChargers[0].Mode); // the house's usual mode is off: this is the plan's
        Without(EvMode.Off, house with { Site = house.Site with { Running = new() { PolicyMode = PolicyMode.Off } } });
        Without(EvMode.Off, house with { Box = new(ClockTrust.Holdover, StartMode.Safe) });
        Without(EvMode.Off, house with { Box = new(ClockTrust.NoRtc, StartMode.Normal) });
        Without(EvMode.Off, house with { State = Reading.Bad<EvState>(BadReason.Timeout) });
        Without(EvMode.Off, house with { State = Reading.Good(EvState.Error) });
        Without(EvMode.SurplusOnly, house with { Site = house.Site with { Tariff = house.Site.Tariff with { Windows = [], Spot = new(1, Price.Zero, "prices.csv") } } });
        Without(EvMode.SurplusOnly, house with { Known = false });

        static void Without(EvMode expected, House other)
        {
            var decision = other.Think().Decision;
            Assert.Equal(expected, decision.EvChargers[0].Mode);
            Assert.DoesNotContain(decision.Reasons, reason => reason.Code == ReasonCode.CarToComeWouldGet);
        }
    }

    /// <summary>A car at one charger is planned with the battery as if the other charger were not there.</summary>
    [Fact]
    public void Beside_a_car_that_is_there_the_empty_charger_is_planned_by_itself()
    {
        var alone = new House(batteries: 1) { Site = Site(1, Dear, Cheap), State = Reading.Good(EvState.Connected) };
        var both = alone with { Site = alone.Site with { EvChargers = [alone.Site.EvChargers[0], alone.Site.EvChargers[0] with { Name = "yard" }] } };
        var (one, two) = (alone.Think().Decision, both.Think().Decision);
        Assert.Equal((one.EvChargers[0], one.Batteries[0], one.LedBy), (two.EvChargers[0], two.Batteries[0], two.LedBy));
        Assert.Equal(EvMode.SurplusOnly, two.EvChargers[1].Mode);
        Assert.Equal(one.Reasons.Where(reason => reason.Subject != Subject.EvCharger), two.Reasons.Where(reason => reason.Subject != Subject.EvCharger));
        Assert.Equal((Subject.EvCharger, 1), two.Reasons.Where(reason => reason.Code == ReasonCode.CarToComeWouldGet).Select(reason => (reason.Subject, reason.Index)).Single());
    }

    [Fact]
    public void It_is_thought_again_to_the_same_bytes()
    {
        var house = new House(batteries: 1) { Site = Site(1, Cheap, Dear) };
        var (memory, image) = (house.Before(), house.Image());
        var thought = Cycle.Think(Slot.Of(Evening), image, house.Site, memory, FollowPlan.Plain);
        Assert.Contains(thought.Decision.Reasons, reason => reason.Code == ReasonCode.CarToComeWouldGet);
        var record = new CycleRecord(Slot.Of(Evening), image, memory, thought.Decision, thought.Findings) { SiteHash = "", PolicyName = "plan-1", PolicyMode = PolicyMode.Act, Program = "test" };
        var read = CycleRecord.FromBytes(record.ToBytes());
        Assert.Equal(thought.Decision.Reasons.AsEnumerable(), read.Decision.Reasons);
        var again = Cycle.Think(read.Slot, read.Image, house.Site, read.Before with { Brain = BrainWire.FromBytes(BrainWire.ToBytes(memory.Brain!)) }, FollowPlan.Plain);
        Assert.Equal(CycleRecord.Fingerprint(record.Decision, record.Findings), CycleRecord.Fingerprint(again.Decision, again.Findings));
    }

    /// <summary>One price until half past six, another one for the twelve hours after it, and a middling one else.</summary>
    private static Site Site(int batteries, double now, double later) => Given.Site(batteries, chargers: 1, plants: 0) with
    {
        EvChargers = [Given.Charger with { DefaultMode = EvMode.Off, IsPlanned = true }],
        Running = new() { PolicyMode = PolicyMode.Act },
        Pcc = Given.Pcc with { ImportMax = Power.FromWatts(20_000) },
        Tariff = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.06))
        {
            Windows =
            [
                new(17 * 60, (18 * 60) + 30, TariffDays.All, Price.FromPerKilowattHour(now)),
                new((18 * 60) + 30, 24 * 60, TariffDays.All, Price.FromPerKilowattHour(later)),
                new(0, 6 * 60, TariffDays.All, Price.FromPerKilowattHour(later)),
            ],
        },
    };

    /// <summary>A house whose charger says <see cref="State"/> at six in the evening; every further one is empty.</summary>
    private sealed record House(int batteries)
    {
        public Site Site { get; init; } = CarToComeTests.Site(batteries, Dear, Cheap);
        public Reading<EvState> State { get; init; } = Reading.Good(EvState.NoCar);
        public Orders Orders { get; init; } = Orders.None;
        public BoxReadings? Box { get; init; }

        /// <summary>The load of the quarter-hours before was measured.</summary>
        public bool Known { get; init; } = true;

        /// <summary>What was watched of the car before.</summary>
        public CarStay Last { get; init; }

        public Memory Before()
        {
            var memory = Memory.Fresh(Site);
            var brain = Brain.Fresh(LocalClock.Utc);
            for (var i = 96; i > 1 && Known; i--)
                brain = brain with { Past = brain.Past.After(new Slot(Slot.Of(Evening).Index - i).Start, 400, 0) };
            return memory with { Brain = brain, Follow = memory.Follow with { Chargers = [.. memory.Follow.Chargers.Select(charger => charger with { Stay = Last })] } };
        }

        public Thought Think() => Cycle.Think(Slot.Of(Evening), Image(), Site, Before(), FollowPlan.Plain);

        /// <summary>Wh that a car of 11 kW takes which comes so many seconds after the decision.</summary>
        public double Charged(Thought thought, int comes, int until)
        {
            var (memory, watts, wattHours) = (thought.Memory.Follow, 0.0, 0.0);
            for (var second = 0; second < until; second++, wattHours += watts / 3_600)
            {
                var image = Image() with
                {
                    TakenAt = Evening + TimeSpan.FromSeconds(second),
                    Grid = Given.Grid(400 + watts),
                    EvChargers = [Given.Car(watts, second < comes ? EvState.NoCar : watts > 0 ? EvState.Charging : EvState.Connected)],
                };
                var step = Follow.Step(new(image, Site, thought.Decision, TimeSpan.FromSeconds(second), 1), memory);
                (memory, watts) = (step.Memory, second < comes ? 0 : step.Setpoints.EvChargers[0].Offer.Amperes * 690);
            }
            return wattHours;
        }

        public ProcessImage Image()
        {
            var image = Given.Image(Site, 400);
            return image with
            {
                TakenAt = Evening,
                EvChargers = [.. Site.EvChargers.Select((_, i) => Given.Car(0, EvState.NoCar) with { State = i == 0 ? State : Reading.Good(EvState.NoCar) })],
                Orders = Orders,
                Box = Box ?? image.Box,
                Outside = new(LocalClock.Utc) { Measured = Known ? new StepMeans(400, 0) : null },
            };
        }
    }
}
