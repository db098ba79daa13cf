using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Recording;

/// <summary>A decision as bytes and back; these bytes are what replay compares and what the hash of a simulation runs over.</summary>
public static class DecisionWire
{
    public static void Write(WireWriter to, Decision decision)
    {
        to.Whole(decision.Slot.Index);
        to.Text(decision.LedBy);
        to.Count((ulong)decision.Batteries.Length);
        foreach (var battery in decision.Batteries)
        {
            to.Byte((byte)battery.Mode);
            to.Number(battery.ExpectedDischarge.Watts);
            Limit(to, battery.Allowed.Low);
            Limit(to, battery.Allowed.High);
        }
        to.Count((ulong)decision.EvChargers.Length);
        foreach (var charger in decision.EvChargers)
        {
            to.Byte((byte)charger.Mode);
            to.Number(charger.ExpectedCharge.Watts);
        }
        to.Count((ulong)decision.Reasons.Length);
        foreach (var reason in decision.Reasons)
        {
            to.Whole((short)reason.Code);
            to.Byte((byte)reason.Subject);
            to.Whole(reason.Index);
            to.Number(reason.Value);
            to.Byte((byte)reason.Bound);
        }
    }

    /// <summary>What plan and policy would have done; the part that records before form 7 do not have.</summary>
    public static void WriteShadows(WireWriter to, Decision decision)
    {
        to.Count((ulong)decision.Shadows.Length);
        foreach (var mode in decision.Shadows)
            to.Byte((byte)mode);
    }

    public static Decision ReadShadows(ref WireReader from, Decision decision)
    {
        var modes = new BatteryMode[from.Length()];
        for (var i = 0; i < modes.Length; i++)
            modes[i] = WireReader.Known((BatteryMode)from.Byte());
        return modes.Length is 0 or 2 ? decision with { Shadows = Frozen(modes) } : throw new InvalidDataException($"record damaged: {modes.Length} shadows instead of two");
    }

    public static Decision Read(ref WireReader from)
    {
        var slot = from.Slot();
        var ledBy = from.Text();
        var batteries = new BatteryDecision[from.Length()];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = new(WireReader.Known((BatteryMode)from.Byte()), Watts(ref from), new(Limit(ref from), Limit(ref from)));
        var chargers = new EvDecision[from.Length()];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = new(WireReader.Known((EvMode)from.Byte()), Watts(ref from));
        var reasons = new Reason[from.Length()];
        for (var i = 0; i < reasons.Length; i++)
            reasons[i] = new(
                WireReader.Known((ReasonCode)from.Whole(short.MinValue, short.MaxValue)),
                WireReader.Known((Subject)from.Byte()),
                from.Small(),
                from.Finite(),
                WireReader.Known((Bound)from.Byte()));
        return new(slot, ledBy, Frozen(batteries), Frozen(chargers), Frozen(reasons));
    }

    private static void Limit(WireWriter to, Limit limit)
    {
        to.Number(limit.Value.Watts);
        to.Byte((byte)limit.By);
    }

    private static Limit Limit(ref WireReader from) => new(Watts(ref from), WireReader.Known((Bound)from.Byte()));

    private static Power Watts(ref WireReader from) => Power.FromWatts(from.Finite());

    private static ImmutableArray<T> Frozen<T>(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}
