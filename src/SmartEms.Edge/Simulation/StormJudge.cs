using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>Asks after every step of a storm what must always hold, from the image and the setpoints alone; the envelope is trusted in nothing but its numbers.</summary>
internal sealed class StormJudge(Site site)
{
    /// <summary>Setpoints outside the envelope, by how many watts at worst, and what happened first.</summary>
    public int Escapes { get; private set; }

    /// <summary>Batteries asked for anything without a Good reading of their own power, their SoC and the meter.</summary>
    public int BlindSetpoints { get; private set; }

    /// <summary>Devices that were asked for more than a stop or a constraint leaves them.</summary>
    public int BrokenOrders { get; private set; }
    public string First { get; private set; } = "";

    public bool IsClean => Escapes == 0 && BlindSetpoints == 0 && BrokenOrders == 0;

    public void Look(ProcessImage image, Followed step)
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            Battery(image, step, i);
        for (var i = 0; i < site.EvChargers.Length; i++)
            Charger(image, step, i);
        for (var i = 0; i < site.PvPlants.Length; i++)
        {
            var limit = step.Setpoints.PvPlants[i].Limit?.Watts ?? double.PositiveInfinity;
            var most = step.Envelope.PvPlants[i].High;
            if (double.IsNaN(limit) || limit < 0 || (site.PvPlants[i].Curtailable && most.By != Bound.Rating && limit > most.Value.Watts))
                Escape($"plant {i} is limited to {limit}, allowed {most}");
        }
    }

    private void Battery(ProcessImage image, Followed step, int index)
    {
        var asked = step.Setpoints.Batteries[index].Discharge.Watts;
        var range = step.Envelope.Batteries[index];
        if (!(asked >= range.Low.Value.Watts && asked <= range.High.Value.Watts))
            Escape($"battery {index} is asked {asked}, allowed {range}");
        var readings = image.Batteries[index];
        if (asked != 0 && !(readings.Soc.IsGood && readings.Discharge.IsGood && image.Grid.Import.IsGood))
        {
            BlindSetpoints++;
            Note($"battery {index} is asked {asked} on readings that are not Good");
        }
        var battery = site.Batteries[index];
        var soc = readings.Soc.KnownOr(battery.SocMin).Ratio;
        if ((asked > 0 && soc <= Math.Max(battery.SocMin.Ratio, step.Envelope.IsIsland ? 0 : battery.BackupReserve.Ratio)) || (asked < 0 && soc >= battery.SocMax.Ratio))
            Escape($"battery {index} is asked {asked} at a SoC of {soc:0.000}");
        if (asked < -MostPerDevice(image))
            Broken($"battery {index} is asked {asked} under the operator's limit");
        if (IsStopped(image) && asked != 0)
            Broken($"battery {index} is asked {asked} in a stop");
    }

    private void Charger(ProcessImage image, Followed step, int index)
    {
        var (offer, charger) = (step.Setpoints.EvChargers[index].Offer.Amperes, site.EvChargers[index]);
        var phases = image.Devices[charger.Device].Controls.EvCurrent == ControlDoubt.None ? step.Memory.Chargers[index].Phases.Of(charger) : charger.Phases;
        var watts = offer * site.Pcc.NominalVoltage.Volts * phases;
        if (!(offer == 0 || (offer >= charger.CurrentMin.Amperes && offer <= charger.CurrentMax.Amperes)) || watts > step.Envelope.EvChargers[index].High.Value.Watts + 1e-6)
            Escape($"charger {index} offers {offer}, allowed {step.Envelope.EvChargers[index].High}");
        if (!image.Grid.Import.IsGood && offer > charger.CurrentMin.Amperes)
            Escape($"charger {index} offers {offer} without the meter");
        if (watts > MostPerDevice(image) + 1e-6)
            Broken($"charger {index} offers {offer} under the operator's limit");
        if (IsStopped(image) && offer != 0)
            Broken($"charger {index} offers {offer} in a stop");
    }

    /// <summary>What each steerable device may draw by the operator's contact and by orders, W.</summary>
    private double MostPerDevice(ProcessImage image)
    {
        var most = Says(image, ContactRole.DsoLimit) ? 4_200 : double.PositiveInfinity;
        foreach (var order in image.Orders.Constraints)
            if (order.Direction == ConstraintDirection.DeviceConsumption)
                most = Math.Min(most, order.Limit.Watts);
        return most;
    }

    private bool IsStopped(ProcessImage image) => Says(image, ContactRole.EmergencyStop);

    /// <summary>Asserted, or not surely idle.</summary>
    private bool Says(ProcessImage image, ContactRole role)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i].Role == role && (!image.Contacts[i].Asserted.IsGood || image.Contacts[i].Asserted.Value))
                return true;
        return false;
    }

    private void Escape(string what)
    {
        Escapes++;
        Note(what);
    }

    private void Broken(string what)
    {
        BrokenOrders++;
        Note(what);
    }

    private void Note(string what) => First = First.Length == 0 ? what : First;
}
