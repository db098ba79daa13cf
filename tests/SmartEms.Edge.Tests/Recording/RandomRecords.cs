using System.Collections.Immutable;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Tests.Recording;

/// <summary>Any image, decision, memory and record the types allow, with every defined name of every enum.</summary>
internal sealed class RandomRecords(Dice dice)
{
    public CycleRecord Record() => new(Slot(), Image(), Memory(), Decision(), Many(5, Finding))
    {
        SiteHash = Text(),
        PolicyName = Text(),
        PolicyMode = Any<PolicyMode>(),
        Program = Text(),
    };

    /// <summary>One that knows of more than the devices say.</summary>
    public CycleRecord RecordOfMore()
    {
        var record = Record();
        return record with { Image = record.Image with { Outside = Outside() }, Decision = record.Decision with { Shadows = dice.Chance(0.5) ? [] : [Any<BatteryMode>(), Any<BatteryMode>()] } };
    }

    public ProcessImage Image() => new(
        At(),
        new()
        {
            Import = Of(Power.FromWatts),
            VoltageL1 = Of(Voltage.FromVolts),
            VoltageL2 = Of(Voltage.FromVolts),
            VoltageL3 = Of(Voltage.FromVolts),
            CurrentL1 = Of(Current.FromAmperes),
            CurrentL2 = Of(Current.FromAmperes),
            CurrentL3 = Of(Current.FromAmperes),
            Frequency = Of(Frequency.FromHertz),
            ImportedEnergy = Of(Energy.FromWattHours),
            ExportedEnergy = Of(Energy.FromWattHours),
        },
        Many(4, Battery),
        Many(4, () => new PvReadings { Production = Of(Power.FromWatts) }),
        Many(3, () => new EvReadings
        {
            Charge = Of(Power.FromWatts),
            State = new(Any<EvState>(), Quality()),
            OfferedCurrent = Of(Current.FromAmperes),
            SessionEnergy = Of(Energy.FromWattHours),
        }),
        Many(5, () => new DeviceReadings(Any<LinkState>(), Age(), dice.Below(1000))))
    {
        Orders = dice.Chance(0.5) ? Orders.None : new()
        {
            Constraints = Many(2, () => new GridConstraint(Text(), Any<ConstraintSource>(), Any<ConstraintDirection>(), Watts())
            {
                Start = dice.Chance(0.5) ? At() : null, End = dice.Chance(0.5) ? At() : null, Priority = dice.Below(9), IsHard = dice.Chance(0.5), Failsafe = Watts(), Evidence = Text(),
            }),
            Overrides = Many(2, () => new Override(dice.Below(99), Any<OverrideKind>(), dice.Below(4), Number(), At()) { By = Text(), Reason = Text() }),
            Stop = dice.Chance(0.5) ? new(At(), Text()) : null,
        },
        Contacts = Many(3, () => new ContactReadings { Asserted = new(dice.Chance(0.5), Quality()), Power = Of(Power.FromWatts), Energy = Of(Energy.FromWattHours) }),
        Box = dice.Chance(0.5) ? default : new(Any<ClockTrust>(), Any<StartMode>()),
    };

    /// <summary>What is known beyond the devices; only at the quarter-hour.</summary>
    public Outside Outside() => new(new LocalClock(dice.Below(1_000) - 500, At(), dice.Below(1_000) - 500))
    {
        Measured = dice.Chance(0.3) ? null : new(Means(), Means()) { Ev = dice.Chance(0.5) ? 0 : Math.Abs(Number()) },
        Spot = Many(9, Number),
        Imported = dice.Chance(0.5) ? null : Math.Abs(Number()),
        Foretold = dice.Chance(0.5) ? null : Core.Sensing.Foretold.Of(At(), Slot(), [.. Enumerable.Range(0, Core.Sensing.Foretold.ColumnCount).Select(_ => Column())]),
    };

    public Brain Brain() => Core.Proposing.Brain.Fresh(LocalClock.Utc) with
    {
        SpotFrom = Slot(),
        Spot = Many(9, Number),
        Peak = dice.Chance(0.5) ? null : new(dice.Below(30_000), Math.Abs(Number())),
        Carbon = dice.Chance(0.5) ? null : Number(),
        Cars = dice.Chance(0.5) ? [] : Many(3, () => new CarLog(dice.Chance(0.5) ? null : At(), Seconds(), Many(5, () => new EvStay(At(), At(), Seconds())))),
        Contest = dice.Chance(0.5) ? null : new(dice.Below(30_000), [.. Enumerable.Range(0, Contest.Candidates).Select(_ => new ContestBattery(Number(), Number(), Number(), Any<BatteryMode>()) { Peak = dice.Chance(0.5) ? 0 : Math.Abs(Number()) })]),
    };

    private double Means() => dice.Chance(0.2) ? double.NaN : Math.Abs(Number());

    private ImmutableArray<double> Column() => dice.Below(4) switch
    {
        0 => [],
        1 => Many(30, () => dice.Chance(0.1) ? double.NaN : dice.Below(20_000)),
        2 => Many(30, () => dice.Chance(0.1) ? double.NaN : dice.Below(2_000) / 1_000.0),
        _ => Many(30, () => dice.Chance(0.1) ? double.NaN : Number()),
    };

    public Decision Decision() => new(
        Slot(),
        Text(),
        Many(4, () => new BatteryDecision(Any<BatteryMode>(), Watts(), new(new(Watts(), Any<Bound>()), new(Watts(), Any<Bound>())))),
        Many(3, () => new EvDecision(Any<EvMode>(), Watts())),
        Many(9, () => new Reason(Any<ReasonCode>(), Any<Subject>(), dice.Below(5), Number(), Any<Bound>())));

    public Memory Memory() => new(
        dice.Chance(0.3) ? null : Decision(),
        new FollowMemory(
            Many(4, Watts),
            Many(3, () => new EvMemory(Current.FromAmperes(Number()), dice.Chance(0.5), Seconds(), Seconds(), Seconds())
            {
                Phases = dice.Chance(0.7) ? default : new(dice.Pick(0, 1, 3), Any<PhaseStage>(), Seconds(), Seconds(), Seconds(), dice.Below(9)),
                Stay = dice.Chance(0.7) ? default : new(Seconds(), Seconds(), Seconds(), Seconds(), Seconds()),
            }),
            Many(4, () => dice.Chance(0.5) ? double.PositiveInfinity : Math.Abs(Number())))
        {
            ImportOverSeconds = Seconds(), ExportOverSeconds = Seconds(), RecoverySeconds = Seconds(), ImportStoodSeconds = Seconds(), ExportStoodSeconds = Seconds(),
        },
        new AlertBook(Many(6, () => new Alert(Any<FindingCode>(), Any<Subject>(), dice.Below(5), At(), At(), Number()))));

    private BatteryReadings Battery() => new()
    {
        Discharge = Of(Power.FromWatts),
        Soc = Of(Fraction.FromRatio),
        Voltage = Of(Voltage.FromVolts),
        Temperature = Of(Temperature.FromCelsius),
        CellVoltageMin = Of(Voltage.FromVolts),
        CellVoltageMax = Of(Voltage.FromVolts),
        ChargeCurrentMax = Of(Current.FromAmperes),
        DischargeCurrentMax = Of(Current.FromAmperes),
        ChargeAllowed = new(dice.Chance(0.5), Quality()),
        DischargeAllowed = new(dice.Chance(0.5), Quality()),
    };

    private Finding Finding() => new(Any<FindingCode>(), Any<Subject>(), dice.Below(9), Number());
    private Reading<T> Of<T>(Func<double, T> make) where T : struct => new(make(Number()), Quality());
    private Quality Quality() => new(Any<Trust>(), Any<BadReason>(), Age());
    private Power Watts() => Power.FromWatts(Number());
    private Slot Slot() => Core.Quantities.Slot.Of(At());
    private Instant At() => new((long)dice.Between(-62_135_596_800_000, 253_402_300_799_999));
    private int Age() => dice.Pick(0, 1, 127, 128, 5_000, 3_600_000, int.MaxValue);
    private double Seconds() => dice.Pick(0, 1.5, 59, 180);
    private string Text() => dice.Pick("", "a", "Größe 1 · \U0001F50B", new string('x', 300));
    private double Number() => dice.Below(6) switch
    {
        0 => 0,
        1 => -0.0,
        2 => dice.Pick(double.MaxValue, double.MinValue, double.Epsilon),
        3 => dice.Between(-1, 1),
        _ => dice.Between(-1e6, 1e6),
    };

    private T Any<T>() where T : struct, Enum => dice.Pick<T>(Enum.GetValues<T>());
    private ImmutableArray<T> Many<T>(int atMost, Func<T> one) => [.. Enumerable.Range(0, dice.Below(atMost + 1)).Select(_ => one())];
}
