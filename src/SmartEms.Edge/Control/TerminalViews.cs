namespace SmartEms.Edge.Control;

/// <summary>One contact. Only a pulse meter has power and energy, only the others a state.</summary>
internal sealed record ContactView
{
    public required string Name { get; init; }

    /// <summary>The role as the site file spells it.</summary>
    public required string Role { get; init; }

    /// <summary>The chip's label and the line.</summary>
    public required string Line { get; init; }

    /// <summary>asserted, released or unknown; unknown counts as asserted. Null for a pulse meter.</summary>
    public required string? State { get; init; }
    public required double? PowerW { get; init; }
    public required double? EnergyWh { get; init; }

    /// <summary>What is wrong with the line and what to do; null when nothing is.</summary>
    public required string? Trouble { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>One relay; its state is energised, released or unknown.</summary>
internal sealed record RelayView(string Name, string Line, string State, string? Trouble);

/// <summary>One I²C sensor.</summary>
internal sealed record SensorOfSiteView(string Name, string Kind, string At, MeasuredView[] Values, string? Trouble);

/// <summary>One value of a sensor; null with the quality that says why when it is not Good.</summary>
internal sealed record MeasuredView(string Name, string Unit, double? Value, string Quality);
