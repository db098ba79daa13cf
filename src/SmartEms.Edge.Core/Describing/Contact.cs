using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>Where a GPIO line is: the chip's label (numbers change between kernels, labels do not) and the line's name or offset on it.</summary>
public sealed record LineAddress(string Chip, string Line)
{
    public override string ToString() => $"{Chip}/{Line}";
}

/// <summary>The resistor that holds an open input at a level.</summary>
public enum LinePull : byte
{
    None = 0,
    Up = 1,
    Down = 2,
}

/// <summary>What a contact stands for.</summary>
public enum ContactRole : byte
{
    /// <summary>Emergency stop: asserted = everything stops.</summary>
    EmergencyStop = 1,

    /// <summary>The network operator's limit on consumption (§14a EnWG): asserted = the limit holds.</summary>
    DsoLimit = 2,

    /// <summary>Ripple control receiver: asserted = feed-in up to 100 % of rated power.</summary>
    Ripple100 = 3,

    /// <summary>Asserted = at most 60 %.</summary>
    Ripple60 = 4,

    /// <summary>Asserted = at most 30 %.</summary>
    Ripple30 = 5,

    /// <summary>Asserted = no feed-in.</summary>
    Ripple0 = 6,

    /// <summary>S0 output of a meter (IEC 62053-31).</summary>
    PulseMeter = 7,
}

/// <summary>A dry contact at an input line.</summary>
public sealed record Contact(string Name, ContactRole Role, LineAddress At)
{
    public LinePull Pull { get; init; } = LinePull.Up;

    /// <summary>The line's level while the contact is closed: false = low, as with a pull-up and a contact to ground.</summary>
    public bool ClosedLevel { get; init; }

    /// <summary>True for a normally closed contact: it asserts by opening, so that a broken wire asserts too.</summary>
    public bool AssertsByOpening { get; init; }

    /// <summary>A level must stand so long before it counts.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The power that remains while the network operator limits, W; §14a EnWG guarantees 4.2 kW for each steerable device.</summary>
    public Power Limit { get; init; } = Power.FromWatts(4_200);

    /// <summary>What that power bounds: each steerable device by itself, or the whole site's import.</summary>
    public ConstraintDirection Bounds { get; init; } = ConstraintDirection.DeviceConsumption;

    /// <summary>The meter constant of a pulse meter, pulses per kWh; 0 for other roles.</summary>
    public double PulsesPerKilowattHour { get; init; }
}

/// <summary>A relay at an output line, wired energise-to-run: without current, without this program and without power it stands in the safe position.</summary>
public sealed record Relay(string Name, LineAddress At)
{
    /// <summary>True where a low level draws the relay, as many relay boards do.</summary>
    public bool IsActiveLow { get; init; }
}
