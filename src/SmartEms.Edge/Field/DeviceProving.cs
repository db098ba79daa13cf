using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The proving half of a session: reads back what was written, watches over it afterwards, and looks whether the measured power follows.</summary>
internal sealed partial class DeviceSession
{
    /// <summary>Looks at every register that should hold something; with <paramref name="onlyPending"/> only where a first read-back is due.
    /// True when one does not hold it any more.</summary>
    private async ValueTask<bool> ProveAsync(bool onlyPending, CancellationToken stop)
    {
        var isTroubled = false;
        foreach (var control in controls)
        {
            bool isDue;
            lock (gate)
            {
                isDue = control.PendingAtMs is { } at ? clock.UptimeMs >= at : !onlyPending;
                if (isDue)
                    control.ReadBackDone();
                if (control.Keeper.IsExpired(clock.UptimeMs))
                    control.Proof.Forget(); // nobody keeps it: the device's own fallback is right
            }
            if (isDue)
                isTroubled |= await LookAsync(control, control.ArmProof, stop) || await LookAsync(control, control.Proof, stop);
            if (!onlyPending)
                lock (gate)
                    control.Ease(clock.UptimeMs);
        }
        return isTroubled;
    }

    private async ValueTask<bool> LookAsync(ControlLine control, RegisterProof proof, CancellationToken stop)
    {
        RegisterProof.Expectation[] all;
        lock (gate)
            all = [.. proof.Expected];
        foreach (var one in all)
        {
            if (IsUnseen(one))
                await SeenAsync(one.Write, stop);
            if (Judge(proof, one, out var seen) is var verdict and not ProofVerdict.Holds)
                return Contradicted(control, one.Write, verdict, seen);
        }
        if (proof == control.Proof && !proof.IsEmpty)
            Proven(control);
        return false;
    }

    /// <summary>The plan's own reads have not shown this register since it settled, or only once: it is read for itself, as often as the device allows.</summary>
    private bool IsUnseen(RegisterProof.Expectation one)
    {
        lock (gate)
        {
            var (now, readMs) = (clock.UptimeMs, table!.ReadAt(one.Write.ReadBack));
            return (one.Agreed < 2 || one.IsLookDue) && now >= one.ReadyMs && readMs <= Math.Max(one.ReadyMs - 1, one.ReadMs) && (readMs < 0 || now - readMs >= Profile.Link.RereadMs);
        }
    }

    private ProofVerdict Judge(RegisterProof proof, RegisterProof.Expectation one, out double seen)
    {
        lock (gate)
        {
            var sample = table!.Get(one.Write.ReadBack, clock.UptimeMs);
            seen = sample.Value;
            return sample.IsKnown ? proof.Look(one, seen, ToleranceOf(one.Write), table.ReadAt(one.Write.ReadBack)) : ProofVerdict.Holds;
        }
    }

    private void Proven(ControlLine control)
    {
        var (target, state) = (control.LastTarget ?? 0, control.State);
        if (control.Proof.IsConfirmed && !control.IsConfirmationTold)
        {
            control.IsConfirmationTold = true;
            onReceipt(new(clock.Now, Index, control.Definition.Kind, target, ReceiptState.Confirmed));
            lock (gate)
                if (control.EffectDoubt == ControlDoubt.None && state != ReceiptState.EffectSeen)
                    control.State = ReceiptState.Confirmed; // a seen effect says more
        }
        else if (control.Proof.IsReadBack && state is 0 or ReceiptState.Written or ReceiptState.Failed)
            Tell(control, target, ReceiptState.ReadBack, null, "");
    }

    private bool Contradicted(ControlLine control, RegisterWrite write, ProofVerdict verdict, double seen)
    {
        if (verdict == ProofVerdict.ForeignWriter && IsOwnAutomatic(control, write, seen))
            verdict = ProofVerdict.Reverted;
        var (doubt, state, words) = verdict switch
        {
            ProofVerdict.Reverted => (ControlDoubt.Reverted, ReceiptState.Reverted, "went back to"),
            ProofVerdict.ForeignWriter => (ControlDoubt.ForeignWriter, ReceiptState.ForeignWriter, "was set by somebody else to"),
            _ => (ControlDoubt.NotApplied, ReceiptState.NotApplied, "reads"),
        };
        var target = control.LastTarget ?? 0;
        lock (gate)
            control.Contradicted(doubt, clock.UptimeMs);
        var next = control.Tries.HasGivenUp ? "; given up, tried again every 15 minutes" : "";
        Tell(control, target, state, seen, $"{Profile.Points[write.ReadBack].Name} {words} {seen:0.###} instead of {write.Expected:0.###}{next}");
        return true;
    }

    /// <summary>A value that our own release would leave there is the device's automatic, not a stranger's hand.</summary>
    private bool IsOwnAutomatic(ControlLine control, RegisterWrite write, double seen)
    {
        lock (gate)
        {
            var release = ControlRecipe.Of(control.Definition, ControlPhase.Release, 0, table!, clock.UptimeMs);
            foreach (var one in release.Writes)
                if (one.ReadBack == write.ReadBack && Math.Abs(one.Expected - seen) <= ToleranceOf(write))
                    return true;
            return false;
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

    /// <summary>One step of the register's resolution may be lost to rounding inside the device; a code is itself or another.</summary>
    private double ToleranceOf(RegisterWrite write)
    {
        var step = Math.Abs(Profile.Points[write.Point].Scale);
        var power = table!.PowerOf(write.Point, clock.UptimeMs);
        for (var i = 0; i < Math.Abs(power.Value); i++)
            step = power.Value > 0 ? step * 10 : step / 10;
        return step * (write.IsExact ? 0.5 : 1.01);
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
            var wasMissing = control.Effect.State == ReceiptState.NotApplied;
            var seen = control.Effect.Look(sent * control.EffectFactor, now.Value, clock.UptimeMs);
            if (seen == ReceiptState.NotApplied && !wasMissing)
            {
                control.EffectDoubt = ControlDoubt.NotApplied;
                control.EffectTries.Failed(clock.UptimeMs);
            }
            return seen != before && seen is ReceiptState.EffectSeen or ReceiptState.NotApplied ? seen == before ? null : seen : null;
        }
    }
}
