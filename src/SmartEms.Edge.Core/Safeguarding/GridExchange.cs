using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>The limits at the PCC: the contract's, narrowed by the phase fuses, by the voltage and by the frequency.</summary>
public static class GridExchange
{
    /// <summary>How much of the band's outer part is used to fade: ±5 % is reached fully derated, ±4 % not at all.</summary>
    private const double FadeShare = 0.2;

    public static (Limit Import, Limit Export) Limits(GridReadings grid, Pcc pcc)
    {
        var import = new Limit(pcc.ImportMax, Bound.ImportLimit);
        var export = new Limit(pcc.ExportMax, Bound.ExportLimit);
        PhaseFuses(grid, pcc, ref import, ref export);
        Voltages(grid, pcc, ref import, ref export);
        Frequencies(grid, pcc, ref import, ref export);
        return (import, export);
    }

    /// <summary>Low voltage or frequency asks for less import, high voltage or frequency for less export.</summary>
    private static void Voltages(GridReadings grid, Pcc pcc, ref Limit import, ref Limit export)
    {
        var band = pcc.NominalVoltage.Volts * pcc.VoltageTolerance;
        var margin = band * FadeShare;
        for (var phase = 0; phase < pcc.Phases; phase++)
        {
            var reading = phase == 0 ? grid.VoltageL1 : phase == 1 ? grid.VoltageL2 : grid.VoltageL3;
            if (reading.Quality is { Trust: Trust.Bad, Reason: BadReason.NotInstalled })
                continue;
            var off = IsLost(SafetyInput.GridVoltage, reading.Quality) ? double.NaN : reading.Value.Volts - pcc.NominalVoltage.Volts;
            Narrow(ref import, pcc.ImportMax * Share(band + off, margin), Bound.GridVoltage);
            Narrow(ref export, pcc.ExportMax * Share(band - off, margin), Bound.GridVoltage);
        }
    }

    private static void Frequencies(GridReadings grid, Pcc pcc, ref Limit import, ref Limit export)
    {
        var reading = grid.Frequency;
        if (reading.Quality is { Trust: Trust.Bad, Reason: BadReason.NotInstalled })
            return;
        var margin = (pcc.FrequencyMax.Hertz - pcc.FrequencyMin.Hertz) / 2 * FadeShare;
        var now = IsLost(SafetyInput.GridFrequency, reading.Quality) ? double.NaN : reading.Value.Hertz;
        Narrow(ref import, pcc.ImportMax * Share(now - pcc.FrequencyMin.Hertz, margin), Bound.GridFrequency);
        Narrow(ref export, pcc.ExportMax * Share(pcc.FrequencyMax.Hertz - now, margin), Bound.GridFrequency);
    }

    private static bool IsLost(SafetyInput input, Quality quality) => (Failsafe.Of(input, quality) & FailsafeAct.NoExchangeByChoice) != 0;

    /// <summary>NaN stands for an unknown reading and gives no share at all: unknown means limited.</summary>
    private static double Share(double distance, double margin) => double.IsNaN(distance) ? 0 : Derating.Share(distance, margin);

    /// <summary>The fuse leaves each phase some amperes; symmetric devices may add that on every phase. Unknown currents: all power is taken to flow in one
    /// phase, and the exchange may not grow.</summary>
    private static void PhaseFuses(GridReadings grid, Pcc pcc, ref Limit import, ref Limit export)
    {
        var oneFuse = pcc.PhaseCurrentMax * pcc.NominalVoltage;
        if (IsWithoutCurrents(grid, pcc))
        {
            Narrow(ref import, oneFuse, Bound.PhaseCurrent);
            Narrow(ref export, oneFuse, Bound.PhaseCurrent);
            return;
        }
        if (!HighestPhase(grid, pcc, out var highest) || !grid.Import.IsKnown)
        {
            var present = grid.Import.GoodOr(Power.Zero);
            Narrow(ref import, Power.Min(oneFuse, Power.Max(Power.Zero, present)), Bound.UnknownReading);
            Narrow(ref export, Power.Min(oneFuse, Power.Max(Power.Zero, -present)), Bound.UnknownReading);
            return;
        }
        var room = (pcc.PhaseCurrentMax - highest) * pcc.NominalVoltage * pcc.Phases;
        var now = grid.Import.Value;
        if (now >= Power.Zero)
            Narrow(ref import, Power.Max(Power.Zero, now + room), Bound.PhaseCurrent);
        else
            Narrow(ref export, Power.Max(Power.Zero, -now + room), Bound.PhaseCurrent);
    }

    private static Reading<Current> CurrentOf(GridReadings grid, int phase) => phase == 0 ? grid.CurrentL1 : phase == 1 ? grid.CurrentL2 : grid.CurrentL3;

    /// <summary>The meter does not measure currents at all: one fuse's worth is all that is sure.</summary>
    private static bool IsWithoutCurrents(GridReadings grid, Pcc pcc)
    {
        for (var phase = 0; phase < pcc.Phases; phase++)
            if (CurrentOf(grid, phase).Quality is { Trust: Trust.Bad, Reason: BadReason.NotInstalled })
                return true;
        return false;
    }

    private static bool HighestPhase(GridReadings grid, Pcc pcc, out Current highest)
    {
        highest = Current.Zero;
        for (var phase = 0; phase < pcc.Phases; phase++)
        {
            var reading = CurrentOf(grid, phase);
            if ((Failsafe.Of(SafetyInput.PhaseCurrent, reading.Quality) & FailsafeAct.ExchangeMayNotGrow) != 0)
                return false;
            highest = Current.Max(highest, reading.Value < Current.Zero ? -reading.Value : reading.Value);
        }
        return true;
    }

    private static void Narrow(ref Limit limit, Power value, Bound by)
    {
        if (value < limit.Value)
            limit = new(value, by);
    }
}
