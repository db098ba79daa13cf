using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>A charging station after the manner of the KEBA KeContact P30: a current, an enable bit and a fail-safe that takes over when nobody writes.</summary>
/// <remarks>Source: KEBA Modbus TCP Programmers Guide V1.02. Writes are function 6, 16 bit; reads are one 32-bit value each.</remarks>
internal sealed class ChargingStation : DeviceModel
{
    private const int SetCurrent = 5004;
    private const int Enable = 5014;
    private const int FailsafeCurrent = 5016;
    private const int FailsafeTimeout = 5018;
    private const int PhaseSource = 5050;
    private const int PhaseToggle = 5052;
    private const int ByModbus = 3;

    private const double PhaseVolts = 230;
    private const double WattHoursBefore = 1_250_000;

    private readonly double hardwareAmperes;
    private readonly int[] amperes;
    private readonly int[] volts;
    private readonly int cable;
    private readonly int offered;
    private readonly int failsafeAmperesNow;
    private readonly int failsafeSecondsNow;
    private readonly int totalEnergy;
    private readonly int phaseSource;
    private readonly int phaseState;
    private int switchedBy;
    private double setAmperes;
    private bool isEnabled = true;
    private double failsafeAmperes;
    private int failsafeSeconds;
    private long failsafeAtMs = long.MaxValue;
    private bool isFailsafe;
    private bool hasCurrent;
    private bool hasEnable;

    public ChargingStation(PointBoard board, DeviceShare share)
        : base(board, share)
    {
        hardwareAmperes = share.Charger?.CurrentMax.Amperes ?? 32;
        setAmperes = hardwareAmperes;
        amperes = [board.Own("current_l1"), board.Own("current_l2"), board.Own("current_l3")];
        volts = [board.Own("voltage_l1"), board.Own("voltage_l2"), board.Own("voltage_l3")];
        (cable, offered, totalEnergy) = (board.Own("cable"), board.Own("max_current_now"), board.Own("total_energy"));
        (failsafeAmperesNow, failsafeSecondsNow) = (board.Own("failsafe_current_now"), board.Own("failsafe_timeout_now"));
        board.Set("error", 0);
        board.Set("serial", 20_000_001 + share.Number);
        board.Set("product", hardwareAmperes > 20 ? 314_110 : 312_110); // P30, fixed cable, 32 or 16 A, c-series, meter, no authorisation
        board.Set("firmware", 0x30A0D00);
        board.Set("max_current_hardware", hardwareAmperes);
        (phaseSource, phaseState) = (board.Own("phase_source"), board.Own("phase_state"));
        Command();
    }

    public override TimeSpan ReadPace => TimeSpan.FromMilliseconds(500);
    public override TimeSpan WritePace => TimeSpan.FromSeconds(5);

    /// <summary>In the fail-safe only "disable" acts at once; to charge on it wants current and enable again.</summary>
    private double OfferedAmperes =>
        isFailsafe ? (hasEnable && !isEnabled ? 0 : failsafeAmperes) : isEnabled ? Math.Min(setAmperes, hardwareAmperes) : 0;

    public override byte Judge(RegisterSpan read) => read.Count > 2 ? IllegalAddress : (byte)0;

    public override byte Judge(RegisterSpan write, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        if (function != WriteFunction.Single || values.Length != 1)
            return IllegalAddress;
        var isGood = write.Address switch
        {
            SetCurrent => values[0] is >= 6_000 and <= 63_000,
            Enable => values[0] is 0 or 1,
            FailsafeCurrent => values[0] <= 63_000,
            FailsafeTimeout => values[0] is 0 or (>= 10 and <= 600),
            PhaseSource => values[0] <= 4,
            PhaseToggle => values[0] is 0 or 1,
            _ => true, // the registers know which addresses there are
        };
        return isGood ? (byte)0 : IllegalValue;
    }

    public override void Written(RegisterSpan span, ReadOnlySpan<ushort> values)
    {
        switch (span.Address)
        {
            case SetCurrent:
                (setAmperes, hasCurrent) = (values[0] / 1000.0, true);
                break;
            case Enable:
                (isEnabled, hasEnable) = (values[0] == 1, true);
                break;
            case FailsafeCurrent:
                failsafeAmperes = values[0] < 6_000 ? 0 : Math.Min(values[0] / 1000.0, hardwareAmperes);
                break;
            case FailsafeTimeout:
                failsafeSeconds = values[0];
                break;
            case PhaseSource:
                switchedBy = values[0];
                return;
            case PhaseToggle:
                if (switchedBy == ByModbus && Share.ChargerIndex >= 0)
                    Share.Physics.SwitchEv(Share.ChargerIndex, values[0] == 0 ? 1 : Share.Charger!.Phases);
                return;
            default:
                return;
        }
        isFailsafe &= !(hasCurrent && hasEnable);
        if (span.Address is SetCurrent or Enable or FailsafeTimeout)
            failsafeAtMs = failsafeSeconds == 0 ? long.MaxValue : Share.NowMs + (failsafeSeconds * 1000L);
        Command();
    }

    public override void Restart()
    {
        (setAmperes, isEnabled, failsafeAmperes, failsafeSeconds) = (hardwareAmperes, true, 0, 0);
        (failsafeAtMs, isFailsafe, hasCurrent, hasEnable) = (long.MaxValue, false, false, false);
        Command();
    }

    public override void Live(long milliseconds)
    {
        if (Share.NowMs < failsafeAtMs)
            return;
        failsafeAtMs = long.MaxValue;
        (isFailsafe, hasCurrent, hasEnable) = (true, false, false);
    }

    public override void Show()
    {
        Board.Set(offered, OfferedAmperes);
        Board.Set(failsafeAmperesNow, failsafeAmperes);
        Board.Set(failsafeSecondsNow, failsafeSeconds);
        Board.Set(phaseSource, switchedBy);
        Board.Set(phaseState, (Share.Ev?.Phases ?? Share.Charger?.Phases) == 1 ? 1 : 3);
        if (Share.Ev is not { } ev)
            return;
        var isCharging = ev.State == EvState.Charging;
        for (var i = 0; i < 3; i++)
        {
            Board.Set(amperes[i], i < ev.CarPhases ? ev.Amperes : 0);
            Board.Set(volts[i], isCharging && i < ev.CarPhases ? PhaseVolts : 0);
        }
        Board.Set(cable, ev.State == EvState.NoCar ? 3 : isCharging ? 7 : 5);
        Board.Set(totalEnergy, Math.Floor(WattHoursBefore + ev.ChargedWattHours));
    }

    /// <summary>The physics counts the same time: its own fallback comes in the very step this model notices it.</summary>
    private void Command()
    {
        if (Share.ChargerIndex < 0)
            return;
        var left = failsafeAtMs == long.MaxValue ? double.PositiveInfinity : (failsafeAtMs - Share.NowMs) / 1000.0;
        if (left > 0)
            Share.Physics.OfferEv(Share.ChargerIndex, OfferedAmperes, left, failsafeAmperes);
    }
}
