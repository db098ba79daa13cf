namespace SmartEms.Edge.Core.Describing;

/// <summary>What a battery is asked to do for a quarter-hour; what varies inside it is followed within it.</summary>
public enum BatteryMode : byte
{
    /// <summary>Hold the grid exchange at zero in both directions.</summary>
    SelfConsume,

    /// <summary>Charge surplus only, never discharge.</summary>
    Hold,

    /// <summary>Cover load only, never charge.</summary>
    DischargeOnly,

    /// <summary>Neither charge nor discharge.</summary>
    Idle,

    /// <summary>Charge at a third of the charge rating, from the grid if need be.</summary>
    GridCharge33,
    GridCharge66,
    GridCharge100,
}

/// <summary>What a charger is asked to do for a quarter-hour.</summary>
public enum EvMode : byte
{
    Off,

    /// <summary>Only what the site would otherwise export, above the charger's minimum.</summary>
    SurplusOnly,

    /// <summary>At the charger's minimum current, more with surplus.</summary>
    Minimum,

    /// <summary>Half of the charger's maximum current.</summary>
    Half,
    Full,
}

/// <summary>How much the policy may do: nothing, be recorded and scored, or lead.</summary>
public enum PolicyMode : byte
{
    Off,
    Shadow,
    Act,
}
