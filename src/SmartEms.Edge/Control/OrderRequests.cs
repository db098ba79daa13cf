using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Control;

/// <summary>What came of an order.</summary>
internal sealed record OrderView(string Message);

/// <summary>One standing order as people see it.</summary>
internal sealed record StandingView(string Part, string Asked, DateTime Until, string By, string Reason);

/// <summary>GET /v1/orders.</summary>
internal sealed record OrdersView(StandingView[] Orders, string? StoppedBy, DateTime? StoppedSince);

/// <summary>Orders by hand over the local API: who may, what is understood, and what became of it.</summary>
internal static class OrderRequests
{
    public static Task<Reply> ListAsync(Desk desk, Asked asked, CancellationToken stop) => Task.FromResult(
        desk.Latest() is { } now
            ? Reply.Ok(View(desk.Site, now.Image.Orders), ViewsJson.Wire.OrdersView)
            : Reply.Error(503, "starting", "the daemon has just started and has not looked at the site yet", "ask again in a second"));

    public static async Task<Reply> OrderAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (desk.Orders is not { } book)
            return Reply.Error(501, "no_orders", "this daemon takes no orders", "");
        var asker = new Asker(asked.Caller.Said(desk.ReadFile), asked.Query("reason") ?? "");
        if (!asked.Caller.MayOrder(desk.OwnUid, desk.ReadFile))
        {
            book.Refused(asked.Query("do") ?? "", asker);
            return Reply.Error(403, "not_allowed", $"{asker.Name} may look but not order", $"join the group {Caller.Operators} (sudo usermod -aG {Caller.Operators} $USER, then log in again), or use sudo");
        }
        var lease = asked.Query("lease") is { } text ? OrderText.Lease(text) : null;
        if (asked.Query("lease") is { } unclear && lease is null)
            return Reply.Error(400, "lease_unclear", $"lease={unclear} is not a duration", "as in 90s, 15m, 2h; at most 24h");
        var (part, value) = (asked.Query("part") ?? "", asked.Query("value") ?? "");
        var answer = asked.Query("do") switch
        {
            "set" => await book.SetAsync(part, value, lease, asker),
            "hold" => await HoldAsync(desk, book, part, (lease, asker)),
            "release" => await book.ReleaseAsync(part.Length == 0 ? null : part, asker),
            "maintenance" => await book.MaintainAsync(lease, asker),
            "limit" => await LimitAsync(book, part, value, (lease, asker)),
            "stop" => await book.StopAsync(asker),
            "reset" => await book.ResetAsync(desk.Latest()?.Image, asker),
            var other => new("unknown_order", $"do={other} is not an order", "set, hold, release, limit, maintenance, stop or reset"),
        };
        return answer.IsTaken ? Reply.Ok(new(answer.Message), ViewsJson.Wire.OrderView) : Reply.Error(400, answer.Code, answer.Message, answer.Remedy);
    }

    /// <summary>Keeps a part at what it is asked for now.</summary>
    private static async Task<OrderAnswer> HoldAsync(Desk desk, OrderBook book, string part, (TimeSpan? Lease, Asker Asker) by)
    {
        if (desk.Latest()?.Setpoints is not { } told)
            return new("starting", "the daemon has not looked at the site yet", "ask again in a second");
        for (var i = 0; i < desk.Site.Batteries.Length; i++)
            if (desk.Site.Batteries[i].Name == part)
                return await book.SetAsync(part, FormattableString.Invariant($"{told.Batteries[i].Discharge.Watts}W"), by.Lease, by.Asker);
        for (var i = 0; i < desk.Site.EvChargers.Length; i++)
            if (desk.Site.EvChargers[i].Name == part)
                return await book.SetAsync(part, FormattableString.Invariant($"{told.EvChargers[i].Offer.Amperes}A"), by.Lease, by.Asker);
        return await book.SetAsync(part, "", by.Lease, by.Asker); // says what there is
    }

    private static Task<OrderAnswer> LimitAsync(OrderBook book, string part, string value, (TimeSpan? Lease, Asker Asker) by)
    {
        ConstraintDirection? direction = part switch
        {
            "import" => ConstraintDirection.Import,
            "export" => ConstraintDirection.Export,
            "devices" => ConstraintDirection.DeviceConsumption,
            _ => null,
        };
        return direction is { } known
            ? book.LimitAsync(known, OrderText.Number(value, "W") ?? double.NaN, by.Lease, by.Asker)
            : Task.FromResult(new OrderAnswer("unknown_part", $"{part} is no flow that can be limited", "import, export or devices"));
    }

    private static OrdersView View(Site site, Orders orders) => new(
        [
            .. orders.Overrides.Select(one => new StandingView(OrderText.NameOf(site, one) is { Length: > 0 } name ? name : "site", Asked(one), Parts.Of(one.Until), one.By, one.Reason)),
            .. orders.Constraints.Select(one => new StandingView(one.Direction.ToString(), FormattableString.Invariant($"at most {one.Limit.Watts:0} W"), Parts.Of(one.End ?? default), one.Source.ToString(), one.Evidence)),
        ],
        orders.Stop?.By,
        orders.Stop is { } stop ? Parts.Of(stop.Since) : null);

    private static string Asked(Override one) => one.Kind switch
    {
        OverrideKind.BatteryMode => Words.Of((BatteryMode)one.Value),
        OverrideKind.EvMode => Words.Of((EvMode)one.Value),
        OverrideKind.LoadMode => Words.Of((LoadMode)one.Value),
        OverrideKind.EvCurrent => FormattableString.Invariant($"{one.Value:0.#} A"),
        OverrideKind.EvDeparture => FormattableString.Invariant($"{one.Value / 1_000:0.#} kWh before it leaves"),
        OverrideKind.Maintenance => "maintenance",
        OverrideKind.PvLimit => FormattableString.Invariant($"at most {one.Value:0} W"),
        _ => FormattableString.Invariant($"{one.Value:0} W"),
    };
}
