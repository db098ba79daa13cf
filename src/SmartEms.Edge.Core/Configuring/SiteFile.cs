using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads site.yaml: what is installed and what it must never exceed, checked against what the device profiles offer.</summary>
public static class SiteFile
{
    /// <summary>The only version of the file this program reads.</summary>
    public const int Version = 1;

    private static readonly string[] Keys = ["version", "site", "pcc", "tariff", "planning", "devices", "batteries", "pv", "chargers", "contacts", "relays", "loads", "sensors", "run", "cloud", "home"];
    private static readonly string[] SiteKeys = ["id", "name"];
    private static readonly string[] RunKeys = ["follow_period_s", "policy"];

    private static readonly string[] PccKeys =
    [
        "meter", "import_max_w", "export_max_w", "fuse_a", "unbalance_max_a", "phases", "nominal_voltage_v", "voltage_tolerance_pct", "frequency_min_hz", "frequency_max_hz",
    ];

    private static readonly ImmutableArray<(string, PolicyMode)> Policies =
        [("off", PolicyMode.Off), ("shadow", PolicyMode.Shadow), ("act", PolicyMode.Act)];

    /// <summary>The site, or every problem of the file at once. <paramref name="profile"/> finds a device profile by name;
    /// <paramref name="known"/> are the names worth suggesting.</summary>
    public static Checked<Site> Read(Node root, Func<string, DeviceProfile?> profile, IReadOnlyCollection<string> known)
    {
        var problems = new ProblemList();
        if (root is MapNode top && OtherVersion(top) is { } other)
        {
            problems.Add(other.Place, ProblemCodes.Version, $"version: {Scalars.Shown(other.Text)} is not a version this program reads", $"write version: {Version}, or install the release the file was written for");
            return problems.Refuse<Site>();
        }
        if (NodeReader.Of(root, "", Keys, problems) is not { } file)
            return problems.Refuse<Site>();
        if (!file.Has("version"))
            file.Missing("version", $"begin the file with version: {Version}");
        var devices = new SiteDevices(profile, known);
        devices.Read(file);
        var (id, name) = Naming(file);
        var pcc = ReadPcc(file, devices);
        var tariff = SiteTariff.Read(file);
        var (weights, outlook) = SitePlanning.Read(file, tariff.Currency);
        var parts = new SiteParts(devices, pcc);
        var batteries = parts.Batteries(file);
        var plants = parts.PvPlants(file);
        var chargers = parts.Chargers(file);
        var lines = new SiteContacts(devices);
        var contacts = lines.Contacts(file);
        var relays = lines.Relays(file);
        var loads = parts.Loads(file, relays);
        var sensors = new SiteSensors(lines).Read(file);
        var running = ReadRunning(file);
        var cloud = SiteCloud.Read(file, id);
        var home = SiteHome.Read(file);
        if (problems.Errors == 0)
            SiteChecks.Export(file, pcc, plants);
        devices.CheckTogether();
        return problems.Result(() => new Site(id, name, pcc, tariff, devices.All)
        {
            Batteries = batteries,
            PvPlants = plants,
            EvChargers = chargers,
            Contacts = contacts,
            Relays = relays,
            Loads = loads,
            Sensors = sensors,
            Weights = weights,
            OutlookFile = outlook,
            Running = running,
            Cloud = cloud,
            Home = home,
        });
    }

    private static ScalarNode? OtherVersion(MapNode top) =>
        top.Find("version") is ScalarNode scalar && Scalars.Number(scalar, out _) != Version ? scalar : null;

    private static (string Id, string Name) Naming(NodeReader file)
    {
        if (file.Map("site", SiteKeys, required: true) is not { } site)
            return ("", "");
        var id = site.Name("id", "-", 40) ?? "";
        return (id, site.Text("name") ?? id);
    }

    private static Pcc ReadPcc(NodeReader file, SiteDevices devices)
    {
        var none = new Pcc(0, Power.Zero, Power.Zero, Current.Zero);
        if (file.Map("pcc", PccKeys, required: true) is not { } at)
            return none;
        var meter = devices.Resolve(at, "meter", required: true);
        devices.NeedMeasure(at, "meter", meter, Measure.GridImport);
        var pcc = none with
        {
            Meter = meter ?? 0,
            ImportMax = Power.FromWatts(at.Number("import_max_w", new(0, 10_000_000, "W"), required: true) ?? 0),
            ExportMax = Power.FromWatts(at.Number("export_max_w", new(0, 10_000_000, "W"), required: true) ?? 0),
            PhaseCurrentMax = Current.FromAmperes(at.Number("fuse_a", new(1, 10_000, "A"), required: true) ?? 0),
            Phases = SiteChecks.Phases(at, "phases", [1, 3]) ?? none.Phases,
            NominalVoltage = Voltage.FromVolts(at.Number("nominal_voltage_v", new(100, 400, "V")) ?? none.NominalVoltage.Volts),
            VoltageTolerance = (at.Number("voltage_tolerance_pct", new(1, 20, "%")) ?? none.VoltageTolerance * 100) / 100,
            UnbalanceMax = at.Number("unbalance_max_a", new(1, 1_000, "A")) is { } unbalance ? Current.FromAmperes(unbalance) : none.UnbalanceMax,
            FrequencyMin = Frequency.FromHertz(at.Number("frequency_min_hz", new(40, 70, "Hz")) ?? none.FrequencyMin.Hertz),
            FrequencyMax = Frequency.FromHertz(at.Number("frequency_max_hz", new(40, 70, "Hz")) ?? none.FrequencyMax.Hertz),
        };
        SiteChecks.Ascending(at, "frequency_min_hz", "frequency_max_hz", (pcc.FrequencyMin.Hertz, pcc.FrequencyMax.Hertz));
        SiteChecks.Fuse(at, pcc);
        return pcc;
    }

    private static RunSettings ReadRunning(NodeReader file)
    {
        var usual = new RunSettings();
        if (file.Map("run", RunKeys) is not { } at)
            return usual;
        return new()
        {
            FollowPeriod = at.Number("follow_period_s", new(1, 5, "s")) is { } seconds ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) : usual.FollowPeriod,
            PolicyMode = at.Word("policy", Policies) ?? usual.PolicyMode,
        };
    }
}
