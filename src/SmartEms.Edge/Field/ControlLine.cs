using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>One controllable thing of one device: what is wanted, what the Keeper says is due, what was proven. Guarded by its session's lock.</summary>
internal sealed class ControlLine
{
    private readonly int writeGapMs;
    private long nextWriteMs;

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

    /// <summary>The device took its own fallback timer, or needs none.</summary>
    public bool IsArmed { get; set; }

    /// <summary>The arming writes that were sent, and when their read-back counts; null while none are under way.</summary>
    public (IReadOnlyList<RegisterWrite> Writes, long ReadyMs)? Arming { get; set; }
    public bool ReleaseWanted { get; private set; }
    public ReceiptState State { get; set; }
    public int FailuresInARow { get; set; }

    /// <summary>Writes whose read-back is still to come, and when.</summary>
    public IReadOnlyList<RegisterWrite> Pending { get; private set; } = [];
    public long PendingAtMs { get; private set; }

    /// <summary>Watts of the effect measure per unit of the control: 1, or volts × phases for a current.</summary>
    public double EffectFactor { get; init; } = 1;

    public void Approve(double target, long nowMs, long leaseMs)
    {
        ReleaseWanted = false;
        Keeper.Approve(target, nowMs, leaseMs);
    }

    public void Release()
    {
        ReleaseWanted = Keeper.LastSent is not null;
        Effect.Reset();
    }

    public void Released()
    {
        ReleaseWanted = false;
        Keeper.Forget();
        Pending = [];
        State = default;
    }

    /// <summary>What to write now; respects the device's shortest time between writes.</summary>
    public double? Due(long nowMs) => nowMs < nextWriteMs || ReleaseWanted ? null : Keeper.Due(nowMs);

    public void Written(double target, IReadOnlyList<RegisterWrite> writes, long nowMs)
    {
        Keeper.Sent(target, nowMs);
        nextWriteMs = nowMs + writeGapMs;
        FailuresInARow = 0;
        Pending = [.. writes.Where(write => write.ReadBack >= 0)];
        PendingAtMs = nowMs + Definition.SettleMs;
    }

    /// <summary>The device went away: it must be armed and told everything anew.</summary>
    public void Disarm()
    {
        Keeper.Forget();
        IsArmed = false;
        Arming = null;
        Pending = [];
        Effect.Reset();
    }

    public void ReadBackDone() => Pending = [];

    /// <summary>The write did not arrive, or the device forgot it.</summary>
    public void Lost(long nowMs)
    {
        Keeper.Forget();
        FailuresInARow++;
        nextWriteMs = nowMs + Math.Max(writeGapMs, 1_000);
        Arming = null;
        Pending = [];
        State = ReceiptState.Failed;
    }
}
