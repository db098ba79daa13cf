using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Whether the public grid is lost: every phase the meter measures is far below its band (VDE-AR-N 4105 disconnects at 0.8 of nominal).
/// Unknown voltages are no island; they limit by themselves.</summary>
public static class Island
{
    private const double LostBelow = 0.8;

    public static bool IsOn(ProcessImage image, Site site)
    {
        var measured = 0;
        for (var phase = 0; phase < site.Pcc.Phases; phase++)
        {
            var grid = image.Grid;
            var reading = phase == 0 ? grid.VoltageL1 : phase == 1 ? grid.VoltageL2 : grid.VoltageL3;
            if (reading.Quality is { Trust: Trust.Bad, Reason: BadReason.NotInstalled })
                continue;
            if (!reading.IsGood || reading.Value.Volts >= LostBelow * site.Pcc.NominalVoltage.Volts)
                return false;
            measured++;
        }
        return measured > 0;
    }
}
