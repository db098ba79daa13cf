namespace SmartEms.Edge.Core.Actuating;

/// <summary>How a measured value must stand to its target.</summary>
public enum EffectRule : byte
{
    /// <summary>The battery gives the power it was told.</summary>
    Equal,

    /// <summary>PV produces at most its limit; a car draws at most its offer.</summary>
    AtMost,
}

/// <summary>Watches whether a device does what it was told: a mismatch may last as long as the device's reaction, then it is NotApplied.
/// Times are monotonic milliseconds, values in the measure's unit.</summary>
public sealed class EffectWatch(EffectRule rule, double tolerance, int withinMs)
{
    private long mismatchSinceMs = -1;

    public ReceiptState State { get; private set; } = ReceiptState.Written;

    /// <summary>Compares; the tolerance grows with a tenth of the target, as inverters' accuracy does.</summary>
    public ReceiptState Look(double target, double measured, long nowMs)
    {
        var allowed = tolerance + (Math.Abs(target) * 0.1);
        var off = rule == EffectRule.Equal ? Math.Abs(measured - target) : measured - target;
        if (off <= allowed)
        {
            mismatchSinceMs = -1;
            return State = ReceiptState.EffectSeen;
        }
        if (mismatchSinceMs < 0)
            mismatchSinceMs = nowMs;
        if (nowMs - mismatchSinceMs >= withinMs)
            State = ReceiptState.NotApplied;
        return State;
    }

    /// <summary>Nothing is asked any more: nothing to watch.</summary>
    public void Reset()
    {
        mismatchSinceMs = -1;
        State = ReceiptState.Written;
    }
}
