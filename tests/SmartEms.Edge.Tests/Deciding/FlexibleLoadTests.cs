using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Deciding;

/// <summary>Loads that may wait: on what batteries and chargers leave, off before a limit is broken, and never switched more often than they bear.</summary>
public sealed class FlexibleLoadTests
{
    private static readonly FlexibleLoad Boiler = new("boiler", 0, Power.FromWatts(3_000)) { DefaultMode = LoadMode.SurplusOnly };
    private static readonly FlexibleLoad Pump = new("pump", 1, Power.FromWatts(1_000)) { Priority = 5 };

    [Fact]
    public void A_load_on_surplus_starts_on_what_is_left_and_stops_when_nothing_is()
    {
        House house = new(Boiler);
        house.Run(295, -3_200);
        Assert.False(house.MayRun()); // it fell with the last restart: a compressor needs its rest
        house.Run(5, -3_200);
        Assert.True(house.MayRun());
        house.Run(400, 100); // a cloud
        Assert.False(house.MayRun());
        house = new(Boiler);
        house.Run(600, -2_900);
        Assert.False(house.MayRun()); // not enough for it
    }

    [Fact]
    public void A_short_cloud_does_not_switch_it()
    {
        House house = new(Boiler);
        house.Run(400, -3_200);
        for (var round = 0; round < 20; round++)
        {
            house.Run(170, 500);
            house.Run(30, -100);
            Assert.True(house.MayRun());
        }
    }

    [Fact]
    public void It_is_not_switched_more_often_than_its_shortest_times_allow()
    {
        House house = new(Boiler with { OnMin = TimeSpan.FromMinutes(10), OffMin = TimeSpan.FromMinutes(20) });
        var changes = 0;
        for (var (second, was) = (0, false); second < 86_400; second++)
        {
            house.Run(1, second / 240 % 2 == 0 ? -5_000 : 2_000);
            changes += house.MayRun() == was ? 0 : 1;
            was = house.MayRun();
        }
        Assert.InRange(changes, 2, 2 * 24 * 2); // a day holds 48 pairs of half an hour
    }

    [Fact]
    public void Batteries_then_chargers_then_loads_in_their_order_keep_the_import_limit()
    {
        House house = new(Boiler with { DefaultMode = LoadMode.On }, Pump) { HasCar = true };
        house.Run(370, 500); // one after the other
        Assert.True(house.MayRun(0) && house.MayRun(1));
        var order = new List<string>();
        var told = house.Told;
        for (var second = 0; second < 640 && order.Count < 4; second++)
        {
            house.Run(1, 500 * (1 + (second / 8))); // 500 W more every 8 s
            Note(told.Batteries[0].Discharge.Watts < 5_000 && house.Told.Batteries[0].Discharge.Watts >= 5_000, "battery");
            Note(house.Told.EvChargers[0].Offer == Current.Zero, "charger");
            Note(!house.MayRun(0), "boiler");
            Note(!house.MayRun(1), "pump");
        }
        Assert.Equal(["battery", "charger", "boiler", "pump"], order);
        Assert.Equal(Bound.ImportLimit, house.Told.Loads[0].ClippedBy);

        void Note(bool happened, string what)
        {
            if (happened && !order.Contains(what))
                order.Add(what);
        }
    }

    [Fact]
    public void One_that_was_shed_is_given_the_time_of_a_relay_before_the_next_has_to_go()
    {
        House house = new(Boiler with { DefaultMode = LoadMode.On }, Pump) { Batteries = 0 };
        house.Run(370, 500);
        Assert.True(house.MayRun(0) && house.MayRun(1));
        house.Run(1, 10_600);
        Assert.Equal((false, true), (house.MayRun(0), house.MayRun(1)));
        house.Run(1, 10_600);
        Assert.True(house.MayRun(1)); // the boiler's 3 kW are on their way
        house.Run(2, 10_600);
        Assert.False(house.MayRun(1)); // it was cold already
        house.Run(290, 500);
        Assert.False(house.MayRun(0) || house.MayRun(1));
    }

    [Fact]
    public void It_does_not_come_back_before_there_is_room_for_all_it_may_draw()
    {
        House house = new(Boiler with { DefaultMode = LoadMode.On }) { Batteries = 0 };
        house.Run(1_000, 7_500);
        Assert.False(house.MayRun());
        Assert.Equal(Bound.ImportLimit, house.Told.Loads[0].ClippedBy);
        house.Run(1, 6_900);
        Assert.True(house.MayRun());
    }

    [Fact]
    public void Curtailed_plants_let_one_load_after_the_other_try()
    {
        House house = new(Boiler with { OffMin = TimeSpan.Zero }, Pump with { DefaultMode = LoadMode.SurplusOnly, OffMin = TimeSpan.Zero }) { Batteries = 0, ExportMax = 0, Produced = 2_000 };
        house.Run(61, -10);
        Assert.Equal((true, false), (house.MayRun(0), house.MayRun(1)));
        house.Run(59, -10);
        Assert.False(house.MayRun(1));
        house.Run(62, -10);
        Assert.True(house.MayRun(1));
    }

    [Theory]
    [InlineData("stop", Bound.EmergencyStop)]
    [InlineData("island", Bound.Island)]
    [InlineData("meter", Bound.UnknownReading)]
    [InlineData("dso", Bound.DsoLimit)]
    [InlineData("frequency", Bound.GridFrequency)]
    public void What_forbids_it_does_not_wait_for_its_shortest_time(string what, Bound by)
    {
        House house = new(Boiler with { DefaultMode = LoadMode.On, Rated = Power.FromWatts(5_000), OnMin = TimeSpan.FromHours(1) });
        house.Run(310, 500);
        Assert.True(house.MayRun());
        house.Wrong = what;
        house.Run(1, 500);
        Assert.Equal((false, by), (house.MayRun(), house.Told.Loads[0].ClippedBy));
    }

    [Theory]
    [InlineData(4_000, true)]
    [InlineData(4_300, false)]
    public void The_network_operators_limit_holds_for_each_device(double rated, bool mayRun)
    {
        House house = new(Boiler with { DefaultMode = LoadMode.On, Rated = Power.FromWatts(rated), OffMin = TimeSpan.Zero }) { Wrong = "dso" };
        house.Run(5, 500);
        Assert.Equal(mayRun, house.MayRun());
    }

    [Fact]
    public void What_people_ask_for_holds_inside_the_limits()
    {
        House house = new(Boiler with { OffMin = TimeSpan.Zero }) { Order = LoadMode.On };
        house.Run(2, 500);
        Assert.True(house.MayRun());
        house.Order = LoadMode.Off;
        house.Run(1, -9_000);
        Assert.False(house.MayRun()); // at once: a person does not wait for the shortest time
        house.Order = LoadMode.On;
        house.Wrong = "stop";
        house.Run(2, 500);
        Assert.False(house.MayRun());
    }

    [Fact]
    public void Without_a_decision_nothing_runs_on_surplus_and_the_rest_goes_on()
    {
        House house = new(Boiler, Pump);
        house.Run(400, -3_500);
        Assert.True(house.MayRun(0) && house.MayRun(1));
        house.IsDecided = false;
        house.Run(400, -3_500);
        Assert.Equal((false, true), (house.MayRun(0), house.MayRun(1)));
    }

    [Fact]
    public void A_restart_lets_every_load_rest_first()
    {
        House house = new(Pump);
        house.Run(400, 500);
        Assert.True(house.MayRun());
        house.Restart();
        house.Run(295, 500);
        Assert.False(house.MayRun());
        house.Run(5, 500);
        Assert.True(house.MayRun());
    }

    /// <summary>A house with loads at a meter that shows what it is told.</summary>
    private sealed class House(params FlexibleLoad[] loads)
    {
        private FollowMemory? memory;
        private long second;

        public int Batteries { get; init; } = 1;
        public bool HasCar { get; init; }
        public double ExportMax { get; init; } = 8_000;
        public double Produced { get; init; }
        public string Wrong { get; set; } = "";
        public LoadMode? Order { get; set; }
        public bool IsDecided { get; set; } = true;
        public Setpoints Told { get; private set; } = new([], [], []);

        public bool MayRun(int load = 0) => Told.Loads[load].MayRun;

        private Site Site => Given.Site(Batteries, HasCar ? 1 : 0, Produced > 0 ? 1 : 0) with
        {
            Loads = [.. loads],
            Relays = [.. loads.Select((_, i) => new Relay($"relay{i}", new("board", $"{i}")))],
            Pcc = Given.Pcc with { ExportMax = Power.FromWatts(ExportMax) },
        };

        public void Restart() => memory = memory!.AfterRestart(Site, TimeSpan.Zero);

        public void Run(int seconds, double import)
        {
            var site = Site;
            for (var i = 0; i < seconds; i++)
            {
                var step = Follow.Step(new(Image(site, import), site, IsDecided ? Decided(site) : null, default, 1), memory ?? FollowMemory.Fresh(site));
                (memory, Told, second) = (step.Memory, step.Setpoints, second + 1);
            }
        }

        private static Decision Decided(Site site) => new(
            default, "test", [.. site.Batteries.Select(_ => new BatteryDecision(BatteryMode.Idle, default, default))], [.. site.EvChargers.Select(_ => new EvDecision(EvMode.Full, default))], []);

        private ProcessImage Image(Site site, double import)
        {
            var image = Given.Image(site, import) with { TakenAt = new(1_750_000_000_000 + (second * 1_000)) };
            image = image with
            {
                Batteries = [.. site.Batteries.Select((_, i) => Given.Cells(memory?.LastDischarge[i].Watts ?? 0))],
                EvChargers = [.. site.EvChargers.Select((_, i) => Given.Car((memory?.Chargers[i].Offer.Amperes ?? 0) * 690))],
                PvPlants = [.. site.PvPlants.Select(_ => new PvReadings { Production = Given.Watts(Produced) })],
            };
            var orders = Orders.None;
            if (Order is { } mode)
                orders = orders with { Overrides = [new(1, OverrideKind.LoadMode, 0, (double)mode, new(long.MaxValue))] };
            if (Wrong == "stop")
                orders = orders with { Stop = new(image.TakenAt, "test") };
            if (Wrong == "dso")
                orders = orders with { Constraints = [new("limit", ConstraintSource.Contact, ConstraintDirection.DeviceConsumption, Power.FromWatts(4_200))] };
            var grid = Wrong switch
            {
                "meter" => image.Grid with { Import = Reading.Bad<Power>(BadReason.Timeout) },
                "frequency" => image.Grid with { Frequency = Reading.Good(Frequency.FromHertz(49.3)) },
                "island" => image.Grid with { VoltageL1 = Given.Volts(0), VoltageL2 = Given.Volts(0), VoltageL3 = Given.Volts(0) },
                _ => image.Grid,
            };
            return image with { Orders = orders, Grid = grid };
        }
    }
}
