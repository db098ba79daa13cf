using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Keeps a charger with fewer phases than the connection from loading one phase far more than another (VDE-AR-N 4105: 4.6 kVA).</summary>
public static class PhaseUnbalance
{
    public static PowerRange Narrow(PowerRange range, ProcessImage image, Site site, int index) => Narrow(range, image, site, (index, site.EvChargers[index].Phases));

    /// <summary>The same for a charger that uses fewer phases now than it has.</summary>
    public static PowerRange Narrow(PowerRange range, ProcessImage image, Site site, (int Index, int Phases) connected)
    {
        var (index, charger) = (connected.Index, site.EvChargers[connected.Index] with { Phases = connected.Phases });
        if (site.Pcc.UnbalanceMax is not { } most || charger.Phases >= site.Pcc.Phases)
            return range;
        var perAmpere = site.Pcc.NominalVoltage.Volts * charger.Phases;
        if (Difference(image.Grid, site.Pcc, charger) is not { } difference)
            return range.AtMost(Power.FromWatts(charger.CurrentMin.Amperes * perAmpere), Bound.PhaseUnbalance);
        if (image.Grid.Import.KnownOr(Power.Zero) < Power.Zero)
            return range; // while the site exports, charging evens the phases out
        var now = image.EvChargers[index].Charge.KnownOr(Power.Zero).Watts / perAmpere;
        return range.AtMost(Power.FromWatts(Math.Max(0, now + most.Amperes - difference) * perAmpere), Bound.PhaseUnbalance);
    }

    /// <summary>How much more the charger's phase carries than the emptiest, A; null when a phase is unknown. A charger whose phase nobody told is taken to
    /// hang on the fullest.</summary>
    private static double? Difference(GridReadings grid, Pcc pcc, EvCharger charger)
    {
        var (own, lowest) = (0.0, double.PositiveInfinity);
        for (var phase = 0; phase < pcc.Phases; phase++)
        {
            var current = phase == 0 ? grid.CurrentL1 : phase == 1 ? grid.CurrentL2 : grid.CurrentL3;
            if (!current.IsKnown)
                return null;
            var amperes = Math.Abs(current.Value.Amperes);
            lowest = Math.Min(lowest, amperes);
            if (charger.Phases > 1 || charger.Phase is null || charger.Phase == phase + 1)
                own = Math.Max(own, amperes);
        }
        return own - lowest;
    }
}
