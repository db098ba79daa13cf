using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>One controllable thing of one device: what is wanted, what the Keeper says is due, what was proven, and what is in doubt. Guarded by its session's lock.</summary>
internal sealed class ControlLine
{
    private const int RetryMs = 1_000;
    private const int SpentPauseMs = 900_000;

    /// <summary>A device is left to its own mode once that would have been right for so long: one that comes and goes would wear its registers.</summary>
    private const int OwnAfterMs = 60_000;

    private readonly int writeGapMs;
    private long nextWriteMs;
    private long wholeAtMs = -1;
    private long spentUntilMs;
    private long ownSinceMs = -1;
    private bool isAccepted;
    private int linkFailures;

    public ControlLine(ControlDefinition definition, LinkRules link)
    {
        Definition = definition;
        writeGapMs = link.WriteGapMs;
        Keeper = new(definition);
        Effect = new(definition.Kind == ControlKind.BatteryDischarge ? EffectRule.Equal : EffectRule.AtMost, definition.EffectTolerance, definition.EffectWithinMs);
    }

    public ControlDefinition Definition { get; }
    public Keeper Keeper { get; }
    public EffectWatch Effect { get; }
    public Patience Tries { get; } = Patience.ForWrites();
    public Patience EffectTries { get; } = Patience.ForEffects();

    /// <summary>What the setpoint's registers, and those of the fallback timer, must hold.</summary>
    public RegisterProof Proof { get; } = new();
    public RegisterProof ArmProof { get; } = new();

    /// <summary>The device took its own fallback timer, or needs none.</summary>
    public bool IsArmed { get; set; }

    /// <summary>The arming writes that were sent, and when their read-back counts; null while none are under way.</summary>
    public (IReadOnlyList<RegisterWrite> Writes, long ReadyMs)? Arming { get; set; }
    public bool ReleaseWanted { get; private set; }
    public ReceiptState State { get; set; }

    /// <summary>A group broke off in the middle: nothing of it is trusted until it has been read again.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>The confirmation of what stands now has been told; the next one follows after trouble only.</summary>
    public bool IsConfirmationTold { get; set; }

    /// <summary>The last target that was written, also when it had to be forgotten since; null = none yet.</summary>
    public double? LastTarget { get; private set; }

    /// <summary>When the first read-back is due; null when none is.</summary>
    public long? PendingAtMs { get; private set; }

    public ControlDoubt WriteDoubt { get; private set; }
    public ControlDoubt EffectDoubt { get; set; }
    public ControlDoubt Doubt => WriteDoubt != ControlDoubt.None ? WriteDoubt : EffectDoubt;

    /// <summary>Watts of the effect measure per unit of the control: 1, or volts × phases for a current.</summary>
    public double EffectFactor { get; init; } = 1;

    public void Approve(double target, long nowMs, long leaseMs)
    {
        ReleaseWanted = false;
        Keeper.Approve(target, nowMs, leaseMs);
    }

    /// <summary>True when the device may be left to this mode now: it is what a release leads to, and the device has not been asked for anything else for a
    /// minute, or stands in it already.</summary>
    public bool MayRunItself(NativeKind? mode, long nowMs)
    {
        if (mode is not { } wanted || !Definition.ReleasesTo(wanted))
        {
            ownSinceMs = -1;
            return false;
        }
        if (ownSinceMs < 0)
            ownSinceMs = nowMs;
        return !IsHeld || nowMs - ownSinceMs >= OwnAfterMs;
    }

    /// <summary>Something of ours stands in the device from before this session: it is read again before anything of it is trusted, and released like our own.</summary>
    public void TakeOver() => IsTorn = true;

    /// <summary>Something of ours may stand in the device, proven or not.</summary>
    private bool IsHeld => LastTarget is not null || IsTorn;

    public void Release()
    {
        ReleaseWanted = IsHeld;
        Keeper.Withdraw();
        Effect.Reset();
    }

    public void Released()
    {
        ReleaseWanted = false;
        Keeper.Forget();
        Proof.Forget();
        (PendingAtMs, wholeAtMs, isAccepted, LastTarget, IsTorn) = (null, -1, true, null, false);
        IsConfirmationTold = false;
        State = default;
    }

    /// <summary>What to write now; respects the device's shortest time between writes, and gives up aloud instead of writing in a loop.</summary>
    public double? Due(long nowMs) => ReleaseWanted || !MayWrite(nowMs) ? null : Keeper.Due(nowMs);

    public bool MayWrite(long nowMs) => nowMs >= nextWriteMs && Tries.MayTry(nowMs);

    /// <summary>The whole group is due, changed or not: the device's own timer starts anew with it.</summary>
    public bool IsWholeDue(long nowMs) => Definition.TimeoutMs > 0 && (wholeAtMs < 0 || (Definition.Keep is null && nowMs - wholeAtMs >= Definition.TimeoutMs / 3));

    /// <summary>The target that stands and is to be kept alive now, or null. A budget that is spent does not let it die.</summary>
    public double? KeepDue(long nowMs) => ReleaseWanted || !MayWrite(nowMs) ? null : Keeper.KeepDue(nowMs, mayChange: WriteDoubt != ControlDoubt.BudgetSpent);

    /// <summary>The device got its sign of life: the setpoint stands, and its registers are looked at once more.</summary>
    public void Kept(double target, bool isWritten, long nowMs)
    {
        Keeper.Sent(target, nowMs);
        if (isWritten)
            nextWriteMs = nowMs + writeGapMs;
        Proof.LookAgain(nowMs + Definition.SettleMs);
        PendingAtMs = Proof.IsEmpty ? null : nowMs + Definition.SettleMs;
    }

    public void Written(double target, IReadOnlyList<RegisterWrite> writes, bool isWhole, long nowMs)
    {
        Keeper.Sent(target, nowMs);
        nextWriteMs = nowMs + writeGapMs;
        Proof.Written(writes, nowMs + Definition.SettleMs);
        PendingAtMs = Proof.IsEmpty ? null : nowMs + Definition.SettleMs;
        (LastTarget, IsTorn, isAccepted, linkFailures) = (target, false, true, 0);
        if (isWhole)
            wholeAtMs = nowMs;
    }

    /// <summary>The device went away, or is another one now: it must be armed and told everything anew.</summary>
    public void Disarm()
    {
        Keeper.Forget();
        Proof.Forget();
        ArmProof.Forget();
        (IsArmed, Arming, PendingAtMs, wholeAtMs, IsConfirmationTold) = (false, null, null, -1, false);
        Effect.Reset();
    }

    /// <summary>The connection had trouble: what the device holds now is not known, so it is told again.</summary>
    public void Unsure()
    {
        if (Keeper.LastSent is null)
            return;
        Keeper.Forget();
        wholeAtMs = -1;
    }

    public void ReadBackDone() => PendingAtMs = null;

    /// <summary>The registers do not hold what they should. A device that lost it may have lost its fallback timer too.</summary>
    public void Contradicted(ControlDoubt doubt, long nowMs)
    {
        if (doubt is ControlDoubt.Reverted or ControlDoubt.ForeignWriter)
            (IsArmed, Arming) = (false, null);
        Keeper.Forget();
        Proof.Forget();
        ArmProof.Forget();
        (PendingAtMs, wholeAtMs, isAccepted, IsConfirmationTold) = (null, -1, false, false);
        Tries.Failed(nowMs);
        WriteDoubt = doubt;
    }

    /// <summary>A group that was refused, or broke off after some of it had arrived: counted, so that it is not tried for ever.</summary>
    public void Broken(bool isTorn, long nowMs)
    {
        Lost(nowMs);
        IsTorn = isTorn;
        Tries.Failed(nowMs);
        WriteDoubt = ControlDoubt.Failed;
    }

    /// <summary>Nothing of the group arrived. The link's own back-off bounds how often that happens.</summary>
    public void Missed(long nowMs)
    {
        Lost(nowMs);
        linkFailures++;
        if (linkFailures > 1)
            WriteDoubt = ControlDoubt.Failed;
    }

    /// <summary>The registers must not be written now.</summary>
    public void Spent(long nowMs)
    {
        WriteDoubt = ControlDoubt.BudgetSpent;
        spentUntilMs = nowMs + SpentPauseMs;
        nextWriteMs = nowMs + RetryMs;
    }

    /// <summary>The device is set up in a way in which nothing may be written to it.</summary>
    public void Hindered(long nowMs)
    {
        Lost(nowMs);
        ArmProof.Forget();
        IsArmed = false;
        WriteDoubt = ControlDoubt.NotAllowed;
    }

    /// <summary>The device is set up as it must be.</summary>
    public void Allowed()
    {
        if (WriteDoubt == ControlDoubt.NotAllowed)
            WriteDoubt = ControlDoubt.None;
    }

    private void Lost(long nowMs)
    {
        Keeper.Forget();
        Proof.Forget();
        nextWriteMs = nowMs + Math.Max(writeGapMs, RetryMs);
        (Arming, PendingAtMs, wholeAtMs, isAccepted, IsConfirmationTold) = (null, null, -1, false, false);
        State = ReceiptState.Failed;
    }

    /// <summary>Takes back a doubt when all has been well for long enough; asked once a round.</summary>
    public void Ease(long nowMs)
    {
        var isWell = isAccepted && (Proof.IsEmpty || Proof.IsConfirmed);
        if (isWell && Tries.IsTrusted(nowMs) && (WriteDoubt != ControlDoubt.BudgetSpent || nowMs >= spentUntilMs))
            WriteDoubt = ControlDoubt.None;
        if (Effect.State != ReceiptState.NotApplied && EffectTries.MayTry(nowMs) && EffectTries.IsTrusted(nowMs))
            EffectDoubt = ControlDoubt.None;
    }
}
