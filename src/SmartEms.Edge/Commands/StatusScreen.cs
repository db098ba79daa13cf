using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>The status of a site on one screen: what flows, what was decided, and what is wrong with the step that helps.</summary>
internal static class StatusScreen
{
    public static Page Draw(StatusView now, Screen screen)
    {
        var (page, zone) = (screen.NewPage(), screen.Time.LocalTimeZone);
        var name = now.Site.Name == now.Site.Id ? "" : $" \"{now.Site.Name}\"";
        page.Row("smartems", now.Version, $"site {now.Site.Id}{name}", $"up {Spoken.Uptime(now.UptimeS)}", new($"● {now.State.ToUpperInvariant()}", Spoken.OfState(now.State)));
        Power(page, now.Power);
        foreach (var battery in now.Batteries)
            Battery(page, battery);
        foreach (var plant in now.Pv)
            Pv(page, plant);
        foreach (var charger in now.Chargers)
            Charger(page, charger);
        foreach (var load in now.Loads)
            page.Row("Load", load.Name, load.MayRun switch { true => "may run", false => "held off", null => "" }, load.Mode, $"rated {Spoken.Power(load.RatedW)}",
                load.ClippedBy is { } by ? new Ink($"clipped by {by}", Tint.Warn) : "");
        Decision(page, now.Decision, zone);
        Limits(page, now.Limits);
        Devices(page, now.Devices);
        TerminalTable.Summary(page, now);
        Findings(page, now.Findings);
        page.Row("Record", now.StoreFailure is { } failure ? new Ink($"not stored: {failure}", Tint.Bad) : "stored", $"cycles {now.Cycles}", $"follow steps {now.FollowSteps}",
            now.FirstImageMs is { } first ? $"first complete image after {first} ms" : "no complete image yet",
            now.Store is { DroppedEntries: 0, DroppedSamples: 0 } ? "" : new Ink($"dropped {now.Store.DroppedEntries} entries, {now.Store.DroppedSamples} samples", Tint.Warn));
        page.Row("Clock", now.Clock is "synced" or "holdover" ? new Ink(now.Clock) : new Ink($"{now.Clock}: not trusted", Tint.Warn), $"{now.At:yyyy-MM-dd HH:mm:ss}Z",
            now.Start == "normal" ? "" : new Ink(now.Start, Tint.Bad));
        if (now.Wear is { } wear)
            page.Row("Wear", $"{Spoken.Volume(wear.TodayBytes)} today, card life {Life(wear.LifeYears)} (assumed {wear.EnduranceBytes / 1e12:0.#} TBW)",
                $"since start: ledger {Spoken.Volume(now.Store.LedgerWrittenBytes)}, telemetry {Spoken.Volume(now.Store.TelemetryWrittenBytes)}");
        return page;
    }

    private static string Life(double? years) => years switch
    {
        null => "not known yet",
        > 50 => "> 50 years",
        >= 2 => $"{years:0} years",
        _ => $"{years:0.0} years",
    };

    /// <summary>The flows of what is installed.</summary>
    public static void Power(Page page, PowerView power)
    {
        var quality = power.Quality;
        Ink Shown(string name, double? value, Func<double, string> said, string key) =>
            quality.TryGetValue(key, out var why) && why == "Bad(NotInstalled)" ? "" : Spoken.Flow(name, value, said, quality, key);
        page.Row("Power",
            Shown("grid", power.GridImportW, watts => Spoken.Directed(watts, "import", "export"), "grid_import_w"),
            Shown("pv", power.PvProductionW, Spoken.Power, "pv_production_w"),
            Shown("battery", power.BatteryDischargeW, watts => Spoken.Directed(watts, "discharging", "charging"), "battery_discharge_w"),
            Shown("ev", power.EvChargeW, Spoken.Power, "ev_charge_w"),
            Shown("load", power.LoadW, Spoken.Power, "load_w"));
    }

    private static void Battery(Page page, BatteryView battery)
    {
        var soc = battery.SocPct is { } percent
            ? $"{percent:0.#} % {Spoken.Bar(percent)} {percent * battery.CapacityWh / 100_000:0.0} of {Spoken.Energy(battery.CapacityWh)}"
            : "";
        page.Row("Battery", battery.Name,
            soc.Length > 0 ? soc : Spoken.Flow("SoC", null, Spoken.Power, battery.Quality, "soc_pct"),
            battery.Mode ?? "",
            battery.Allowed is { } range ? $"may {Range(range)}" : "",
            battery.ClippedBy is { } by ? new Ink($"clipped by {by}", Tint.Warn) : "");
    }

    /// <summary>"charge 5.00 kW, discharge 4.20 kW"; a range that demands a direction is said as it is.</summary>
    public static string Range(RangeView range) => range.DischargeMinW > 0 || range.DischargeMaxW < 0
        ? $"give {Spoken.Power(range.DischargeMinW)} to {Spoken.Power(range.DischargeMaxW)}"
        : $"charge {Spoken.Power(-range.DischargeMinW)}, discharge {Spoken.Power(range.DischargeMaxW)}";

    private static void Pv(Page page, PvView plant)
    {
        if (plant.LimitW is { } limit)
            page.Row("PV", plant.Name, new($"curtailed to {Spoken.Power(limit)}", Tint.Warn), plant.ClippedBy is { } by ? $"by {by}" : "");
    }

    private static void Charger(Page page, ChargerView charger) => page.Row("Charger", charger.Name,
        charger.State is { } state ? state : new Ink($"state – {(charger.Quality.TryGetValue("state", out var why) ? why : "")}".TrimEnd(), Tint.Warn),
        charger.Mode ?? "",
        charger.SetpointOfferA is { } offer ? $"offers {offer:0.#} A" : "",
        charger.ClippedBy is { } by ? new Ink($"clipped by {by}", Tint.Warn) : "");

    private static void Decision(Page page, DecisionView? decision, TimeZoneInfo zone)
    {
        if (decision is null)
        {
            page.Row("Decision", new Ink("none yet", Tint.Warn));
            return;
        }
        page.Row("Decision", $"{Spoken.Clock(decision.Slot, zone)}–{Spoken.Clock(decision.Until, zone)}", $"led by {decision.LedBy}");
        foreach (var reason in decision.Reasons)
            page.Row("", $"{reason.Number} {reason.Words}");
    }

    private static void Limits(Page page, LimitsView limits)
    {
        var import = limits.ImportMaxW is { } most ? $" of at most {Spoken.Power(most)}" : "";
        page.Row("Limits",
            limits.GridImportW is { } now ? $"grid import {Spoken.Power(Math.Max(0, now))}{import}" : $"grid import –{import}",
            limits.ExportMaxW is { } export ? $"export at most {Spoken.Power(export)}" : "",
            limits.PhaseCurrentMaxA is { } amperes ? $"phases {amperes:0.#} of {limits.FuseA:0.#} A" : "",
            limits.Violations == 0 ? "violations 0" : new Ink($"violations {limits.Violations}", Tint.Bad));
    }

    private static void Devices(Page page, DeviceView[] devices)
    {
        var up = devices.Count(device => device.State == "up");
        page.Row("Devices", $"{up} up", devices.Length > up ? new Ink($"{devices.Length - up} not up", Tint.Warn) : "");
        foreach (var device in devices.Where(device => device.State != "up"))
            page.Row("", new Ink($"{device.Name} {device.State}", Spoken.OfState(device.State)), $"last answer {Spoken.Age(device.SinceAnswerS)} ago",
                $"{Spoken.Count(device.FailuresInARow, "failure")} in a row", device.Link);
    }

    /// <summary>Each finding and, under it, what helps.</summary>
    public static void Findings(Page page, FindingView[] findings)
    {
        if (findings.Length == 0)
            page.Row("Findings", "none");
        for (var i = 0; i < findings.Length; i++)
        {
            page.Row(i == 0 ? "Findings" : "", new Ink($"{findings[i].Id} {findings[i].Urgency}", Spoken.OfUrgency(findings[i].Urgency)), findings[i].What);
            page.Row("", new Ink($"     → {findings[i].NextStep}"));
        }
    }
}
