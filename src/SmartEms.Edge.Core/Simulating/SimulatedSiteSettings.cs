using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>What a simulation is given besides the site and its trace; everything has an ordinary default.</summary>
public sealed record SimulatedSiteSettings
{
    /// <summary>The moment the simulation starts at.</summary>
    public required Instant Start { get; init; }

    /// <summary>Of all chance: appliances, clouds, cars, the grid's drift.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The moment the trace's first step is laid onto; null takes <see cref="SiteTrace.OriginFor"/>.</summary>
    public Instant? TraceOrigin { get; init; }

    /// <summary>False plays the trace in smooth lines, without appliances and clouds.</summary>
    public bool Varied { get; init; } = true;

    /// <summary>Multiplies the trace's load.</summary>
    public double LoadScale { get; init; } = 1;

    /// <summary>How slowly a PV limit takes hold, time constant in seconds.</summary>
    public double PvLatencySeconds { get; init; } = 1;

    public SimulatedGridSettings Grid { get; init; } = new();

    /// <summary>In the site's order; those missing are ordinary.</summary>
    public ImmutableArray<SimulatedBatterySettings> Batteries { get; init; } = [];

    /// <summary>In the site's order; those missing are ordinary.</summary>
    public ImmutableArray<SimulatedEvSettings> EvChargers { get; init; } = [];
}
