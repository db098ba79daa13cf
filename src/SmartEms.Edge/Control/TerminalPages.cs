using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Control;

/// <summary>The views of what is wired to the machine itself.</summary>
internal static class TerminalPages
{
    public static ContactView[] Contacts(Snapshot now, Site site) => [.. site.Contacts.Select((contact, i) => Of(
        contact,
        i < now.Image.Contacts.Length ? now.Image.Contacts[i] : new(),
        i < now.Terminals.ContactTroubles.Length ? now.Terminals.ContactTroubles[i] : null))];

    public static RelayView[] Relays(Snapshot now, Site site) => [.. site.Relays.Select((relay, i) =>
    {
        var state = i < now.Terminals.Relays.Length ? now.Terminals.Relays[i] : default;
        return new RelayView(relay.Name, relay.At.ToString(), state.IsEnergised switch { true => "energised", false => "released", null => "unknown" }, state.Trouble);
    })];

    public static SensorOfSiteView[] Sensors(Snapshot now, Site site) => [.. site.Sensors.Select((sensor, i) =>
    {
        var state = i < now.Terminals.Sensors.Length ? now.Terminals.Sensors[i] : new([], null);
        return new SensorOfSiteView(sensor.Name, SensorChip.Of(sensor).Kind, $"0x{sensor.Address:x2} on {sensor.Bus}", [.. state.Values.Select(Of)], state.Trouble);
    })];

    private static ContactView Of(Contact contact, ContactReadings now, string? trouble)
    {
        var (known, isMeter) = (new Known(), contact.Role == ContactRole.PulseMeter);
        if (!isMeter && !now.Asserted.IsGood)
            known.Quality["state"] = now.Asserted.Quality.ToString();
        return new()
        {
            Name = contact.Name,
            Role = Word(contact.Role),
            Line = contact.At.ToString(),
            State = isMeter ? null : !now.Asserted.TryGood(out var asserted) ? "unknown" : asserted ? "asserted" : "released",
            PowerW = isMeter ? known.Take("power_w", now.Power, power => power.Watts) : null,
            EnergyWh = isMeter ? known.Take("energy_wh", now.Energy, energy => energy.WattHours) : null,
            Trouble = trouble,
            Quality = known.Quality,
        };
    }

    private static MeasuredView Of(SensorValue value) =>
        new(value.Name, value.Unit, value.Sample.IsGood ? Math.Round(value.Sample.Value, 4) + 0.0 : null, value.Sample.Quality.ToString());

    private static string Word(ContactRole role) => role switch
    {
        ContactRole.EmergencyStop => "emergency_stop",
        ContactRole.DsoLimit => "dso_limit",
        ContactRole.Ripple100 => "ripple_100",
        ContactRole.Ripple60 => "ripple_60",
        ContactRole.Ripple30 => "ripple_30",
        ContactRole.Ripple0 => "ripple_0",
        _ => "pulse_meter",
    };
}
