using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.EndToEnd;
using SmartEms.Edge.Tests.Simulation;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A whole daemon in this process, on simulated time, with simulated devices on real sockets, and with a simulated board and bus wired to the machine.</summary>
internal sealed class WiredHouse : IAsyncDisposable
{
    public const string Board = "board";

    /// <summary>The lines of the board in order.</summary>
    public const int Stop = 0, Limit = 1, Pulses = 2, Relay = 3;

    private readonly House house;
    private readonly Composition built;
    private long atNs = 1_000_000_000;

    private WiredHouse(House house, Composition built, SimulatedGpio gpio) => (this.house, this.built, Gpio) = (house, built, gpio);

    public SimulatedGpio Gpio { get; }
    public SimulatedDevices Devices => house.Devices;
    public Snapshot Now => built.Daemon.Latest!;
    public OrderBook Orders => built.Orders;
    public Recorder Recorder => built.Recorder;
    public Site Site => built.Site;

    /// <summary>The stop is closed (nothing pressed), the limit open (no limit), as the wires lie on an idle day.</summary>
    public static SimulatedGpio IdleBoard()
    {
        var gpio = new SimulatedGpio().WithChip(Board, "stop", "limit", "pulses", "relay");
        gpio.Drive(Board, Stop, false, 0);
        return gpio;
    }

    public static async Task<WiredHouse> StartAsync(SimulatedGpio gpio, SimulatedI2c? i2c = null, string? store = null, double pvWatts = 0)
    {
        var wired = House.Site() with
        {
            Contacts =
            [
                new("stop", ContactRole.EmergencyStop, new(Board, "stop")) { AssertsByOpening = true }, new("limit", ContactRole.DsoLimit, new(Board, "limit")) { Limit = Power.FromWatts(1_500) },
                new("heatpump", ContactRole.PulseMeter, new(Board, "pulses")) { PulsesPerKilowattHour = 1000 },
            ],
            Relays = [new("permit", new(Board, "relay"))],
            Sensors = i2c is null ? [] : [new("cabinet", SensorKind.Lm75, "bus", 0x48)],
        };
        var house = await House.StartAsync(loadWatts: 4_000, pvWatts, wired);
        house.Run(2);
        var built = Composition.Build(new(house.Devices.SiteWithBoundPorts, "wired", ""), new(null), new(store, house.Time, TimeProvider.System, Log.Silent) { Gpio = gpio, I2c = i2c ?? new() });
        return new(house, built, gpio);
    }

    /// <summary>So many seconds in lock-step: world, senses, thought, act.</summary>
    public async Task LiveAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            house.Run(1);
            await built.Field.RoundAsync(default);
            if (built.Daemon.IsCycleDue)
                await built.Daemon.CycleOnceAsync();
            await built.Daemon.FollowOnceAsync();
            await built.Field.ActAsync(default);
        }
    }

    public void Drive(int line, bool? level) => Gpio.Drive(Board, line, level, atNs += 100_000_000);

    /// <summary>So many pulses of 100 ms each, all of them heard.</summary>
    public async Task PulseAsync(int pulses)
    {
        var before = built.Field.Terminals!.Contacts[2].Pulses;
        for (var i = 0; i < pulses; i++)
        {
            Drive(Pulses, false);
            Drive(Pulses, true);
        }
        await Bundle.UntilAsync(() => built.Field.Terminals!.Contacts[2].Pulses == before + pulses, () => $"{built.Field.Terminals!.Contacts[2].Pulses} pulses, not {before + pulses}");
    }

    /// <summary>What the battery's inverter was told last, W, discharge positive.</summary>
    public double? ToldBattery => built.Field.Sessions[Site.Batteries[0].Device].Proof(ControlKind.BatteryDischarge)?.Target;

    public bool IsEnergised => Gpio.Level(Board, Relay);

    public bool Has(FindingCode code, string name) => Now.Findings.Any(finding => finding.Code == code && Catalogue.NameOf(finding, Site) == name);

    public async ValueTask DisposeAsync()
    {
        await built.DisposeAsync();
        await house.DisposeAsync();
    }
}
