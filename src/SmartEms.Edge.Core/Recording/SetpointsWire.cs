using SmartEms.Edge.Core.Actuating;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What Follow asked of the devices at one step, as bytes: two runs that asked the same, and were clipped by the same, give the same.</summary>
public static class SetpointsWire
{
    private const byte None = 0;
    private const byte Given = 1;

    public static void Write(WireWriter to, Setpoints setpoints)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(setpoints);
        foreach (var battery in setpoints.Batteries)
        {
            to.Number(battery.Discharge.Watts);
            to.Byte((byte)battery.ClippedBy);
            to.Byte(battery.Native is { } mode ? (byte)(Given + (byte)mode) : None);
            to.Byte(battery.IsAutomatic ? Given : None);
        }
        foreach (var charger in setpoints.EvChargers)
        {
            to.Number(charger.Offer.Amperes);
            to.Byte((byte)charger.ClippedBy);
            to.Byte((byte)(charger.Phases ?? None));
        }
        foreach (var plant in setpoints.PvPlants)
        {
            to.Byte(plant.Limit is null ? None : Given);
            to.Number(plant.Limit?.Watts ?? 0);
            to.Byte((byte)plant.ClippedBy);
        }
    }
}
