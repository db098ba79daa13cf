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

    /// <summary>What to write now, or null when silence is right.</summary>
    public double? Due(long nowMs)
    {
        if (nowMs >= leaseUntilMs)
            return null;
        if (lastTarget is not { } sent)
            return target;
        if (Math.Abs(target - sent) > control.DeadBand || (target == 0 && sent != 0))
            return target;
        return control.TimeoutMs > 0 && nowMs - lastSentMs >= control.TimeoutMs / 3 ? target : null;
    }

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
