using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The writing half of a session: arm, write, read back, watch the effect, hand back.</summary>
internal sealed partial class DeviceSession
{
    /// <summary>What Follow wants of one control until the lease ends; null = the device shall follow its own automatic. Unknown kinds are refused.</summary>
    public bool Approve(ControlKind kind, double? target, long leaseMs)
    {
        lock (gate)
        {
            if (Find(kind) is not { } control)
                return false;
            if (target is { } wanted)
                control.Approve(wanted, clock.UptimeMs, leaseMs);
            else
                control.Release();
            return control.ReleaseWanted || control.Due(clock.UptimeMs) is not null;
        }
    }

    /// <summary>How the last setpoint of a control stands: target, proof, failures in a row, armed. Null when the device has no such control.</summary>
    public (double? Target, ReceiptState State, int Failures, bool IsArmed)? Proof(ControlKind kind)
    {
        lock (gate)
            return Find(kind) is { } control ? (control.Keeper.LastSent, control.State, control.FailuresInARow, control.IsArmed) : null;
    }

    /// <summary>Hands every control back to the device's own automatic, whatever was asked before. False when a write failed.</summary>
    public async ValueTask<bool> ReleaseAllAsync(CancellationToken stop)
    {
        if ((table is null || isLost) && !await FindAsync(stop))
            return false;
        if (table is null)
            return false;
        foreach (var block in plan!.Low)
            await ReadAsync(table, block, stop); // scale factors and ratings the release steps may need
        var all = true;
        foreach (var control in controls)
            all &= await ReleaseAsync(control, stop);
        return all;
    }

    private ControlLine? Find(ControlKind kind)
    {
        foreach (var control in controls)
            if (control.Definition.Kind == kind)
                return control;
        return null;
    }

    private async ValueTask WriteDueAsync(CancellationToken stop)
    {
        foreach (var control in controls)
        {
            double? due;
            bool release;
            lock (gate)
                (due, release) = (control.Due(clock.UptimeMs), control.ReleaseWanted);
            if (release)
                await ReleaseAsync(control, stop);
            else if (due is { } target && (control.IsArmed || await ArmAsync(control, stop)))
                await ApplyAsync(control, target, stop);
        }
    }

    /// <summary>The device's own dead-man timer comes before the first setpoint, and is read back once it had time to settle; a device that does not
    /// take it gets no setpoint.</summary>
    private async ValueTask<bool> ArmAsync(ControlLine control, CancellationToken stop)
    {
        if (control.Definition.Arm.IsEmpty)
            return Armed(control);
        if (control.Arming is not { } arming)
        {
            if (await WriteAsync(control, ControlPhase.Arm, 0, stop) is { } written)
                lock (gate)
                    control.Arming = (written, clock.UptimeMs + control.Definition.SettleMs);
            return false;
        }
        if (clock.UptimeMs < arming.ReadyMs)
            return false;
        foreach (var write in arming.Writes)
        {
            if (write.ReadBack < 0)
                continue;
            if (await SeenAsync(write, stop) is not { } seen)
                return false;
            if (!Matches(write, seen))
                return Refuse(control, $"{Profile.Points[write.ReadBack].Name} reads {seen:0.###} instead of {write.Expected:0.###}");
        }
        return Armed(control);
    }

    private bool Armed(ControlLine control)
    {
        lock (gate)
            control.IsArmed = true;
        return true;
    }

    private bool Refuse(ControlLine control, string note)
    {
        lock (gate)
            control.Lost(clock.UptimeMs);
        Tell(control, 0, ReceiptState.NotApplied, null, $"the fallback timer was not taken: {note}");
        return false;
    }

    private async ValueTask ApplyAsync(ControlLine control, double target, CancellationToken stop)
    {
        var written = await WriteAsync(control, ControlPhase.Apply, target, stop);
        if (written is null)
            return;
        lock (gate)
            control.Written(target, written, clock.UptimeMs);
        if (control.State is 0 or ReceiptState.Failed)
            Tell(control, target, ReceiptState.Written, null, "");
    }

    private async ValueTask<bool> ReleaseAsync(ControlLine control, CancellationToken stop)
    {
        if (await WriteAsync(control, ControlPhase.Release, 0, stop) is null)
            return false;
        lock (gate)
            control.Released();
        return true;
    }

    /// <summary>Writes one phase in order; the first failure ends it. Null when it did not arrive whole.</summary>
    private async ValueTask<IReadOnlyList<RegisterWrite>?> WriteAsync(ControlLine control, ControlPhase phase, double target, CancellationToken stop)
    {
        ControlRecipe recipe;
        lock (gate)
            recipe = ControlRecipe.Of(control.Definition, phase, target, table!, clock.UptimeMs);
        if (!recipe.IsOk)
            return Lost(control, target, recipe.Refusal!);
        foreach (var write in recipe.Writes)
        {
            var askedMs = clock.UptimeMs;
            var reply = await bus.WriteAsync(write.Span, write.Words.AsMemory(), write.Function, stop);
            lock (gate)
                slowest.Saw(clock.UptimeMs - askedMs, clock.UptimeMs);
            if (reply.IsOk)
                continue;
            lock (gate)
                if (reply.Status != BusStatus.Exception)
                    Failed($"write {write.Span}: {reply}", reply.Status, clock.UptimeMs);
            return Lost(control, target, $"{Profile.Points[write.Point].Name}: {reply}");
        }
        return recipe.Writes;
    }

    private IReadOnlyList<RegisterWrite>? Lost(ControlLine control, double target, string note)
    {
        bool isNews;
        lock (gate)
        {
            isNews = control.FailuresInARow == 0;
            control.Lost(clock.UptimeMs);
        }
        if (isNews)
            onReceipt(new(clock.Now, Index, control.Definition.Kind, target, ReceiptState.Failed) { Note = note });
        return null;
    }

    private async ValueTask ReadBackDueAsync(CancellationToken stop)
    {
        foreach (var control in controls)
        {
            if (control.Pending.Count == 0 || clock.UptimeMs < control.PendingAtMs)
                continue;
            var pending = control.Pending;
            control.ReadBackDone();
            foreach (var write in pending)
                if (await SeenAsync(write, stop) is { } seen && !Matches(write, seen))
                {
                    Tell(control, control.Keeper.LastSent ?? 0, ReceiptState.NotApplied, seen, $"{Profile.Points[write.Point].Name} reads {seen:0.###} instead of {write.Expected:0.###}");
                    lock (gate)
                        control.Keeper.Forget();
                    return;
                }
            if (control.State is not (ReceiptState.ReadBack or ReceiptState.EffectSeen))
                Tell(control, control.Keeper.LastSent ?? 0, ReceiptState.ReadBack, null, "");
        }
    }

    /// <summary>What the device says the written point is now; null when it does not answer (the link's own health reports that).</summary>
    private async ValueTask<double?> SeenAsync(RegisterWrite write, CancellationToken stop)
    {
        var span = table!.Device.Places[write.ReadBack].Span;
        var into = words.AsMemory(0, span.Count);
        var reply = await bus.ReadAsync(span, into, stop);
        if (!reply.IsOk)
            return null;
        lock (gate)
        {
            table.Store(write.ReadBack, into.Span, clock.UptimeMs);
            var sample = table.Get(write.ReadBack, clock.UptimeMs);
            return sample.IsKnown ? sample.Value : null;
        }
    }

    /// <summary>One step of the register's resolution may be lost to rounding inside the device.</summary>
    private bool Matches(RegisterWrite write, double seen)
    {
        var step = Math.Abs(Profile.Points[write.Point].Scale);
        var power = table!.PowerOf(write.Point, clock.UptimeMs);
        for (var i = 0; i < Math.Abs(power.Value); i++)
            step = power.Value > 0 ? step * 10 : step / 10;
        return Math.Abs(seen - write.Expected) <= step * 1.01;
    }

    private void WatchEffects()
    {
        foreach (var control in controls)
        {
            var changed = Watch(control, out var target, out var measured);
            if (changed is { } state)
                Tell(control, target, state, measured, state == ReceiptState.NotApplied ? $"{control.Definition.Effect} shows {measured:0.#}" : "");
        }
    }

    private ReceiptState? Watch(ControlLine control, out double target, out double measured)
    {
        lock (gate)
        {
            (target, measured) = (0, 0);
            if (control.Definition.Effect == Measure.None || control.Keeper.LastSent is not { } sent || table is null)
                return null;
            var now = table.Get(control.Definition.Effect, clock.UptimeMs);
            if (!now.IsGood)
                return null;
            (target, measured) = (sent, now.Value);
            var before = control.State;
            var seen = control.Effect.Look(sent * control.EffectFactor, now.Value, clock.UptimeMs);
            return seen != before && seen is ReceiptState.EffectSeen or ReceiptState.NotApplied ? seen == before ? null : seen : null;
        }
    }

    private void Tell(ControlLine control, double target, ReceiptState state, double? seen, string note)
    {
        lock (gate)
            control.State = state;
        onReceipt(new(clock.Now, Index, control.Definition.Kind, target, state) { Seen = seen, Note = note });
    }
}
