using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>Decides when a device hears from us: at once on change beyond the dead band, and at a third of its own timeout so that its fallback
/// never fires by accident and always fires if we die. Times are monotonic milliseconds.</summary>
public sealed class Keeper(ControlDefinition control)
{
    private double? lastTarget;
    private long lastSentMs;
    private long leaseUntilMs = long.MinValue;
    private double target;

    /// <summary>The last target sent, or null when the device is in its own automatic.</summary>
    public double? LastSent => lastTarget;

    /// <summary>Approves a target until its lease ends; nothing is re-asserted beyond that.</summary>
    public void Approve(double wanted, long nowMs, long leaseMs)
    {
        target = wanted;
        leaseUntilMs = nowMs + leaseMs;
    }

    /// <summary>Takes the approval back: nothing of it is written any more.</summary>
    public void Withdraw() => leaseUntilMs = long.MinValue;

    /// <summary>What to write now, or null when silence is right.</summary>
    public double? Due(long nowMs)
    {
        if (nowMs >= leaseUntilMs)
            return null;
        if (lastTarget is not { } sent)
            return target;
        return IsChange(sent) || IsRefreshDue(nowMs) ? target : null;
    }

    /// <summary>The sent target to keep alive without writing it again, or null when something else is due. A change goes out instead, unless it would
    /// only loosen and <paramref name="mayChange"/> says that it cannot be written now.</summary>
    public double? KeepDue(long nowMs, bool mayChange)
    {
        if (control.Keep is null || nowMs >= leaseUntilMs || lastTarget is not { } sent || !IsRefreshDue(nowMs))
            return null;
        return !IsChange(sent) || (!mayChange && !WriteSelection.Tightens(control.Kind, sent, target)) ? sent : null;
    }

    private bool IsChange(double sent) => Math.Abs(target - sent) > control.DeadBand || (target == 0 && sent != 0);

    private bool IsRefreshDue(long nowMs) => control.TimeoutMs > 0 && nowMs - lastSentMs >= control.TimeoutMs / 3;

    /// <summary>True when the lease has run out and the device should be handed back.</summary>
    public bool IsExpired(long nowMs) => nowMs >= leaseUntilMs;

    public void Sent(double value, long nowMs)
    {
        lastTarget = value;
        lastSentMs = nowMs;
    }

    /// <summary>The device lost it (restart, own timeout, failed write): the next Due sends again.</summary>
    public void Forget() => lastTarget = null;
}
