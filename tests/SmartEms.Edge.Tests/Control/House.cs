using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Telemetry;

namespace SmartEms.Edge.Tests.Control;

/// <summary>A house at one moment, well or in trouble, made by hand: what the screens and the API are shown.</summary>
internal static class House
{
    /// <summary>A Friday afternoon.</summary>
    public static Instant At { get; } = Instant.From(new DateTimeOffset(2026, 11, 20, 13, 47, 12, TimeSpan.Zero));

    public static Site Site { get; } = new(
        "hh-0042",
        "Bäckerei Sommer",
        new Pcc(0, Power.FromWatts(30_000), Power.FromWatts(10_000), Current.FromAmperes(50)),
        Tariff.Unpriced,
        [
            new Device("meter1", "eastron-sdm630", new("192.168.3.20", 502, 1)), new Device("inv1", "sunspec-hybrid", new("192.168.3.21", 502, 1)),
            new Device("gx1", "victron-gx", new("192.168.3.30", 502, 100)), new Device("wallbox1", "keba-p30", new("192.168.3.41", 502, 255)),
        ])
    {
        Batteries = [new Battery("battery1", 1, 2, Energy.FromWattHours(46_500), Power.FromWatts(5_000), Power.FromWatts(5_000))],
        PvPlants = [new PvPlant("roof", 1, Power.FromWatts(12_000), Curtailable: true)],
        EvChargers = [new EvCharger("wallbox1", 3, Current.FromAmperes(6), Current.FromAmperes(16), 3)],
    };

    private static ProcessImage Image { get; } = new(
        At,
        new GridReadings
        {
            Import = Reading.Good(Power.FromWatts(1_240), 400),
            CurrentL1 = Reading.Good(Current.FromAmperes(6.1)),
            CurrentL2 = Reading.Good(Current.FromAmperes(2.4)),
            CurrentL3 = Reading.Good(Current.FromAmperes(1.9)),
        },
        [
            new BatteryReadings
            {
                Discharge = Reading.Good(Power.FromWatts(-5_100)),
                Soc = Reading.Good(Fraction.FromPercent(61)),
                Voltage = Reading.Good(Voltage.FromVolts(51.2)),
                Temperature = Reading.Good(Temperature.FromCelsius(27.4)),
                CellVoltageMin = Reading.Good(Voltage.FromVolts(3.362)),
                CellVoltageMax = Reading.Good(Voltage.FromVolts(3.41)),
            },
        ],
        [new PvReadings { Production = Reading.Good(Power.FromWatts(8_410)) }],
        [
            new EvReadings
            {
                Charge = Reading.Good(Power.FromWatts(650)),
                State = Reading.Good(EvState.Charging),
                OfferedCurrent = Reading.Good(Current.FromAmperes(6)),
                SessionEnergy = Reading.Good(Energy.FromWattHours(2_300)),
            },
        ],
        [new(LinkState.Up, 400, 0), new(LinkState.Up, 1_000, 0), new(LinkState.Up, 900, 0), new(LinkState.Up, 2_100, 0)]);

    private static Decision Decision { get; } = new(
        Slot.Of(At),
        "self-consumption",
        [new BatteryDecision(BatteryMode.SelfConsume, Power.FromWatts(-5_000), Range(-5_000, Bound.Rating, 4_200, Bound.BmsCurrent))],
        [new EvDecision(EvMode.SurplusOnly, Power.FromWatts(4_140))],
        [
            new(ReasonCode.RuleLeadsPolicyOff), new(ReasonCode.SurplusIsStored, Subject.Battery, 0, 6_200),
            new(ReasonCode.ExpectationClipped, Subject.Battery, 0, 1_200, Bound.Rating), new(ReasonCode.ChargerTakesSurplus, Subject.EvCharger, 0),
        ]);

    public static Snapshot Well { get; } = new(
        At,
        Image,
        Decision,
        new([new(Power.FromWatts(-5_000), Bound.Rating)], [new(Current.FromAmperes(6), Bound.EvMinimum)], [new(null, Bound.None)]),
        new(
            new(Power.FromWatts(30_000), Bound.ImportLimit),
            new(Power.FromWatts(10_000), Bound.ExportLimit),
            [Range(-5_000, Bound.Rating, 4_200, Bound.BmsCurrent)],
            [Range(0, Bound.Rating, 11_040, Bound.Rating)],
            [Range(0, Bound.Rating, 12_000, Bound.Rating)]),
        [])
    {
        FollowSteps = 1_051_872,
        Cycles = 1_169,
        Uptime = TimeSpan.FromDays(12) + TimeSpan.FromMinutes(251),
        FirstImageMs = 812,
        Store = new(null, 4_160, 38.2) { LedgerBytes = 9_812_000, TelemetrySamples = 21_044_800, LedgerWritten = 41_000_000, TelemetryWritten = 96_000_000 },
        Wear = new(12_300_000, 24_100_000, 61_000_000, 1_346.5, 30e12),
        Receipts = [new Receipt(At, 1, ControlKind.BatteryDischarge, -5_000, ReceiptState.EffectSeen) { Seen = -5_100 }],
    };

    /// <summary>The inverter does not answer, the charger babbles, the disk is full: nothing of theirs may be shown as zero.</summary>
    public static Snapshot Troubled { get; } = Well with
    {
        Image = Image with
        {
            Batteries = [new BatteryReadings { Discharge = Reading.Bad<Power>(BadReason.Timeout), Soc = new(Fraction.FromPercent(61), Quality.Uncertain(75_000)) }],
            PvPlants = [new PvReadings { Production = Reading.Bad<Power>(BadReason.Timeout) }],
            EvChargers = [new EvReadings { Charge = Reading.Bad<Power>(BadReason.Malformed), State = Reading.Good(EvState.Unknown) }],
            Devices = [new(LinkState.Up, 400, 0), new(LinkState.Down, 74_200, 31), new(LinkState.Faltering, 900, 1), new(LinkState.Garbled, 2_100, 4)],
        },
        Findings =
        [
            new(FindingCode.PvUnknown, Subject.PvPlant, 0, 74.2), new(FindingCode.DeviceDown, Subject.Device, 1, 74.2), new(FindingCode.BatteryPowerUnknown, Subject.Battery, 0, 74.2),
            new(FindingCode.StoreFailing),
        ],
        Setpoints = new([new(Power.Zero, Bound.UnknownReading)], [new(Current.Zero, Bound.None)], [new(Power.FromWatts(4_000), Bound.ExportLimit)]),
        Store = new("the disk is full", 1_203_000, 2_140.5) { DroppedSamples = 480, Recycled = 3 },
        LimitViolations = 2,
        Faults = [null, "no connection within the connect timeout", "no complete answer within the transaction timeout", null],
        FirstImageMs = null,
    };

    /// <summary>The record of a quarter-hour as the store gives it back.</summary>
    public static CycleRecord Record { get; } = CycleRecord.FromBytes(new CycleRecord(
        Slot.Of(At), Image, Memory.Fresh(Site), Decision, [new(FindingCode.SocOutside, Subject.Battery, 0, 91.5)])
    {
        SiteHash = "9f3c0b7e55d8a1c2",
        PolicyName = "self-consumption",
        PolicyMode = PolicyMode.Off,
        Program = "0.1.0",
    }.ToBytes());

    /// <summary>A desk that knows one record, the one of <see cref="At"/>.</summary>
    public static Desk Desk(Snapshot? now) => new(Site, "0.1.0", () => now)
    {
        RecordAt = at => Slot.Of(at) == Record.Slot ? Record : null,
        Release = _ => Task.FromResult(true),
        Reload = (_, _, _) => Task.FromResult(new ReloadAnswer(ReloadAnswer.Ok, "the site file rules: hh-0042, 4 devices") { Sha256 = SiteSource.Hash("") }),
        Orders = new(Site, new Recorder(null, TimeProvider.System), new(TimeProvider.System), new(TextWriter.Null, false)),
        LineOf = name => name == "inv1" ? new ModbusTcpMaster(new("127.0.0.1", 1), TimeProvider.System) : null,
        RecordWrite = _ => Task.FromResult(true),
        Cloud = () => new(new(UplinkState.Syncing, "mqtts://cloud.example:8883", null) { Sessions = 1, Attempts = 1 }, UplinkState.Live, 0, 4_711),
        Trace = _ => new(new ModbusTcpMaster(new("127.0.0.1"), TimeProvider.System).Trace, [1]),
        Telemetry = new(() => new(StoredHouse.Afternoon()), TimeProvider.System),
    };

    /// <summary>The same house where prices vary, three days after it began to compare.</summary>
    public static Desk Priced => Desk(Well) with
    {
        Site = Site with { Tariff = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) { Windows = [new(0, 360, TariffDays.All, Price.FromPerKilowattHour(0.12))] } },
        Contest = () => Contest.Begin(20_777, 5_000) with
        {
            Days = [new(20_774, 24, [9.4113, 6.0471, 5.2508, 5.2508, 5.3307]), new(20_775, 18.25, [7.25, 4.5, 4.75, 4.75, 4.75]), new(20_776, 24, [-1.1049, -2.35, -2.4004, -2.4004, -2.4004])],
        },
    };

    private static PowerRange Range(double low, Bound lowBy, double high, Bound highBy) => new(new(Power.FromWatts(low), lowBy), new(Power.FromWatts(high), highBy));
}
