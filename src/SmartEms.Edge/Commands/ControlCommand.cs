using System.CommandLine;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Commands;

/// <summary>smartems control: orders by hand, each with a lease and a reason; they act inside the safety envelope only.</summary>
internal static class ControlCommand
{
    private static readonly Option<string> Lease = new("--lease") { Description = "how long it stands: 90s, 15m, 2h; at most 24h", HelpName = "duration", DefaultValueFactory = _ => "15m" };
    private static readonly Option<string> Why = new("--reason") { Description = "why; it stands in the ledger", HelpName = "text", Required = true };
    private static readonly Argument<string> Part = new("part") { Description = "a battery, charger or PV plant of the site, by name" };

    public static Command Build(Screen screen)
    {
        var value = new Argument<string>("value") { Description = "a mode (hold, idle, grid-charge-66 … / off, surplus, full …), 2000W (discharge), -2kW (charge), 16A" };
        var flow = new Argument<string>("flow") { Description = "import, export, or devices (each steerable one)" };
        var watts = new Argument<string>("power") { Description = "as in 4200W or 4.2kW" };
        var maybe = new Argument<string?>("part") { Description = "the part; everything without it", Arity = ArgumentArity.ZeroOrOne };
        return new("control", "orders by hand: set, hold, depart, release, limit, maintenance, stop, reset")
        {
            Verb(screen, ("set", "asks a part for a mode, a power or a current"), [Part, value], parsed => $"do=set&part={Esc(parsed.GetValue(Part))}&value={Esc(parsed.GetValue(value))}", true),
            Verb(screen, ("hold", "keeps a part at what it is asked for now"), [Part], parsed => $"do=hold&part={Esc(parsed.GetValue(Part))}", true),
            Depart(screen),
            Verb(screen, ("release", "takes an order back, or all of them"), [maybe], parsed => $"do=release&part={Esc(parsed.GetValue(maybe))}", false),
            Verb(screen, ("limit", "bounds a flow; it can only tighten"), [flow, watts], parsed => $"do=limit&part={Esc(parsed.GetValue(flow))}&value={Esc(parsed.GetValue(watts))}", true),
            Verb(screen, ("maintenance", "leaves every device at rest while somebody works at the site"), [], _ => "do=maintenance", true),
            Verb(screen, ("stop", "emergency stop: everything controllable goes to nothing until it is reset"), [], _ => "do=stop", false),
            Verb(screen, ("reset", "ends an emergency stop; the site comes back in stages"), [], _ => "do=reset", false),
            List(screen),
        };
    }

    private static Command Verb(Screen screen, (string Name, string Does) verb, Argument[] arguments, Func<ParseResult, string> query, bool hasLease)
    {
        var command = new Command(verb.Name, verb.Does) { Why };
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        if (hasLease)
            command.Options.Add(Lease);
        command.SetAction(async (parsed, stop) =>
        {
            var lease = hasLease ? $"&lease={Esc(parsed.GetValue(Lease))}" : "";
            var json = await parsed.Client(screen).PostAsync($"/v1/orders?{query(parsed)}{lease}&reason={Esc(parsed.GetValue(Why))}", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Out.WriteLine(LocalClient.Read(json, ViewsJson.Wire.OrderView).Message);
            return Exit.Ok;
        });
        return command;
    }

    /// <summary>An order whose lease ends when the car leaves.</summary>
    private static Command Depart(Screen screen)
    {
        var charger = new Argument<string>("charger") { Description = "a charger of the site, by name" };
        var charge = new Argument<string>("charge") { Description = "what the car is to be given in this stay, as in 20kWh" };
        var leaves = new Option<string>("--at") { Description = "when it leaves: 07:00 (local, the next one), or 2026-11-20T07:00Z; at most 24h ahead", HelpName = "time", Required = true };
        var command = Verb(screen, ("depart", "tells when a car leaves and what it is to have by then; it is charged when that costs least"), [charger, charge], parsed =>
        {
            var (text, at, now) = (parsed.GetValue(charge)!, parsed.GetValue(leaves)!, screen.Time.GetUtcNow());
            if (OrderText.Number(text, "Wh") is null)
                throw new Refusal(Exit.Usage, "charge_unclear", $"'{text}' is no charge of a car", "as in 20kWh");
            if (Moments.ToCome(at, now, screen.Time.LocalTimeZone) is not { } moment)
                throw new Refusal(Exit.Usage, "time_unclear", $"'{at}' is no time that is to come", "write it as 07:00 (local, the next one), or 2026-11-20T07:00Z");
            var left = moment - Instant.From(now);
            return left <= Orders.LongestLease
                ? $"do=set&part={Esc(parsed.GetValue(charger))}&value={Esc(text)}&lease={(long)left.TotalSeconds}s"
                : throw new Refusal(Exit.Usage, "time_too_far", $"{at} is {left.TotalHours:0} h ahead, and no order stands for more than {Orders.LongestLease.TotalHours:0} h", "tell it on the day before");
        }, false);
        command.Options.Add(leaves);
        return command;
    }

    private static Command List(Screen screen)
    {
        var command = new Command("list", "what stands now, until when, by whom and why");
        command.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync("/v1/orders", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.OrdersView), screen));
            return Exit.Ok;
        });
        return command;
    }

    private static Page Draw(OrdersView view, Screen screen)
    {
        var page = screen.NewPage();
        if (view.StoppedBy is { } by)
            page.Row("Stopped", new(by, Tint.Bold), $"since {view.StoppedSince:yyyy-MM-dd HH:mm:ss}Z", "smartems control reset --reason …");
        if (view.Orders.Length == 0)
            return page.Line("no order stands");
        return page.Table([new("PART"), new("ASKED"), new("UNTIL (UTC)"), new("BY"), new("REASON")], [.. view.Orders.Select(Row)]);
    }

    private static Ink[] Row(StandingView one) => [one.Part, one.Asked, one.Until.ToString("MM-dd HH:mm:ss"), one.By, one.Reason];

    private static string Esc(string? text) => Uri.EscapeDataString(text ?? "");
}
