using System.CommandLine;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Commands;

/// <summary>smartems why: what was decided for a quarter-hour, on which readings, and for which reasons.</summary>
internal static class WhyCommand
{
    public static Command Build(Screen screen)
    {
        var time = new Argument<string?>("time")
        {
            Description = "14:45 (the latest), 2026-11-20T14:45Z, or -2h; now without it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("why", "the decision of a quarter-hour and its numbered reasons") { time };
        command.SetAction(async (parsed, stop) =>
        {
            var target = parsed.GetValue(time) is { } text ? $"/v1/why?at={At(text, screen.Time)}" : "/v1/why";
            var json = await parsed.Client(screen).GetAsync(target, stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.WhyView), screen));
            return Exit.Ok;
        });
        return command;
    }

    private static Instant At(string text, TimeProvider time)
    {
        var now = time.GetUtcNow();
        if (Moments.Said(text, now, time.LocalTimeZone) is not { } at)
            throw new Refusal(Exit.Usage, "time_unclear", $"'{text}' is not a time", "write it as 14:45, 2026-11-20T14:45, 2026-11-20T14:45Z, or -2h (also -30m, -1d)");
        if (at > Instant.From(now))
            throw new Refusal(Exit.Usage, "time_ahead", $"{text} lies ahead: nothing has been decided for it", "decisions are made when their quarter-hour begins; smartems why shows the one in force");
        return at;
    }

    internal static Page Draw(WhyView why, Screen screen)
    {
        var (page, zone, decision) = (screen.NewPage(), screen.Time.LocalTimeZone, why.Decision);
        page.Row("Decision", new(Spoken.Span(decision.Slot, decision.Until, zone), Tint.Bold), Spoken.Place(decision.Slot, zone), $"led by {decision.LedBy}", $"policy {why.PolicyName} ({why.PolicyMode})");
        StatusScreen.Power(page, why.Power);
        for (var i = 0; i < decision.Batteries.Length; i++)
            Battery(page, decision.Batteries[i], why.Batteries[i]);
        foreach (var charger in decision.Chargers)
            page.Row("Charger", charger.Name, new(charger.Mode, Tint.Bold), $"expected {Spoken.Power(charger.ExpectedChargeW)}");
        for (var i = 0; i < decision.Reasons.Length; i++)
            page.Row(i == 0 ? "Why" : "", $"{decision.Reasons[i].Number} {decision.Reasons[i].Words} ({decision.Reasons[i].Code})");
        StatusScreen.Findings(page, why.Findings);
        page.Row("Record", $"site file {why.SiteSha256[..Math.Min(12, why.SiteSha256.Length)]}", $"readings of {Spoken.Clock(why.TakenAt, zone, "HH:mm:ss")}", $"program {why.Program}");
        return page;
    }

    private static void Battery(Page page, ExpectedBatteryView decided, BatteryView read)
    {
        page.Row("Battery", decided.Name, new(decided.Mode, Tint.Bold), $"expected {Spoken.Directed(decided.ExpectedDischargeW, "discharging", "charging")}",
            Spoken.Flow("SoC", read.SocPct, percent => $"{percent:0.#} %", read.Quality, "soc_pct"));
        page.Row("", $"could {StatusScreen.Range(decided.Allowed)}");
        page.Row("", $"charging bounded by {decided.Allowed.DischargeMinBy}", $"discharging by {decided.Allowed.DischargeMaxBy}");
    }
}
