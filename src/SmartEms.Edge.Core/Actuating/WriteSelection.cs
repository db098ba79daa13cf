using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>Compare before write: what of an ordered group has to be sent at all.</summary>
public static class WriteSelection
{
    /// <summary>A register that holds its value already is left out. In volatile memory it is written all the same once a register before it has changed,
    /// because the last registers of a group often make the first ones take effect.</summary>
    /// <param name="writes">The group in order.</param>
    /// <param name="holds">True when the register is known to hold the value of this write now.</param>
    /// <param name="isVolatile">True when the register may be written as often as one likes.</param>
    public static List<RegisterWrite> Changed(IReadOnlyList<RegisterWrite> writes, Func<RegisterWrite, bool> holds, Func<RegisterWrite, bool> isVolatile)
    {
        var sent = new List<RegisterWrite>(writes.Count);
        foreach (var write in writes)
            if (!holds(write) || (sent.Count > 0 && isVolatile(write)))
                sent.Add(write);
        return sent;
    }

    /// <summary>True when going from one target to another can only make the site safer: a battery nearer to rest, a charger or a plant with less.</summary>
    public static bool Tightens(ControlKind kind, double? from, double to) => kind switch
    {
        ControlKind.BatteryDischarge => to == 0 || (from is { } power && power * to > 0 && Math.Abs(to) < Math.Abs(power)),
        ControlKind.EvPhases => false, // a contactor is moved for the yield, never for safety: that is the current's task
        _ => to == 0 || (from is { } limit && to < limit),
    };
}
