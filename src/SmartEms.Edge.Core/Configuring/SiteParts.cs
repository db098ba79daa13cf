using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads what the devices of a site stand for: batteries, PV plants and chargers. Their names share one list, because people type them.</summary>
internal sealed class SiteParts(SiteDevices devices, Pcc pcc)
{
    private const int MostParts = 32;

    private static readonly Allowed Rating = new(1, 10_000_000, "W");
    private static readonly Allowed Degrees = new(-40, 90, "°C");
    private static readonly Allowed CellVolts = new(1, 5, "V");
    private static readonly Allowed Share = new(0, 100, "%");

    private static readonly string[] BatteryKeys =
    [
        "name", "device", "bms", "capacity_wh", "charge_max_w", "discharge_max_w", "soc_min_pct", "soc_max_pct", "backup_reserve_pct", "charge_temperature_min_c",
        "charge_temperature_max_c", "discharge_temperature_min_c", "discharge_temperature_max_c", "cell_voltage_min_v", "cell_voltage_max_v", "ramp_w_per_s", "native", "efficiency_pct", "wear_per_kwh",
    ];

    private static readonly string[] PvKeys = ["name", "device", "rated_w", "curtailable"];
    private static readonly string[] ChargerKeys = ["name", "device", "current_min_a", "current_max_a", "phases", "phase", "priority", "mode", "switches_phases", "phase_rest_min", "phase_switches_max"];

    private static readonly string[] LoadKeys = ["name", "relay", "rated_w", "priority", "mode", "on_min_min", "off_min_min"];
    private static readonly Allowed SwitchMinutes = new(0, 240, "min");

    private static readonly ImmutableArray<(string, LoadMode)> LoadModes = [("off", LoadMode.Off), ("surplus", LoadMode.SurplusOnly), ("on", LoadMode.On)];

    private static readonly ImmutableArray<(string, (EvMode Usual, bool IsPlanned))> Modes =
    [
        ("off", (EvMode.Off, false)), ("surplus", (EvMode.SurplusOnly, false)), ("minimum", (EvMode.Minimum, false)), ("half", (EvMode.Half, false)), ("full", (EvMode.Full, false)),
        ("planned", (EvMode.Full, true)),
    ];

    private readonly Dictionary<string, NodeReader> names = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Section, int Device), NodeReader> claims = [];
    private readonly Dictionary<int, NodeReader> switched = [];

    public ImmutableArray<Battery> Batteries(NodeReader file) =>
        [.. file.Maps("batteries", MostParts, BatteryKeys).Select(Battery)];

    public ImmutableArray<PvPlant> PvPlants(NodeReader file) =>
        [.. file.Maps("pv", MostParts, PvKeys).Select(PvPlant)];

    public ImmutableArray<EvCharger> Chargers(NodeReader file) =>
        [.. file.Maps("chargers", MostParts, ChargerKeys).Select(Charger)];

    /// <param name="file">The whole file.</param>
    /// <param name="relays">The site's relays: each switches one load at most.</param>
    public ImmutableArray<FlexibleLoad> Loads(NodeReader file, ImmutableArray<Relay> relays) =>
        [.. file.Maps("loads", MostParts, LoadKeys).Select(at => Load(at, relays))];

    private Battery Battery(NodeReader at)
    {
        var device = Claim(at, "batteries");
        var bms = devices.Resolve(at, "bms", required: false);
        devices.NeedControl(at, "device", device, ControlKind.BatteryDischarge);
        devices.NeedMeasure(at, "device", device, Measure.BatteryDischarge);
        NeedSoc(at, device, bms);
        var battery = new Battery(
            Name(at),
            device ?? 0,
            bms,
            Energy.FromWattHours(at.Number("capacity_wh", new(100, 100_000_000, "Wh"), required: true) ?? 0),
            Power.FromWatts(at.Number("charge_max_w", Rating, required: true) ?? 0),
            Power.FromWatts(at.Number("discharge_max_w", Rating, required: true) ?? 0));
        return WithLimits(at, battery);
    }

    private static Battery WithLimits(NodeReader at, Battery usual)
    {
        var battery = usual with
        {
            SocMin = Fraction.FromPercent(at.Number("soc_min_pct", Share) ?? usual.SocMin.Percent),
            SocMax = Fraction.FromPercent(at.Number("soc_max_pct", Share) ?? usual.SocMax.Percent),
            BackupReserve = Fraction.FromPercent(at.Number("backup_reserve_pct", Share) ?? usual.BackupReserve.Percent),
            ChargeTemperatureMin = Celsius(at, "charge_temperature_min_c", usual.ChargeTemperatureMin),
            ChargeTemperatureMax = Celsius(at, "charge_temperature_max_c", usual.ChargeTemperatureMax),
            DischargeTemperatureMin = Celsius(at, "discharge_temperature_min_c", usual.DischargeTemperatureMin),
            DischargeTemperatureMax = Celsius(at, "discharge_temperature_max_c", usual.DischargeTemperatureMax),
            CellVoltageMin = Voltage.FromVolts(at.Number("cell_voltage_min_v", CellVolts) ?? usual.CellVoltageMin.Volts),
            CellVoltageMax = Voltage.FromVolts(at.Number("cell_voltage_max_v", CellVolts) ?? usual.CellVoltageMax.Volts),
            RampWattsPerSecond = at.Number("ramp_w_per_s", new(1, 1_000_000, "W/s")) ?? usual.RampWattsPerSecond,
            Native = at.Flag("native") ?? usual.Native,
            Efficiency = (at.Number("efficiency_pct", new(50, 100, "%")) ?? usual.Efficiency * 100) / 100,
            WearPerKwh = at.Number("wear_per_kwh", new(0, 10)) ?? usual.WearPerKwh,
        };
        SiteChecks.Ascending(at, "soc_min_pct", "soc_max_pct", (battery.SocMin.Percent, battery.SocMax.Percent));
        SiteChecks.Ascending(at, "backup_reserve_pct", "soc_max_pct", (battery.BackupReserve.Percent, battery.SocMax.Percent));
        SiteChecks.Ascending(at, "charge_temperature_min_c", "charge_temperature_max_c", (battery.ChargeTemperatureMin.Celsius, battery.ChargeTemperatureMax.Celsius));
        SiteChecks.Ascending(at, "discharge_temperature_min_c", "discharge_temperature_max_c", (battery.DischargeTemperatureMin.Celsius, battery.DischargeTemperatureMax.Celsius));
        SiteChecks.Ascending(at, "cell_voltage_min_v", "cell_voltage_max_v", (battery.CellVoltageMin.Volts, battery.CellVoltageMax.Volts));
        return battery;
    }

    private void NeedSoc(NodeReader at, int? device, int? bms)
    {
        if (devices.IsUnknown(device) || (at.Has("bms") && devices.IsUnknown(bms)))
            return;
        if (!devices.Offers(device, Measure.BatterySoc) && !devices.Offers(bms, Measure.BatterySoc))
            devices.NeedMeasure(at, bms is null ? "device" : "bms", bms ?? device, Measure.BatterySoc);
    }

    private PvPlant PvPlant(NodeReader at)
    {
        var device = Claim(at, "pv");
        devices.NeedMeasure(at, "device", device, Measure.PvProduction);
        var curtailable = at.Flag("curtailable") ?? false;
        if (curtailable)
            devices.NeedControl(at, "curtailable", device, ControlKind.PvLimit);
        return new(Name(at), device ?? 0, Power.FromWatts(at.Number("rated_w", Rating, required: true) ?? 0), curtailable);
    }

    private EvCharger Charger(NodeReader at)
    {
        var device = Claim(at, "chargers");
        devices.NeedControl(at, "device", device, ControlKind.EvCurrent);
        devices.NeedMeasure(at, "device", device, Measure.EvState);
        devices.NeedMeasure(at, "device", device, Measure.EvCharge);
        // IEC 61851-1: below 6 A a charge point cannot offer anything.
        var amperes = new Allowed(6, 80, "A");
        var min = at.Number("current_min_a", amperes) ?? 6;
        var max = at.Number("current_max_a", amperes, required: true) ?? 80;
        var phases = SiteChecks.Phases(at, "phases", [1, 2, 3]) ?? pcc.Phases;
        if (min > max && !at.IsFaulty("current_min_a") && !at.IsFaulty("current_max_a"))
            at.Note(at.Has("current_min_a") ? "current_min_a" : "current_max_a", ProblemCodes.Order, $"{Allowed.Text(min)} A is above current_max_a {Allowed.Text(max)} A", "the smallest current a car may be offered, usually 6");
        if (phases > pcc.Phases)
            at.Note("phases", ProblemCodes.Contradiction, $"{phases} phases behind a connection with {pcc.Phases}", "see pcc.phases");
        if (at.Has("current_max_a") && !at.IsFaulty("current_max_a") && pcc.PhaseCurrentMax > Current.Zero && max > pcc.PhaseCurrentMax.Amperes)
            at.Note("current_max_a", ProblemCodes.AboveRating, $"{Allowed.Text(max)} A is above the fuse of the connection, {Allowed.Text(pcc.PhaseCurrentMax.Amperes)} A", "the fuse will bound it");
        var mode = at.Word("mode", Modes) ?? (EvMode.Full, false);
        return new(Name(at), device ?? 0, Current.FromAmperes(min), Current.FromAmperes(max), phases)
        {
            DefaultMode = mode.Usual,
            IsPlanned = mode.IsPlanned,
            Priority = at.Whole("priority", new(0, 100)) ?? 0,
            Phase = at.Whole("phase", new(1, 3)),
            Switching = Switching(at, device, phases),
        };
    }

    private FlexibleLoad Load(NodeReader at, ImmutableArray<Relay> relays)
    {
        var load = new FlexibleLoad(Name(at), Switch(at, relays), Power.FromWatts(at.Number("rated_w", Rating, required: true) ?? 0));
        if (at.Has("rated_w") && !at.IsFaulty("rated_w") && pcc.ImportMax > Power.Zero && load.Rated > pcc.ImportMax)
            at.Note("rated_w", ProblemCodes.AboveRating, $"{Allowed.Text(load.Rated.Watts)} W is above what the connection may import, {Allowed.Text(pcc.ImportMax.Watts)} W", "it would only run beside PV or a battery; see pcc.import_max_w");
        return load with
        {
            DefaultMode = at.Word("mode", LoadModes) ?? load.DefaultMode,
            Priority = at.Whole("priority", new(0, 100)) ?? 0,
            OnMin = at.Number("on_min_min", SwitchMinutes) is { } on ? TimeSpan.FromMinutes(on) : load.OnMin,
            OffMin = at.Number("off_min_min", SwitchMinutes) is { } off ? TimeSpan.FromMinutes(off) : load.OffMin,
        };
    }

    private int Switch(NodeReader at, ImmutableArray<Relay> relays)
    {
        if (at.Text("relay", required: true) is not { } name)
            return 0;
        for (var i = 0; i < relays.Length; i++)
            if (relays[i].Name == name)
            {
                if (!switched.TryAdd(i, at))
                    at.Note("relay", ProblemCodes.UsedTwice, $"{name} already switches {switched[i].Path}", "one relay for each load");
                return i;
            }
        at.Note("relay", ProblemCodes.UnknownName, $"the site has no relay {Scalars.Shown(name)}", relays.IsEmpty ? "name it under relays:" : $"it has {string.Join(", ", relays.Select(relay => relay.Name))}");
        return 0;
    }

    /// <summary>Null = the phases stay as they are. Rest and count mean something only where they are switched.</summary>
    private PhaseSwitching? Switching(NodeReader at, int? device, int phases)
    {
        var rest = at.Number("phase_rest_min", new(1, 1_440, "min")) ?? PhaseSwitching.UsualRestMinutes;
        var most = at.Whole("phase_switches_max", new(1, 100)) ?? PhaseSwitching.UsualSessionMax;
        if (at.Flag("switches_phases") == true)
        {
            devices.NeedControl(at, "switches_phases", device, ControlKind.EvPhases);
            if (phases != 3)
                at.Note("switches_phases", ProblemCodes.Contradiction, $"a charger with {phases} phases cannot be switched between one and three", "see phases");
            return new(rest * 60, most);
        }
        foreach (var key in (string[])["phase_rest_min", "phase_switches_max"])
            if (at.Has(key))
                at.Note(key, ProblemCodes.Contradiction, "the phases of this charger are not switched", "switches_phases: true, or remove it");
        return null;
    }

    private string Name(NodeReader at)
    {
        if (at.Name("name", "-_", 40) is not { } name)
            return "";
        if (!names.TryAdd(name, at))
            at.Note("name", ProblemCodes.DuplicateName, $"{name} is already {names[name].Path} at line {names[name].PlaceOf("name").Line}", "batteries, pv, chargers and loads have names of their own");
        return name;
    }

    // A device has one battery, one PV plant, one charge point at most: a second one would be counted and commanded twice.
    private int? Claim(NodeReader at, string section)
    {
        var device = devices.Resolve(at, "device", required: true);
        if (device is { } index && !claims.TryAdd((section, index), at))
            at.Note("device", ProblemCodes.UsedTwice, $"{devices.NameOf(index)} already belongs to {claims[(section, index)].Path}", "one of them has another device");
        return device;
    }

    private static Temperature Celsius(NodeReader at, string key, Temperature usual) =>
        at.Number(key, Degrees) is { } celsius ? Temperature.FromCelsius(celsius) : usual;
}
