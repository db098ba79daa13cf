using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>How far a setpoint has been proven.</summary>
public enum ReceiptState : byte
{
    /// <summary>Sent and accepted by the device.</summary>
    Written = 1,

    /// <summary>Read back from the device with the written value.</summary>
    ReadBack,

    /// <summary>The measured power moved to where the setpoint put it.</summary>
    EffectSeen,

    /// <summary>Accepted, but the device reads or does something else.</summary>
    NotApplied,

    /// <summary>It was confirmed, and the device dropped it by itself before its own timeout.</summary>
    Reverted,

    /// <summary>The write failed on the bus.</summary>
    Failed,

    /// <summary>Read back twice: after it had settled, and again a round later.</summary>
    Confirmed,

    /// <summary>It was confirmed, and now holds a value that was never written from here.</summary>
    ForeignWriter,
}

/// <summary>What became of one setpoint on one device: when, what was asked (in the control's unit), what was seen.</summary>
public sealed record Receipt(Instant At, int Device, ControlKind Kind, double Asked, ReceiptState State)
{
    /// <summary>What was read back or measured, in the control's unit; null when nothing was.</summary>
    public double? Seen { get; init; }

    /// <summary>In words, for the log and the technician.</summary>
    public string Note { get; init; } = "";
}
