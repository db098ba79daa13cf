using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Contacts, relays and sensors at one moment, in the order of the site file: what is wrong with each, what the relays show, what the sensors measure.</summary>
internal sealed record TerminalsNow(ImmutableArray<string?> ContactTroubles, ImmutableArray<RelayNow> Relays, ImmutableArray<SensorNow> Sensors)
{
    public static TerminalsNow None { get; } = new([], [], []);

    public static TerminalsNow Of(Terminals terminals) => terminals is { Contacts.Count: 0, Relays.Count: 0, Sensors.Count: 0 } ? None : new(
        [.. terminals.Contacts.Select(contact => contact.Trouble)],
        [.. terminals.Relays.Select(relay => new RelayNow(relay.IsEnergised, relay.Trouble))],
        [.. terminals.Sensors.Select(sensor => new SensorNow(sensor.Values, sensor.Trouble))]);
}

/// <summary>One relay; null = nobody can tell.</summary>
internal readonly record struct RelayNow(bool? IsEnergised, string? Trouble);

/// <summary>One sensor and its values, as old as they are.</summary>
internal readonly record struct SensorNow(ImmutableArray<SensorValue> Values, string? Trouble);
