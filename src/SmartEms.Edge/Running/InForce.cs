using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Running;

/// <summary>The decision that rules now, and when it was made in monotonic milliseconds.</summary>
internal sealed record InForce(Decision Decision, long AtMs)
{
    /// <summary>A restart inside the slot goes on under the same decision: a slot is not decided twice.</summary>
    public static InForce? From(Memory memory, SiteClock clock)
    {
        if (memory.LastDecision is not { } last || last.Slot != Slot.Of(clock.Now))
            return null;
        return new(last, clock.UptimeMs - (long)(clock.Now - last.Slot.Start).TotalMilliseconds);
    }
}
