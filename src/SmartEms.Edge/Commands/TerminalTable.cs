using System.Globalization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>Contacts, relays and sensors as a table, and what is wrong with them below it.</summary>
internal static class TerminalTable
{
    private static readonly Column[] Columns = [new("TERMINAL"), new("ROLE"), new("STATE"), new("VALUE"), new("AT")];

    public static void Draw(Page page, ContactView[] contacts, RelayView[] relays, SensorOfSiteView[] sensors)
    {
        if (contacts.Length + relays.Length + sensors.Length == 0)
            return;
        page.Line("");
        page.Table(Columns, [.. contacts.Select(Row), .. relays.Select(Row), .. sensors.Select(Row)]);
        foreach (var (name, trouble) in Troubles(contacts, relays, sensors))
            page.Line($"{name}: {trouble}");
    }

    /// <summary>One line of the status screen.</summary>
    public static void Summary(Page page, StatusView now)
    {
        if (now.Contacts.Length + now.Relays.Length + now.Sensors.Length == 0)
            return;
        page.Row("Terminals",
            [.. now.Contacts.Select(contact => contact.State is { } state ? new Ink($"{contact.Name} {state}", TintOf(state)) : new Ink($"{contact.Name} {Value(contact)}")),
            .. now.Relays.Select(relay => new Ink($"{relay.Name} {relay.State}", TintOf(relay.State))),
            .. now.Sensors.Select(sensor => new Ink($"{sensor.Name} {Value(sensor)}"))]);
    }

    private static Ink[] Row(ContactView contact) =>
        [contact.Name, contact.Role, contact.State is { } state ? new Ink(state, TintOf(state)) : "", contact.State is null ? Value(contact) : "", contact.Line];

    private static Ink[] Row(RelayView relay) => [relay.Name, "relay", new(relay.State, TintOf(relay.State)), "", relay.Line];

    private static Ink[] Row(SensorOfSiteView sensor) => [sensor.Name, sensor.Kind, "", Value(sensor), sensor.At];

    private static string Value(ContactView meter) =>
        $"{(meter.PowerW is { } watts ? Spoken.Power(watts) : "–")}, {(meter.EnergyWh is { } energy ? Spoken.Energy(energy) : "–")}";

    private static string Value(SensorOfSiteView sensor) => sensor.Values.Length == 0 ? "–" : string.Join(", ", sensor.Values.Select(value =>
        value.Value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.##} {value.Unit}") : $"{value.Name} –"));

    private static IEnumerable<(string Name, string Trouble)> Troubles(ContactView[] contacts, RelayView[] relays, SensorOfSiteView[] sensors)
    {
        foreach (var contact in contacts)
            if (contact.Trouble is { } trouble)
                yield return (contact.Name, trouble);
        foreach (var relay in relays)
            if (relay.Trouble is { } trouble)
                yield return (relay.Name, trouble);
        foreach (var sensor in sensors)
            if (sensor.Trouble is { } trouble)
                yield return (sensor.Name, trouble);
    }

    private static Tint TintOf(string state) => state switch { "unknown" => Tint.Bad, "asserted" => Tint.Warn, _ => Tint.None };
}
