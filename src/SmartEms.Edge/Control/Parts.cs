using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Control;

/// <summary>The parts that several views share: batteries, chargers, plants, devices, decisions and findings, with the names of the site.</summary>
internal sealed class Parts(Site site, ProcessImage image)
{
    public Setpoints? Setpoints { get; init; }
    public Envelope? Envelope { get; init; }
    public Decision? Decision { get; init; }
    public ImmutableArray<long> SlowestMs { get; init; } = [];
    public ImmutableArray<TimeSpan?> ClocksAhead { get; init; } = [];
    public ImmutableArray<string?> Faults { get; init; } = [];

    public static SiteView Of(Site site) => new(site.Id, site.Name);

    public static DateTime Of(Instant at) => at.ToDateTimeOffset().UtcDateTime;

    public BatteryView[] Batteries() => [.. site.Batteries.Select((battery, i) =>
    {
        var (now, known) = (image.Batteries[i], new Known());
        return new BatteryView
        {
            Name = battery.Name,
            Mode = Decision is null ? null : Words.Of(Decision.Batteries[i].Mode),
            CapacityWh = battery.Capacity.WattHours,
            SocPct = known.Take("soc_pct", now.Soc, soc => soc.Percent),
            DischargeW = known.Take("discharge_w", now.Discharge, power => power.Watts),
            SetpointDischargeW = Setpoints?.Batteries[i].Discharge.Watts,
            ClippedBy = Setpoints is null ? null : Words.Clip(Setpoints.Batteries[i].ClippedBy),
            Allowed = Envelope is null ? null : Range(Envelope.Batteries[i]),
            VoltageV = known.Take("voltage_v", now.Voltage, voltage => voltage.Volts),
            TemperatureC = known.Take("temperature_c", now.Temperature, temperature => temperature.Celsius),
            CellVoltageMinV = known.Take("cell_voltage_min_v", now.CellVoltageMin, voltage => voltage.Volts, 3),
            CellVoltageMaxV = known.Take("cell_voltage_max_v", now.CellVoltageMax, voltage => voltage.Volts, 3),
            Quality = known.Quality,
        };
    })];

    public ChargerView[] Chargers() => [.. site.EvChargers.Select((charger, i) =>
    {
        var (now, known) = (image.EvChargers[i], new Known());
        var state = now.State.TryGood(out var said) ? Words.Of(said) : null;
        if (state is null)
            known.Quality["state"] = now.State.IsGood ? "the charger does not know" : now.State.Quality.ToString();
        return new ChargerView
        {
            Name = charger.Name,
            Mode = Decision is null ? null : Words.Of(Decision.EvChargers[i].Mode),
            State = state,
            ChargeW = known.Take("charge_w", now.Charge, power => power.Watts),
            OfferedA = known.Take("offered_a", now.OfferedCurrent, current => current.Amperes),
            SetpointOfferA = Setpoints?.EvChargers[i].Offer.Amperes,
            ClippedBy = Setpoints is null ? null : Words.Clip(Setpoints.EvChargers[i].ClippedBy),
            SessionWh = known.Take("session_wh", now.SessionEnergy, energy => energy.WattHours),
            Quality = known.Quality,
        };
    })];

    public LoadView[] Loads() => [.. site.Loads.Select((load, i) => new LoadView(
        load.Name,
        site.Relays[load.Relay].Name,
        load.Rated.Watts,
        Words.Of(new AskedByHand(image.Orders, image.TakenAt).OfLoad(i, load.DefaultMode)),
        Setpoints?.Loads[i].MayRun,
        Setpoints is null ? null : Words.Clip(Setpoints.Loads[i].ClippedBy)))];

    public PvView[] Pv() => [.. site.PvPlants.Select((plant, i) =>
    {
        var known = new Known();
        return new PvView
        {
            Name = plant.Name,
            RatedW = plant.Rated.Watts,
            Curtailable = plant.Curtailable,
            ProductionW = known.Take("production_w", image.PvPlants[i].Production, power => power.Watts),
            LimitW = Setpoints?.PvPlants[i].Limit?.Watts,
            ClippedBy = Setpoints is null ? null : Words.Clip(Setpoints.PvPlants[i].ClippedBy),
            Quality = known.Quality,
        };
    })];

    public DeviceView[] Devices() => [.. site.Devices.Select((device, i) =>
    {
        var (link, known) = (image.Devices[i], new Known());
        var power = PowerOf(i);
        return new DeviceView
        {
            Name = device.Name,
            Roles = [.. Roles(i)],
            Profile = device.Profile,
            Link = device.Link.ToString(),
            State = Words.Of(link.Link),
            SinceAnswerS = Math.Round(link.SinceAnswerMs / 1000.0, 1),
            FailuresInARow = link.FailuresInARow,
            SlowestMs = i < SlowestMs.Length ? SlowestMs[i] : null,
            ClockAheadS = i < ClocksAhead.Length ? ClocksAhead[i]?.TotalSeconds : null,
            Fault = i < Faults.Length ? Faults[i] : null,
            PowerW = power is { } reading ? known.Take("power_w", reading, watts => watts.Watts) : null,
            Quality = known.Quality,
        };
    })];

    private IEnumerable<string> Roles(int device)
    {
        if (site.Pcc.Meter == device)
            yield return "grid";
        if (site.PvPlants.Any(plant => plant.Device == device))
            yield return "pv";
        if (site.Batteries.Any(battery => battery.Device == device))
            yield return "battery";
        if (site.Batteries.Any(battery => battery.Bms == device && battery.Device != device))
            yield return "bms";
        if (site.EvChargers.Any(charger => charger.Device == device))
            yield return "ev";
    }

    private Reading<Power>? PowerOf(int device)
    {
        if (site.Pcc.Meter == device)
            return image.Grid.Import;
        for (var i = 0; i < site.PvPlants.Length; i++)
            if (site.PvPlants[i].Device == device)
                return image.PvPlants[i].Production;
        for (var i = 0; i < site.Batteries.Length; i++)
            if (site.Batteries[i].Device == device)
                return image.Batteries[i].Discharge;
        for (var i = 0; i < site.EvChargers.Length; i++)
            if (site.EvChargers[i].Device == device)
                return image.EvChargers[i].Charge;
        return null;
    }

    public static DecisionView Of(Decision decision, Site site) => new()
    {
        Slot = Of(decision.Slot.Start),
        Until = Of(decision.Slot.End),
        LedBy = decision.LedBy,
        Batteries = [.. decision.Batteries.Select((one, i) =>
            new ExpectedBatteryView(site.Batteries[i].Name, Words.Of(one.Mode), one.ExpectedDischarge.Watts, Range(one.Allowed)))],
        Chargers = [.. decision.EvChargers.Select((one, i) => new ExpectedChargerView(site.EvChargers[i].Name, Words.Of(one.Mode), one.ExpectedCharge.Watts))],
        Reasons = [.. decision.Reasons.Select((reason, i) => new ReasonView(i + 1, Reasons.Id(reason.Code), Reasons.Text(reason, site)))],
    };

    /// <summary>The most urgent first, otherwise in the order they were found.</summary>
    public static FindingView[] Of(ImmutableArray<Finding> findings, Site site)
    {
        var views = new List<FindingView>(findings.Length);
        foreach (var urgency in (ReadOnlySpan<Urgency>)[Urgency.Alarm, Urgency.Warning, Urgency.Notice])
            foreach (var finding in findings)
                if (Catalogue.Entry(finding.Code).Urgency == urgency)
                    views.Add(new(Catalogue.Id(finding.Code), Words.Of(urgency), Catalogue.NameOf(finding, site), Catalogue.What(finding, site), Catalogue.NextStep(finding, site)));
        return [.. views];
    }

    private static RangeView Range(PowerRange range) =>
        new(range.Low.Value.Watts, Words.Of(range.Low.By), range.High.Value.Watts, Words.Of(range.High.By));
}
