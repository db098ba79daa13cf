using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>Asks of every setpoint whether the device holds it when it is read back, and where it does not, whether a finding tells of that device.</summary>
internal sealed class SetpointJudge(Site site)
{
    /// <summary>Setpoints read back as they were asked.</summary>
    public long Proven { get; private set; }

    /// <summary>Setpoints that did not arrive, of devices a finding tells of.</summary>
    public long Alerted { get; private set; }

    /// <summary>Setpoints that did not arrive and nobody is told.</summary>
    public long Silent { get; private set; }

    /// <param name="world">After the step the setpoints were made for.</param>
    /// <param name="image">What the controller saw in that step.</param>
    /// <param name="asked">What it asked.</param>
    public void Look(SimulatedSite world, ProcessImage image, Setpoints asked)
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            Judge(world.Batteries[i].HeldWatts == asked.Batteries[i].Discharge.Watts, image, site.Batteries[i].Device);
        for (var i = 0; i < site.EvChargers.Length; i++)
            Judge(world.EvChargers[i].OfferedAmperes == asked.EvChargers[i].Offer.Amperes, image, site.EvChargers[i].Device);
        for (var i = 0; i < site.PvPlants.Length; i++)
            Judge(world.PvPlants[i].HeldWatts == asked.PvPlants[i].Limit?.Watts, image, site.PvPlants[i].Device);
    }

    private void Judge(bool isHeld, ProcessImage image, int device)
    {
        if (isHeld)
            Proven++;
        else if (IsTold(image, device))
            Alerted++;
        else
            Silent++;
    }

    private bool IsTold(ProcessImage image, int device)
    {
        foreach (var finding in Diagnosis.Examine(image, site))
            if (finding.Subject == Subject.Device && finding.Index == device)
                return true;
        return false;
    }
}
