using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>A device that does not do what it is told is asked for nothing more than rest: a battery for no power, a charger for its minimum.</summary>
public static class Obedience
{
    /// <summary>False while there is a doubt about this kind of control of the device.</summary>
    public static bool Obeys(ProcessImage image, int device, ControlKind kind) => image.Devices[device].Controls.Of(kind) == ControlDoubt.None;
}
