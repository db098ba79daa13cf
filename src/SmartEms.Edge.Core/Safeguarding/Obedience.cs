using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>A device that does not do what it is told is asked for nothing more than rest: a battery for no power, a charger for its minimum.</summary>
public static class Obedience
{
    public static PowerRange Narrow(PowerRange range, ProcessImage image, Battery battery) =>
        Obeys(image, battery.Device, ControlKind.BatteryDischarge) ? range : range.Nothing(Bound.NotControllable);

    public static PowerRange Narrow(PowerRange range, ProcessImage image, Site site, int index)
    {
        var charger = site.EvChargers[index];
        return Obeys(image, charger.Device, ControlKind.EvCurrent)
            ? range
            : range.AtMost(charger.CurrentMin * site.Pcc.NominalVoltage * charger.Phases, Bound.NotControllable);
    }

    /// <summary>False while there is a doubt about this kind of control of the device.</summary>
    public static bool Obeys(ProcessImage image, int device, ControlKind kind) => image.Devices[device].Controls.Of(kind) == ControlDoubt.None;
}
