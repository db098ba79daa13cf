using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The writing half of a session: arm, write what differs, hand back.</summary>
internal sealed partial class DeviceSession
{
    /// <summary>What Follow wants of one control until the lease ends; null = the device shall follow its own automatic. Unknown kinds are refused.</summary>
    /// <param name="kind">Which control.</param>
    /// <param name="target">In the control's unit.</param>
    /// <param name="leaseMs">How long it stands.</param>
    /// <param name="own">The mode the device may run by itself instead, where it knows it.</param>
    public bool Approve(ControlKind kind, double? target, long leaseMs, NativeKind? own = null)
    {
        lock (gate)
        {
            if (Find(kind) is not { } control)
                return false;
            if (control.MayRunItself(own, clock.UptimeMs) || target is not { } wanted)
                control.Release();
            else
                control.Approve(wanted, clock.UptimeMs, leaseMs);
            return (control.ReleaseWanted && control.MayWrite(clock.UptimeMs)) || control.Due(clock.UptimeMs) is not null;
        }
    }

    /// <summary>How the last setpoint of a control stands: target, proof, doubt, tries that failed. Null when the device has no such control.</summary>
    public (double? Target, ReceiptState State, ControlDoubt Doubt, int Failures)? Proof(ControlKind kind)
    {
        lock (gate)
            return Find(kind) is { } control ? (control.Keeper.LastSent, control.State, control.Doubt, control.Tries.Failures) : null;
    }

    /// <summary>Hands every control back to the device's own automatic, whatever was asked before. False when a write failed.</summary>
    public async ValueTask<bool> ReleaseAllAsync(CancellationToken stop)
    {
        if ((table is null || isLost) && !await FindAsync(stop))
            return false;
        if (table is null)
            return false;
        foreach (var block in plan!.High.AddRange(plan.Low))
            await ReadAsync(table, block, stop); // what the device must say of itself, scale factors and ratings the release steps may need
        var all = true;
        foreach (var control in controls)
        {
            var isReleased = left.ContainsKey(control.Definition.Kind) ? !await UndoAsync(control, stop) : await ReleaseAsync(control, stop);
            HandedBack[control.Definition.Kind] = isReleased ? Released : "not released";
            all &= isReleased;
        }
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
            if (await UndoAsync(control, stop))
                continue;
            double? due, kept;
            bool release;
            lock (gate)
            {
                (due, release) = (control.Due(clock.UptimeMs), control.ReleaseWanted && control.MayWrite(clock.UptimeMs));
                kept = control.KeepDue(clock.UptimeMs);
            }
            if (release)
                await ReleaseAsync(control, stop);
            else if ((due ?? kept) is { } asked && IsHindered(control, asked, mustBeKnown: true))
                continue;
            else if (kept is { } standing)
                await KeepAsync(control, standing, stop);
            else if (due is { } target && (control.IsArmed || await ArmAsync(control, stop)))
                await ApplyAsync(control, target, stop);
        }
    }

    /// <summary>The device's own dead-man timer comes before the first setpoint, and is read back once it had time to settle; a device that does not
    /// take it gets no setpoint.</summary>
    private async ValueTask<bool> ArmAsync(ControlLine control, CancellationToken stop)
    {
        if (control.Definition.Arm.IsEmpty)
            return Armed(control, []);
        if (control.Arming is not { } arming)
        {
            if (await WriteAsync(control, new(ControlPhase.Arm, 0, IsWhole: true), stop) is { } written)
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
            if (Math.Abs(seen - write.Expected) > ToleranceOf(write))
                return Refuse(control, $"{Profile.Points[write.ReadBack].Name} reads {seen:0.###} instead of {write.Expected:0.###}");
        }
        return Armed(control, arming.Writes);
    }

    private bool Armed(ControlLine control, IReadOnlyList<RegisterWrite> writes)
    {
        lock (gate)
        {
            control.IsArmed = true;
            control.ArmProof.Written(writes, 0);
            foreach (var one in control.ArmProof.Expected)
                control.ArmProof.Look(one, one.Write.Expected, 0, table!.ReadAt(one.Write.ReadBack)); // it has just been seen
        }
        return true;
    }

    private bool Refuse(ControlLine control, string note)
    {
        lock (gate)
            control.Contradicted(ControlDoubt.NotArmed, clock.UptimeMs);
        Tell(control, 0, ReceiptState.NotApplied, null, $"the fallback timer was not taken: {note}");
        return false;
    }

    private async ValueTask ApplyAsync(ControlLine control, double target, CancellationToken stop)
    {
        await HoldAsync(control, target);
        var isWhole = control.IsWholeDue(clock.UptimeMs);
        var written = control.IsTorn ? await MendAsync(control, target, stop) : await WriteAsync(control, new(ControlPhase.Apply, target, isWhole), stop);
        if (written is null)
            return;
        lock (gate)
            control.Written(target, written, isWhole, clock.UptimeMs);
        if (control.State is 0 or ReceiptState.Failed)
            Tell(control, target, ReceiptState.Written, null, "");
    }

    /// <summary>An unchanged setpoint: the sign of life alone, and one more look at what should stand.</summary>
    private async ValueTask KeepAsync(ControlLine control, double standing, CancellationToken stop)
    {
        if (await WriteAsync(control, new(ControlPhase.Keep, standing, IsWhole: true), stop) is { } written)
            lock (gate)
                control.Kept(standing, written.Count > 0, clock.UptimeMs);
    }

    /// <summary>The device says of itself that it must not be controlled, or does not say what it must. What has never been read is read in this round.</summary>
    private bool IsHindered(ControlLine control, double asked, bool mustBeKnown)
    {
        var note = "";
        bool isNews;
        lock (gate)
        {
            foreach (var one in control.Definition.Requires)
            {
                var said = table!.Get(Profile.IndexOf(one.Point), clock.UptimeMs);
                if (said.IsKnown ? said.Value == one.Value : !mustBeKnown)
                    continue;
                if (said.Quality.Reason == BadReason.NeverRead)
                    return true;
                note = $"{one.Point} is {(said.IsKnown ? $"{said.Value:0.###}" : said.Quality)} and must be {one.Value:0.###} for control: {one.Remedy}";
                break;
            }
            isNews = note.Length > 0 && control.WriteDoubt != ControlDoubt.NotAllowed;
            if (note.Length > 0)
                control.Hindered(clock.UptimeMs);
            else
                control.Allowed();
        }
        if (isNews)
            Tell(control, asked, ReceiptState.Failed, null, note);
        return note.Length > 0;
    }

    /// <summary>After a group that broke off: every register of it that can be read is read again, and then the group is done whole. Null when it was not.</summary>
    private async ValueTask<IReadOnlyList<RegisterWrite>?> MendAsync(ControlLine control, double target, CancellationToken stop)
    {
        ControlRecipe recipe;
        lock (gate)
            recipe = ControlRecipe.Of(control.Definition, ControlPhase.Apply, target, table!, clock.UptimeMs);
        foreach (var write in recipe.Writes)
            if (write.ReadBack >= 0 && await SeenAsync(write, stop) is null)
            {
                lock (gate)
                    control.Missed(clock.UptimeMs);
                return null;
            }
        return await WriteAsync(control, new(ControlPhase.Apply, target, IsWhole: true), stop);
    }

    private async ValueTask<bool> ReleaseAsync(ControlLine control, CancellationToken stop)
    {
        if (IsHindered(control, 0, mustBeKnown: false) || await WriteAsync(control, new(ControlPhase.Release, 0, IsWhole: control.Definition.TimeoutMs > 0), stop) is null)
            return false;
        lock (gate)
            control.Released();
        await EndHoldAsync(control);
        return true;
    }

    /// <summary>Writes what differs of one phase, in order; the first failure ends it. Gives the whole group, or null when it did not arrive whole.</summary>
    private async ValueTask<IReadOnlyList<RegisterWrite>?> WriteAsync(ControlLine control, Ask ask, CancellationToken stop)
    {
        ControlRecipe recipe;
        lock (gate)
            recipe = ControlRecipe.Of(control.Definition, ask.Phase, ask.Target, table!, clock.UptimeMs);
        if (!recipe.IsOk)
            return Fail(control, ask.Target, recipe.Refusal!, () => control.Missed(clock.UptimeMs));
        var needed = Needed(control, recipe, ask);
        if (await SpentAsync(control, needed, ask) is { } spent)
            return Fail(control, ask.Target, $"the write budget of {spent} is spent", () => control.Spent(clock.UptimeMs));
        for (var i = 0; i < needed.Count; i++)
        {
            var write = needed[i];
            var askedMs = clock.UptimeMs;
            var reply = await bus.WriteAsync(write.Span, write.Words.AsMemory(), write.Function, stop);
            lock (gate)
            {
                slowest.Saw(clock.UptimeMs - askedMs, clock.UptimeMs);
                lastWriteMs[write.Point] = clock.UptimeMs;
            }
            if (!reply.IsOk)
                return Broken(control, ask, reply, (i, $"{Profile.Points[write.Point].Name}: {reply}, {i} of {needed.Count} registers written"));
        }
        return recipe.Writes;
    }

    /// <summary>Compare before write. What each register held before anything was written is kept, to tell a revert from a stranger.</summary>
    private List<RegisterWrite> Needed(ControlLine control, ControlRecipe recipe, Ask ask)
    {
        lock (gate)
        {
            var now = clock.UptimeMs;
            foreach (var write in recipe.Writes)
                if (write.ReadBack >= 0 && table!.Get(write.ReadBack, now) is { IsKnown: true } before)
                    control.Proof.Before(write.ReadBack, before.Value);
            if (ask.IsWhole)
                return [.. recipe.Writes];
            return WriteSelection.Changed(
                recipe.Writes,
                write => control.Proof.Holds(write) || table!.Shows(write.Point, write.Words.AsSpan(), lastWriteMs.GetValueOrDefault(write.Point, -1), now),
                write => LimitsOf(write.Point).IsUnlimited);
        }
    }

    private IReadOnlyList<RegisterWrite>? Broken(ControlLine control, Ask ask, BusReply reply, (int Written, string Note) so)
    {
        var isLink = reply.Status != BusStatus.Exception;
        var isNothing = isLink && so.Written == 0 && reply.Status == BusStatus.Unreachable;
        return Fail(control, ask.Target, so.Note, () =>
        {
            if (isNothing)
                control.Missed(clock.UptimeMs);
            else
                control.Broken(isTorn: ask.Phase == ControlPhase.Apply, clock.UptimeMs);
            if (isLink)
                Failed($"write: {so.Note}", reply.Status, clock.UptimeMs);
        });
    }

    private IReadOnlyList<RegisterWrite>? Fail(ControlLine control, double target, string note, Action mark)
    {
        bool isNews;
        lock (gate)
        {
            var (state, doubt) = (control.State, control.WriteDoubt);
            mark();
            isNews = state != ReceiptState.Failed || doubt != control.WriteDoubt;
        }
        if (isNews)
            onReceipt(new(clock.Now, Index, control.Definition.Kind, target, ReceiptState.Failed) { Note = note });
        return null;
    }

    private void Tell(ControlLine control, double target, ReceiptState state, double? seen, string note)
    {
        lock (gate)
            control.State = state;
        onReceipt(new(clock.Now, Index, control.Definition.Kind, target, state) { Seen = seen, Note = note });
    }

    /// <summary>One phase of a control to be written: its target, and whether unchanged registers are written too.</summary>
    private readonly record struct Ask(ControlPhase Phase, double Target, bool IsWhole);
}
