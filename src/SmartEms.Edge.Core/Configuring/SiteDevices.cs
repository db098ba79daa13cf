using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the devices of a site and answers for the other sections which device is meant and what its profile offers.</summary>
internal sealed class SiteDevices(Func<string, DeviceProfile?> profile, IReadOnlyCollection<string> known)
{
    private const int MostDevices = 256;

    private static readonly string[] Keys = ["name", "profile", "connect", "unit", "units"];

    private readonly List<(Device Device, DeviceProfile? Profile, NodeReader At)> devices = [];
    private readonly HashSet<int> used = [];
    private bool hasUnresolved;

    public ImmutableArray<Device> All => [.. devices.Select(read => read.Device)];

    public void Read(NodeReader file)
    {
        foreach (var at in file.Maps("devices", MostDevices, Keys, required: true))
        {
            var name = at.Name("name", "-_", 40) ?? "";
            foreach (var (other, _, first) in devices)
                if (name.Length > 0 && other.Name == name)
                {
                    at.Note("name", ProblemCodes.DuplicateName, $"{name} is already the device at line {first.PlaceOf("name").Line}", "each device has its own name");
                    break;
                }
            var model = Profile(at);
            devices.Add((new(name, model?.Name ?? "", Link(at, model)), model, at));
        }
        if (devices.Count == 0 && file.Node("devices") is ListNode { Items.IsEmpty: true })
            file.Note("devices", ProblemCodes.MissingKey, "the list is empty", "at least the grid meter");
    }

    /// <summary>The index of the device a key names; null and a problem when there is none.</summary>
    public int? Resolve(NodeReader at, string key, bool required)
    {
        if (at.Text(key, required) is not { } name)
            return null;
        for (var i = 0; i < devices.Count; i++)
            if (devices[i].Device.Name == name)
            {
                used.Add(i);
                return i;
            }
        hasUnresolved = true;
        at.Note(key, ProblemCodes.UnknownName, $"no device named {Scalars.Shown(name)}", Spelling.Suggest(name, [.. devices.Select(read => read.Device.Name).Where(other => other.Length > 0)], "devices"));
        return null;
    }

    public bool Offers(int? device, Measure measure) =>
        device is { } index && devices[index].Profile is { } model && Measures(model, measure);

    /// <summary>True when nothing can be said against a device because it or its profile is unknown.</summary>
    public bool IsUnknown(int? device) => device is not { } index || devices[index].Profile is null;

    public bool Has(string name) => devices.Exists(read => read.Device.Name == name);

    public string NameOf(int device) => devices[device].Device.Name;

    /// <summary>Notes that the device a key names must measure something it does not.</summary>
    public void NeedMeasure(NodeReader at, string key, int? device, Measure measure)
    {
        if (device is not { } index || devices[index].Profile is not { } model || Measures(model, measure))
            return;
        var word = Sensing.Measures.Fact(measure).Name;
        at.Note(key, ProblemCodes.LacksMeasure, $"{devices[index].Device.Name} ({model.Name}) does not measure {word}", Others(other => Measures(other, measure), $"{word} is measured by"));
    }

    /// <summary>Notes that the device a key names must obey something it does not.</summary>
    public void NeedControl(NodeReader at, string key, int? device, ControlKind control)
    {
        if (device is not { } index || devices[index].Profile is not { } model || Controls(model, control))
            return;
        var word = ProfileWords.Of(ProfileWords.Controls, control);
        at.Note(key, ProblemCodes.LacksControl, $"{devices[index].Device.Name} ({model.Name}) has no control {word}", Others(other => Controls(other, control), $"{word} is obeyed by"));
    }

    /// <summary>What concerns several devices: shared addresses, devices nobody uses.</summary>
    public void CheckTogether()
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < devices.Count; i++)
        {
            var (device, _, at) = devices[i];
            if (device.Link.Host.Length > 0 && !at.IsFaulty("connect") && !at.IsFaulty("unit") && !taken.TryAdd(Address(device), i))
                at.Note("connect", ProblemCodes.SameAddress, $"{device.Link} is already {devices[taken[Address(device)]].Device.Name} at line {devices[taken[Address(device)]].At.Place.Line}", "another unit, port or host; one device answers at one address");
            CheckLine(i);
            // A misspelt reference would make its device look unused; that is one problem, not two.
            if (!hasUnresolved && !used.Contains(i) && device.Name.Length > 0)
                at.Note("name", ProblemCodes.Unused, $"{device.Name} is polled but has no part to play", "name it as meter, battery, pv or charger, or remove it");
        }
    }

    private static string Address(Device device) => $"{device.Link.Place}#{device.Link.Unit}";

    /// <summary>One wire has one way of speaking: the first device on it sets what the others must say too.</summary>
    private void CheckLine(int index)
    {
        var (device, _, at) = devices[index];
        if (device.Link.Host.Length == 0 || at.IsFaulty("connect"))
            return;
        for (var i = 0; i < index; i++)
        {
            var (first, _, firstAt) = devices[i];
            if (firstAt.IsFaulty("connect") || first.Link.Host != device.Link.Host || first.Link.Port != device.Link.Port)
                continue;
            if ((first.Link.Kind, first.Link.Serial, first.Link.Echoes) != (device.Link.Kind, device.Link.Serial, device.Link.Echoes))
                at.Note("connect", ProblemCodes.LineTwice, $"{device.Link} is spoken to in another way than {first.Name} on the same line, at line {firstAt.Place.Line}", $"write the same settings for both: {first.Link.ToString().Split('#')[0]}");
            return;
        }
    }

    private DeviceProfile? Profile(NodeReader at)
    {
        if (at.Text("profile", required: true) is not { } name)
            return null;
        if (profile(name) is { } found)
            return found;
        if (known.Contains(name))
            at.Note("profile", ProblemCodes.UnknownName, $"the profile {name} has errors of its own", "correct what is told of its file, or take the file away");
        else
            at.Note("profile", ProblemCodes.UnknownName, $"no profile named {Scalars.Shown(name)}", Spelling.Suggest(name, known, "profiles"));
        return null;
    }

    private static DeviceLink Link(NodeReader at, DeviceProfile? model)
    {
        var usual = model?.Link ?? new LinkRules();
        var link = Connect.Read(at, "connect", usual.DefaultPort);
        var hint = model is null ? null : $"{model.Name} uses {usual.DefaultUnit}";
        if (model is { Link.SingleClient: true } && at.Has("connect"))
            at.Note("connect", ProblemCodes.SingleClient, $"{model.Name} allows one client only", "let no other program talk to it while this one runs");
        var units = link.Kind == LinkKind.Rtu ? Allowed.SerialUnit : Allowed.ModbusUnit;
        return link with { Unit = (byte)(at.Whole("unit", units, remedy: hint) ?? usual.DefaultUnit), Units = Units(at, model) };
    }

    private static ImmutableDictionary<string, byte> Units(NodeReader at, DeviceProfile? model)
    {
        var units = model?.Units ?? ImmutableDictionary<string, byte>.Empty;
        if (at.Map("units", null) is not { } map)
            return units;
        foreach (var entry in map.Entries)
        {
            if (model is not null && !model.Units.ContainsKey(entry.Key))
                map.Note(entry.Key, ProblemCodes.UnknownName, $"{model.Name} has no further unit of that name", Spelling.Suggest(entry.Key, [.. model.Units.Keys.Order(StringComparer.Ordinal)], "units"));
            if (map.Whole(entry.Key, Allowed.ModbusUnit) is { } unit)
                units = units.SetItem(entry.Key, (byte)unit);
        }
        return units;
    }

    private string? Others(Func<DeviceProfile, bool> fits, string does)
    {
        string[] names = [.. devices.Where(read => read.Profile is { } model && fits(model)).Select(read => read.Device.Name)];
        return names.Length == 0 ? null : $"{does} {string.Join(", ", names)}";
    }

    private static bool Measures(DeviceProfile model, Measure measure) => model.Points.Any(point => point.Measure == measure);

    private static bool Controls(DeviceProfile model, ControlKind kind) => model.Controls.Any(control => control.Kind == kind);
}
