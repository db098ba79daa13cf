using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the digital lines of a site: contacts at inputs, relays at outputs. A line belongs to one of them.</summary>
internal sealed class SiteContacts(SiteDevices devices)
{
    private const int MostContacts = 32;

    private static readonly string[] ContactKeys = ["name", "role", "chip", "line", "wiring", "pull", "closed_level", "debounce_ms", "pulses_per_kwh", "limit_w", "bounds"];
    private static readonly string[] RelayKeys = ["name", "chip", "line", "active_low"];

    private static readonly ImmutableArray<(string, ContactRole)> Roles =
    [
        ("emergency_stop", ContactRole.EmergencyStop), ("dso_limit", ContactRole.DsoLimit), ("ripple_100", ContactRole.Ripple100), ("ripple_60", ContactRole.Ripple60),
        ("ripple_30", ContactRole.Ripple30), ("ripple_0", ContactRole.Ripple0), ("pulse_meter", ContactRole.PulseMeter),
    ];

    private static readonly ImmutableArray<(string, bool)> Wirings = [("normally_open", false), ("normally_closed", true)];
    private static readonly ImmutableArray<(string, bool)> Levels = [("low", false), ("high", true)];
    private static readonly ImmutableArray<(string, LinePull)> Pulls = [("up", LinePull.Up), ("down", LinePull.Down), ("none", LinePull.None)];

    private static readonly ImmutableArray<(string, ConstraintDirection)> Flows =
        [("devices", ConstraintDirection.DeviceConsumption), ("import", ConstraintDirection.Import)];

    private readonly Dictionary<string, NodeReader> names = new(StringComparer.Ordinal);
    private readonly Dictionary<LineAddress, NodeReader> lines = [];
    private readonly Dictionary<ContactRole, NodeReader> ripple = [];

    public ImmutableArray<Contact> Contacts(NodeReader file) => [.. file.Maps("contacts", MostContacts, ContactKeys).Select(Contact)];

    public ImmutableArray<Relay> Relays(NodeReader file) => [.. file.Maps("relays", MostContacts, RelayKeys).Select(Relay)];

    private Contact Contact(NodeReader at)
    {
        var role = at.Word("role", Roles, required: true) ?? ContactRole.DsoLimit;
        var pull = at.Word("pull", Pulls) ?? LinePull.Up;
        var closed = at.Word("closed_level", Levels);
        if (closed is null && pull == LinePull.None && !at.IsFaulty("closed_level"))
            at.Missing("closed_level", "without a pull nobody can tell which level means closed: low or high");
        var contact = new Contact(Name(at), role, Line(at))
        {
            Pull = pull,
            ClosedLevel = closed ?? pull == LinePull.Down,
            AssertsByOpening = at.Word("wiring", Wirings) ?? role == ContactRole.EmergencyStop,
            Debounce = TimeSpan.FromMilliseconds(at.Number("debounce_ms", new(0, 1_000, "ms")) ?? 20),
            Limit = at.Number("limit_w", new(0, 10_000_000, "W")) is { } watts ? Power.FromWatts(watts) : Power.FromWatts(4_200),
            Bounds = at.Word("bounds", Flows) ?? ConstraintDirection.DeviceConsumption,
            PulsesPerKilowattHour = at.Number("pulses_per_kwh", new(0.1, 100_000, "pulses/kWh"), required: role == ContactRole.PulseMeter) ?? 0,
        };
        Check(at, contact);
        return contact;
    }

    private void Check(NodeReader at, Contact contact)
    {
        if (contact.Role == ContactRole.EmergencyStop && !contact.AssertsByOpening)
            at.Note("wiring", ProblemCodes.StopByClosing, "a broken wire would disable this emergency stop", "wire it normally_closed, so that opening stops");
        if (contact.Role != ContactRole.DsoLimit && (at.Has("limit_w") || at.Has("bounds")))
            at.Note(at.Has("limit_w") ? "limit_w" : "bounds", ProblemCodes.Contradiction, "only a dso_limit has a limit", "role: dso_limit, or remove the key");
        if (contact.Role != ContactRole.PulseMeter && at.Has("pulses_per_kwh"))
            at.Note("pulses_per_kwh", ProblemCodes.Contradiction, "only a pulse_meter has pulses", "role: pulse_meter, or remove the key");
        if (contact.Role == ContactRole.PulseMeter && contact.Debounce > TimeSpan.FromMilliseconds(30))
            at.Note("debounce_ms", ProblemCodes.OutOfRange, "longer than an S0 pulse may be, 30 ms", "at most 30, 10 suits most meters");
        if (contact.Role is >= ContactRole.Ripple100 and <= ContactRole.Ripple0 && !ripple.TryAdd(contact.Role, at))
            at.Note("role", ProblemCodes.UsedTwice, $"that relay of the ripple control receiver is already the contact at line {ripple[contact.Role].Place.Line}");
    }

    private Relay Relay(NodeReader at) => new(Name(at), Line(at)) { IsActiveLow = at.Flag("active_low") ?? false };

    /// <summary>The name of a contact, relay or sensor: one that no other has, and no device.</summary>
    public string Name(NodeReader at)
    {
        var name = at.Name("name", "-_", 40) ?? "";
        if (name.Length > 0 && !names.TryAdd(name, at))
            at.Note("name", ProblemCodes.DuplicateName, $"{name} is already at line {names[name].PlaceOf("name").Line}", "each contact, relay and sensor has its own name");
        else if (name.Length > 0 && devices.Has(name))
            at.Note("name", ProblemCodes.DuplicateName, $"{name} is already a device", "their values are recorded under their names: choose another");
        return name;
    }

    private LineAddress Line(NodeReader at)
    {
        var address = new LineAddress(at.Text("chip", required: true) ?? "", at.Text("line", required: true) ?? "");
        if (address.Chip.StartsWith("gpiochip", StringComparison.Ordinal))
            at.Note("chip", ProblemCodes.ChipByNumber, $"{Scalars.Shown(address.Chip)} may be another chip after the next boot", "write its label, as smartems gpio list shows it");
        if (address.Chip.Length > 0 && address.Line.Length > 0 && !lines.TryAdd(address, at))
            at.Note("line", ProblemCodes.SameAddress, $"{address} is already taken at line {lines[address].PlaceOf("line").Line}", "a line belongs to one contact or relay");
        return address;
    }
}
