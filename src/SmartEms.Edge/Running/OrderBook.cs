using System.Collections.Immutable;
using System.Text;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>Who asks, and why; both stand in the ledger with the order.</summary>
internal readonly record struct Asker(string Name, string Reason)
{
    /// <summary>By a signed command, from afar: it can only add to what people at the site have ordered, and takes back its own alone.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Names of the cloud's keys begin so, and no user's name on this machine does.</summary>
    public const string RemotePrefix = "cloud:";
}

/// <summary>What became of a request: taken, or refused with a code, what is wrong and the remedy.</summary>
internal readonly record struct OrderAnswer(string Code, string Message, string Remedy = "")
{
    public bool IsTaken => Code == "ok";

    public static OrderAnswer Taken(string message) => new("ok", message);
}

/// <summary>The standing orders of people and of the cloud: overrides with their leases, ordered constraints, the emergency stop. Each change is durable before it
/// acts, and every request, also a refused one, leaves a line in the ledger. Leases run on monotonic time, so that no clock step prolongs or ends one.</summary>
internal sealed class OrderBook(Site site, Recorder recorder, SiteClock clock, Log log) : IDisposable
{
    /// <summary>The lease of what needs none.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, long> ends = [];
    private Orders orders = Orders.None;
    private long lastNumber;

    /// <summary>Safe mode: whatever stands, every device is left at rest.</summary>
    public bool IsAllAtRest { get; set; }

    /// <summary>What stands at this moment. Ends of leases are told on the wall clock of now, whatever it did meanwhile.</summary>
    public Orders Now(Instant at)
    {
        var standing = Standing(at);
        return IsAllAtRest
            ? standing with { Overrides = standing.Overrides.Add(new(0, OverrideKind.Maintenance, 0, 1, at + Orders.UsualLease) { By = "smartems", Reason = "safe mode" }) }
            : standing;
    }

    private Orders Standing(Instant at)
    {
        lock (gate)
        {
            if (orders.IsEmpty)
                return orders;
            var nowMs = clock.UptimeMs;
            orders = orders with
            {
                Overrides = [.. orders.Overrides.Where(one => ends[Key(one)] > nowMs).Select(one => one with { Until = at + TimeSpan.FromMilliseconds(ends[Key(one)] - nowMs) })],
                Constraints = [.. orders.Constraints.Where(one => ends[one.Id] > nowMs).Select(one => one with { Start = null, End = at + TimeSpan.FromMilliseconds(ends[one.Id] - nowMs) })],
            };
            return orders;
        }
    }

    /// <summary>Goes on under the orders of the last run: what is left of their leases, and never more than the longest there is.</summary>
    public void Adopt(Orders last, Instant now)
    {
        lock (gate)
        {
            var isDoubted = IsClockDoubted; // nobody knows how long we were away: what relaxes is over, what tightens stands for the longest
            var left = isDoubted ? last with { Overrides = last.Overrides.RemoveAll(one => !one.IsTightening) } : last.At(now);
            foreach (var one in left.Overrides)
                ends[Key(one)] = clock.UptimeMs + Bounded(isDoubted ? Orders.LongestLease : one.Until - now);
            foreach (var one in left.Constraints)
                ends[one.Id] = clock.UptimeMs + Bounded(one.End is { } end && !isDoubted ? end - now : Orders.LongestLease);
            orders = left;
            lastNumber = last.Overrides.Select(one => one.Number).DefaultIfEmpty(0).Max();
        }
    }

    /// <summary>Goes over to another site file: what stands goes on at the part of its name, and ends where that has no such part. Leases go on as they run.</summary>
    public async Task MoveAsync(Site to)
    {
        await turn.WaitAsync();
        try
        {
            Orders moved;
            lock (gate)
            {
                foreach (var one in orders.Overrides)
                    if (OrderText.Moved(site, to, one) is null)
                        log.Warning($"order {one.Number} by {one.By} ends: the new site file has no {NameOf(one)}");
                moved = orders with { Overrides = [.. orders.Overrides.Select(one => OrderText.Moved(site, to, one)).OfType<Override>()] };
                (orders, site) = (moved, to);
            }
            if (!moved.IsEmpty)
                _ = recorder.AppendAsync(LedgerKind.Override, clock.Now, OrdersWire.ToBytes(Standing(clock.Now)));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Asks one part for a mode, a power, a current or a limit.</summary>
    public Task<OrderAnswer> SetAsync(string part, string value, TimeSpan? lease, Asker asker)
    {
        ReadOrder read = default;
        OrderAnswer? Refused()
        {
            read = OrderText.Read(site, part, value);
            if (!read.IsOk)
                return new(read.Code, read.Problem, read.Remedy);
            if (asker.IsRemote && OfPeople(part) is { } standing)
                return standing;
            return new Override(0, read.Kind, read.Index, read.Value, default).IsTightening ? null : Doubted;
        }
        return AskAsync($"set {part} {value}", asker, lease, Refused, (before, at, span) => Override(before, read, at + span, asker));
    }

    /// <summary>Somebody works at the site.</summary>
    public Task<OrderAnswer> MaintainAsync(TimeSpan? lease, Asker asker) =>
        AskAsync("maintenance", asker, lease, () => null, (before, at, span) => Override(before, new(OverrideKind.Maintenance, 0, 1), at + span, asker));

    /// <summary>Bounds a flow; it can only tighten.</summary>
    public Task<OrderAnswer> LimitAsync(ConstraintDirection direction, double watts, TimeSpan? lease, Asker asker) =>
        AskAsync($"limit {direction} {watts:0} W", asker, lease, () => double.IsFinite(watts) && watts >= 0 ? null : new OrderAnswer("value_unclear", "a limit is a power of 0 W or more", "as in 4200W"), (before, at, span) =>
        {
            var id = $"{(asker.IsRemote ? "cloud" : "manual")}-{direction}";
            var limit = new GridConstraint(id, asker.IsRemote ? ConstraintSource.Cloud : ConstraintSource.Manual, direction, Power.FromWatts(watts)) { End = at + span, Evidence = $"{asker.Name}: {asker.Reason}" };
            return (before with { Constraints = before.Constraints.RemoveAll(one => one.Id == id).Add(limit) }, $"{direction} at most {watts:0} W for {Said(span)}");
        });

    /// <summary>Takes back what was asked of a part, or everything but the stop.</summary>
    public Task<OrderAnswer> ReleaseAsync(string? part, Asker asker)
    {
        OrderAnswer? Refused() => part is null || OrderText.Names(site).Contains(part)
            ? OfRelease(part)
            : new("unknown_part", $"the site has no battery, charger, PV plant or load {part}", $"it has {string.Join(", ", OrderText.Names(site))}");
        return AskAsync($"release {part ?? "all"}", asker, AtOnce, Refused, (before, _, _) =>
        {
            var next = part is null
                ? before with { Overrides = before.Overrides.RemoveAll(one => IsTheirs(one, asker)), Constraints = before.Constraints.RemoveAll(one => !asker.IsRemote || one.Source == ConstraintSource.Cloud) }
                : before with { Overrides = before.Overrides.RemoveAll(one => NameOf(one) == part && IsTheirs(one, asker)) };
            return (next, $"{before.Overrides.Length + before.Constraints.Length - next.Overrides.Length - next.Constraints.Length} orders taken back");
        });
    }

    /// <summary>Stops everything until a person resets it. It does not wait for the disk.</summary>
    public Task<OrderAnswer> StopAsync(Asker asker)
    {
        if (string.IsNullOrWhiteSpace(asker.Reason))
            asker = asker with { Reason = "no reason given" }; // a stop is never refused
        lock (gate)
            orders = orders with { Stop = orders.Stop ?? new(clock.Now, asker.Name) };
        return AskAsync("emergency stop", asker, AtOnce, () => null, (before, _, _) => (before, "everything controllable goes to nothing"));
    }

    /// <summary>Lets the site come back in stages; refused while a stop contact is pressed or cannot be read. A person who stands at the site needs no clock
    /// for that.</summary>
    public Task<OrderAnswer> ResetAsync(ProcessImage? image, Asker asker)
    {
        var isPressed = image is null || EmergencyStop.IsOn(image with { Orders = Orders.None }, site);
        var refused = isPressed ? new OrderAnswer("stop_pressed", "an emergency stop is still pressed, or its contact cannot be read", "release the button; smartems devices shows the contacts") : (OrderAnswer?)null;
        return AskAsync("reset of the emergency stop", asker, AtOnce, () => refused, (before, _, _) =>
            (before with { Stop = null }, "the stop is reset: PV comes back at once, batteries after 10 s, chargers and loads after 30 s"));
    }

    /// <summary>Latches a stop that was pressed at a contact: releasing the button must not start anything.</summary>
    public void Latch(ProcessImage image)
    {
        if (image.Orders.Stop is not null || EmergencyStop.Pressed(image, site) is not { } contact)
            return;
        lock (gate)
            orders = orders with { Stop = new(image.TakenAt, contact.Name) };
        log.Error($"emergency stop: {contact.Name} was pressed");
        _ = recorder.AppendAsync(LedgerKind.Override, image.TakenAt, OrdersWire.ToBytes(orders));
    }

    /// <summary>Somebody asked who may not: said, and nothing done.</summary>
    public void Refused(string what, Asker asker) => Audit(clock.Now, $"refused (not_allowed): {what}, asked by {asker.Name}");

    private static bool IsTheirs(Override one, Asker asker) => !asker.IsRemote || one.By.StartsWith(Asker.RemotePrefix, StringComparison.Ordinal);

    /// <summary>What a person at the site has ordered of a part is not replaced from afar.</summary>
    private OrderAnswer? OfPeople(string part)
    {
        foreach (var one in Standing(clock.Now).Overrides)
            if (!one.By.StartsWith(Asker.RemotePrefix, StringComparison.Ordinal) && (NameOf(one) == part || one.Kind == OverrideKind.Maintenance))
                return new("local_order_stands", $"{one.By} has ordered at the site: {one.Reason}", "it ends by itself, or is released at the site");
        return null;
    }

    private bool IsClockDoubted => (Failsafe.Of(SafetyInput.Clock, Failsafe.LossOfClock(clock.Trust)) & FailsafeAct.OnlyTightening) != 0;

    /// <summary>Why what relaxes is refused now, or null.</summary>
    private OrderAnswer? Doubted => IsClockDoubted
        ? new("clock_not_trusted", "the clock of this machine is not trusted, and until it is only orders that tighten are taken", "set it by a time service (timedatectl set-ntp true); where somebody else keeps it: smartems run --trust-clock")
        : null;

    /// <summary>To take back what tightens is to relax.</summary>
    private OrderAnswer? OfRelease(string? part)
    {
        var standing = Standing(clock.Now);
        foreach (var one in standing.Overrides)
            if (one.IsTightening && (part is null || NameOf(one) == part))
                return Doubted;
        return part is null && !standing.Constraints.IsEmpty ? Doubted : null;
    }

    private (Orders Next, string Words) Override(Orders before, ReadOrder read, Instant until, Asker asker)
    {
        var one = new Override(++lastNumber, read.Kind, read.Index, read.Value, until) { By = asker.Name, Reason = asker.Reason };
        return (before with { Overrides = before.Overrides.RemoveAll(other => NameOf(other) == NameOf(one) && IsDeparture(other) == IsDeparture(one)).Add(one) }, $"order {one.Number} stands, inside the safety envelope, until {until}");
    }

    private async Task<OrderAnswer> AskAsync(string what, Asker asker, TimeSpan? lease, Func<OrderAnswer?> refused, Func<Orders, Instant, TimeSpan, (Orders Next, string Words)> take)
    {
        await turn.WaitAsync(); // before the order is read: its part is looked up in the site file that rules when it acts
        try
        {
            var at = clock.Now;
            if ((refused() ?? Faults(asker, lease)) is { } refusal)
            {
                Audit(at, $"refused ({refusal.Code}): {what}, asked by {asker.Name}: {refusal.Message}");
                return refusal;
            }
            var before = Standing(at);
            var (next, words) = take(before, at, lease!.Value);
            // Durable before it acts; a disk that takes longer than a person waits is told of, and control goes on from memory.
            await Task.WhenAny(recorder.AppendAsync(LedgerKind.Override, at, OrdersWire.ToBytes(next)), Task.Delay(DurableWithin, clock.Time));
            Enforce(next, before, clock.Now);
            Audit(at, $"{what}, asked by {asker.Name}: {asker.Reason}");
            return OrderAnswer.Taken(words);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A stop that came meanwhile stays.</summary>
    private void Enforce(Orders next, Orders before, Instant now)
    {
        lock (gate)
        {
            foreach (var one in next.Overrides)
                ends.TryAdd(Key(one), clock.UptimeMs + Bounded(one.Until - now));
            foreach (var one in next.Constraints)
                ends[one.Id] = clock.UptimeMs + Bounded(one.End is { } end ? end - now : Orders.LongestLease);
            orders = orders.Stop == before.Stop ? next : next with { Stop = orders.Stop };
        }
    }

    private static OrderAnswer? Faults(Asker asker, TimeSpan? lease)
    {
        if (string.IsNullOrWhiteSpace(asker.Reason))
            return new("reason_missing", "an order needs a reason: whoever reads the ledger later wants to know", "--reason \"why\"");
        if (lease is not { } span)
            return new("lease_missing", "an order needs a lease: nothing ordered by hand stands for ever", "lease=15m, at most 24h");
        return span <= TimeSpan.Zero || span > Orders.LongestLease
            ? new("lease_out_of_range", $"a lease of {Said(span)} is not possible", "more than 0 and at most 24h")
            : null;
    }

    private void Audit(Instant at, string words)
    {
        log.Info(words);
        _ = recorder.AppendAsync(LedgerKind.Note, at, Encoding.UTF8.GetBytes(words));
    }

    /// <summary>A car still leaves at its time when somebody asks for a mode meanwhile.</summary>
    private static bool IsDeparture(Override one) => one.Kind == OverrideKind.EvDeparture;

    private string NameOf(Override one) => OrderText.NameOf(site, one);

    private static string Key(Override one) => $"#{one.Number}";

    private static long Bounded(TimeSpan span) => (long)Math.Min(span.TotalMilliseconds, Orders.LongestLease.TotalMilliseconds);

    private static string Said(TimeSpan span) => span.TotalHours >= 2 ? $"{span.TotalHours:0.#} h" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:0.#} min" : $"{span.TotalSeconds:0} s";

    public void Dispose() => turn.Dispose();
}
