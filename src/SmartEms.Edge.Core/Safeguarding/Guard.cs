using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Says which physical limits the site touches right now; the envelope acts on them, this tells people.</summary>
public static class Guard
{
    public static void Examine(ProcessImage image, Site site, ImmutableArray<Finding>.Builder findings)
    {
        Grid(image.Grid, site.Pcc, findings);
        for (var i = 0; i < site.Batteries.Length; i++)
            Battery(image.Batteries[i], site.Batteries[i], i, findings);
    }

    private static void Grid(GridReadings grid, Pcc pcc, ImmutableArray<Finding>.Builder findings)
    {
        var band = pcc.NominalVoltage.Volts * pcc.VoltageTolerance;
        for (var phase = 0; phase < pcc.Phases; phase++)
        {
            var voltage = phase == 0 ? grid.VoltageL1 : phase == 1 ? grid.VoltageL2 : grid.VoltageL3;
            if (voltage.IsKnown && Math.Abs(voltage.Value.Volts - pcc.NominalVoltage.Volts) > band)
                findings.Add(new(FindingCode.GridVoltageOutside, Subject.Site, phase, voltage.Value.Volts));
            else if (Lost(voltage.Quality))
                findings.Add(new(FindingCode.GridVoltageUnknown, Subject.Site, phase));
            var current = phase == 0 ? grid.CurrentL1 : phase == 1 ? grid.CurrentL2 : grid.CurrentL3;
            if (current.IsKnown && Math.Abs(current.Value.Amperes) > pcc.PhaseCurrentMax.Amperes)
                findings.Add(new(FindingCode.PhaseCurrentOutside, Subject.Site, phase, current.Value.Amperes));
            else if (Lost(current.Quality))
                findings.Add(new(FindingCode.PhaseCurrentUnknown, Subject.Site, phase));
        }
        if (grid.Frequency.IsKnown && (grid.Frequency.Value < pcc.FrequencyMin || grid.Frequency.Value > pcc.FrequencyMax))
            findings.Add(new(FindingCode.GridFrequencyOutside, Subject.Site, 0, grid.Frequency.Value.Hertz));
        else if (Lost(grid.Frequency.Quality))
            findings.Add(new(FindingCode.GridFrequencyUnknown));
    }

    private static void Battery(BatteryReadings now, Battery battery, int index, ImmutableArray<Finding>.Builder findings)
    {
        if (now.Soc.IsKnown && (now.Soc.Value.Ratio < battery.SocMin.Ratio - 0.01 || now.Soc.Value.Ratio > battery.SocMax.Ratio + 0.01))
            findings.Add(new(FindingCode.SocOutside, Subject.Battery, index, now.Soc.Value.Percent));
        if (now.Temperature.IsKnown && (now.Temperature.Value < battery.DischargeTemperatureMin || now.Temperature.Value > battery.DischargeTemperatureMax))
            findings.Add(new(FindingCode.BatteryTemperatureOutside, Subject.Battery, index, now.Temperature.Value.Celsius));
        if (now.CellVoltageMax.IsKnown && now.CellVoltageMax.Value > battery.CellVoltageMax)
            findings.Add(new(FindingCode.CellVoltageOutside, Subject.Battery, index, now.CellVoltageMax.Value.Volts));
        if (now.CellVoltageMin.IsKnown && now.CellVoltageMin.Value < battery.CellVoltageMin)
            findings.Add(new(FindingCode.CellVoltageOutside, Subject.Battery, index, now.CellVoltageMin.Value.Volts));
        if ((now.ChargeAllowed.IsKnown && !now.ChargeAllowed.Value) || (now.DischargeAllowed.IsKnown && !now.DischargeAllowed.Value))
            findings.Add(new(FindingCode.BmsForbids, Subject.Battery, index));
        if (UnknownReadings.BmsSilent(now))
            findings.Add(new(FindingCode.BatteryBmsUnknown, Subject.Battery, index));
    }

    private static bool Lost(Quality quality) => quality.Trust == Trust.Bad && quality.Reason != BadReason.NotInstalled;
}
