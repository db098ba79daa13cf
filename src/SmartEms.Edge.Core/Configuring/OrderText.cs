using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>What a person typed for one part, understood or refused.</summary>
/// <param name="Code">Empty when understood; otherwise why not, as the API spells it.</param>
public readonly record struct ReadOrder(OverrideKind Kind, int Index, double Value, string Code = "", string Problem = "", string Remedy = "")
{
    public bool IsOk => Code.Length == 0;

    internal static ReadOrder Refused(string code, string problem, string remedy) => new(default, 0, 0, code, problem, remedy);
}

/// <summary>Reads what is asked of a battery, a charger, a PV plant or a flexible load by name, and refuses what the part cannot do: nothing is clipped in silence.</summary>
public static class OrderText
{
    private static readonly (string Word, BatteryMode Mode)[] BatteryModes =
    [
        ("self-consume", BatteryMode.SelfConsume), ("hold", BatteryMode.Hold), ("discharge-only", BatteryMode.DischargeOnly), ("idle", BatteryMode.Idle),
        ("grid-charge-33", BatteryMode.GridCharge33), ("grid-charge-66", BatteryMode.GridCharge66), ("grid-charge-100", BatteryMode.GridCharge100),
    ];

    private static readonly (string Word, EvMode Mode)[] EvModes =
        [("off", EvMode.Off), ("surplus", EvMode.SurplusOnly), ("surplus-only", EvMode.SurplusOnly), ("minimum", EvMode.Minimum), ("half", EvMode.Half), ("full", EvMode.Full)];

    private static readonly (string Word, LoadMode Mode)[] LoadModes =
        [("off", LoadMode.Off), ("surplus", LoadMode.SurplusOnly), ("surplus-only", LoadMode.SurplusOnly), ("on", LoadMode.On)];

    /// <param name="site">The site.</param>
    /// <param name="part">Name of a battery, charger, plant or load.</param>
    /// <param name="text">A mode's word, or a number with its unit: 2000W (battery: discharging), -2kW (charging), 16A, 3.5kW.</param>
    public static ReadOrder Read(Site site, string part, string text)
    {
        for (var i = 0; i < site.Batteries.Length; i++)
            if (site.Batteries[i].Name == part)
                return OfBattery(site.Batteries[i], i, text);
        for (var i = 0; i < site.EvChargers.Length; i++)
            if (site.EvChargers[i].Name == part)
                return OfCharger(site.EvChargers[i], i, text);
        for (var i = 0; i < site.PvPlants.Length; i++)
            if (site.PvPlants[i].Name == part)
                return OfPlant(site.PvPlants[i], i, text);
        for (var i = 0; i < site.Loads.Length; i++)
            if (site.Loads[i].Name == part)
                return OfLoad(i, text);
        return ReadOrder.Refused("unknown_part", $"the site has no battery, charger, PV plant or load {part}", $"it has {string.Join(", ", Names(site))}");
    }

    /// <summary>Every name an order can be for.</summary>
    public static IEnumerable<string> Names(Site site) =>
        [.. site.Batteries.Select(battery => battery.Name), .. site.EvChargers.Select(charger => charger.Name), .. site.PvPlants.Select(plant => plant.Name), .. site.Loads.Select(load => load.Name)];

    /// <summary>The part an order is for; empty where the site has no such part, or the order is for the whole site.</summary>
    public static string NameOf(Site site, Override one)
    {
        string At<T>(ImmutableArray<T> parts, Func<T, string> name) => one.Index >= 0 && one.Index < parts.Length ? name(parts[one.Index]) : "";
        return one.Kind switch
        {
            OverrideKind.BatteryMode or OverrideKind.BatteryPower => At(site.Batteries, battery => battery.Name),
            OverrideKind.EvMode or OverrideKind.EvCurrent or OverrideKind.EvDeparture => At(site.EvChargers, charger => charger.Name),
            OverrideKind.PvLimit => At(site.PvPlants, plant => plant.Name),
            OverrideKind.LoadMode => At(site.Loads, load => load.Name),
            _ => "",
        };
    }

    /// <summary>The same order under another site file, where its part may stand elsewhere; null where that has no such part.</summary>
    public static Override? Moved(Site from, Site to, Override one)
    {
        if (NameOf(from, one) is not { Length: > 0 } name)
            return one;
        for (var i = 0; NameOf(to, one with { Index = i }) is { Length: > 0 } other; i++)
            if (other == name)
                return one with { Index = i };
        return null;
    }

    private static ReadOrder OfBattery(Battery battery, int index, string text)
    {
        foreach (var (word, mode) in BatteryModes)
            if (word == text)
                return new(OverrideKind.BatteryMode, index, (double)mode);
        if (Number(text, "W") is not { } watts)
            return ReadOrder.Refused("value_unclear", $"{Scalars.Shown(text)} is neither a mode nor a power", $"{string.Join(", ", BatteryModes.Select(mode => mode.Word))}, or 2000W (discharge), -2kW (charge)");
        if (watts > battery.DischargeMax.Watts || watts < -battery.ChargeMax.Watts)
            return ReadOrder.Refused("beyond_limit", $"{watts:0.#} W is beyond what {battery.Name} may do", $"between {-battery.ChargeMax.Watts:0} W and {battery.DischargeMax.Watts:0} W, as the site file says");
        return new(OverrideKind.BatteryPower, index, watts);
    }

    private static ReadOrder OfCharger(EvCharger charger, int index, string text)
    {
        foreach (var (word, mode) in EvModes)
            if (word == text)
                return new(OverrideKind.EvMode, index, (double)mode);
        if (Number(text, "Wh") is { } wattHours)
            return wattHours is >= 100 and <= 500_000
                ? new(OverrideKind.EvDeparture, index, wattHours)
                : ReadOrder.Refused("beyond_limit", $"{wattHours:0.#} Wh is no charge of a car", "what it is to be given in this stay, 0.1kWh to 500kWh");
        if (Number(text, "A") is not { } amperes)
            return ReadOrder.Refused("value_unclear", $"{Scalars.Shown(text)} is neither a mode, a current nor a charge", $"{string.Join(", ", EvModes.Select(mode => mode.Word))}, 16A, or 20kWh (in this stay, before the order ends)");
        if (amperes != 0 && (amperes < charger.CurrentMin.Amperes || amperes > charger.CurrentMax.Amperes))
            return ReadOrder.Refused("beyond_limit", $"{amperes:0.#} A is beyond what {charger.Name} may offer", $"0 A, or {charger.CurrentMin.Amperes:0.#} A to {charger.CurrentMax.Amperes:0.#} A");
        return new(OverrideKind.EvCurrent, index, amperes);
    }

    private static ReadOrder OfPlant(PvPlant plant, int index, string text)
    {
        if (!plant.Curtailable)
            return ReadOrder.Refused("not_controllable", $"{plant.Name} cannot be curtailed", "curtailable: true in the site file, where the inverter can be limited");
        if (Number(text, "W") is not { } watts)
            return ReadOrder.Refused("value_unclear", $"{Scalars.Shown(text)} is not a power", "the most it may produce, as in 3000W or 3kW");
        if (watts < 0 || watts > plant.Rated.Watts)
            return ReadOrder.Refused("beyond_limit", $"{watts:0.#} W is beyond what {plant.Name} produces", $"between 0 W and {plant.Rated.Watts:0} W");
        return new(OverrideKind.PvLimit, index, watts);
    }

    private static ReadOrder OfLoad(int index, string text)
    {
        foreach (var (word, mode) in LoadModes)
            if (word == text)
                return new(OverrideKind.LoadMode, index, (double)mode);
        return ReadOrder.Refused("value_unclear", $"{Scalars.Shown(text)} is not a mode of a load", string.Join(", ", LoadModes.Select(mode => mode.Word)));
    }

    /// <summary>A finite number with its unit, k allowed before it; null for anything else.</summary>
    public static double? Number(string text, string unit)
    {
        var bare = text.Trim();
        if (!bare.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            return null;
        bare = bare[..^unit.Length].TrimEnd();
        var factor = bare.EndsWith('k') ? 1000.0 : 1.0;
        if (factor > 1)
            bare = bare[..^1].TrimEnd();
        return double.TryParse(bare.Replace('−', '-'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number * factor
            : null;
    }

    /// <summary>15m, 2h, 90s; null for anything else.</summary>
    public static TimeSpan? Lease(string text)
    {
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > 100_000)
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            _ => null,
        };
    }
}
