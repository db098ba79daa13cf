using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Memory and findings as bytes and back.</summary>
public static class MemoryWire
{
    public static void Write(WireWriter to, Memory memory)
    {
        to.Byte(memory.LastDecision is null ? (byte)0 : (byte)1);
        if (memory.LastDecision is { } decision)
            DecisionWire.Write(to, decision);
        WriteFollow(to, memory.Follow);
        to.Count((ulong)memory.Alerts.Open.Length);
        foreach (var alert in memory.Alerts.Open)
        {
            Finding(to, new(alert.Code, alert.Subject, alert.Index, alert.Value));
            to.Whole(alert.Since.UnixMilliseconds);
            to.Whole(alert.LastSeen.UnixMilliseconds);
        }
    }

    public static Memory Read(ref WireReader from)
    {
        var decision = from.Byte() == 1 ? DecisionWire.Read(ref from) : null;
        var follow = ReadFollow(ref from);
        var alerts = new Alert[from.Length()];
        for (var i = 0; i < alerts.Length; i++)
        {
            var finding = Finding(ref from);
            alerts[i] = new(finding.Code, finding.Subject, finding.Index, new(from.Whole()), new(from.Whole()), finding.Value);
        }
        return new(decision, follow, new(Frozen(alerts)));
    }

    public static void Finding(WireWriter to, Finding finding)
    {
        to.Whole((short)finding.Code);
        to.Byte((byte)finding.Subject);
        to.Whole(finding.Index);
        to.Number(finding.Value);
    }

    public static Finding Finding(ref WireReader from) =>
        new((FindingCode)from.Whole(), (Subject)from.Byte(), checked((int)from.Whole()), from.Number());

    private static void WriteFollow(WireWriter to, FollowMemory memory)
    {
        to.Count((ulong)memory.LastDischarge.Length);
        foreach (var power in memory.LastDischarge)
            to.Number(power.Watts);
        to.Count((ulong)memory.Chargers.Length);
        foreach (var charger in memory.Chargers)
        {
            to.Number(charger.Offer.Amperes);
            to.Byte(charger.Running ? (byte)1 : (byte)0);
            to.Number(charger.EnoughSeconds);
            to.Number(charger.ShortSeconds);
            to.Number(charger.RestSeconds);
        }
        to.Count((ulong)memory.PvLimits.Length);
        foreach (var limit in memory.PvLimits)
            to.Number(limit);
        to.Number(memory.ImportOverSeconds);
        to.Number(memory.ExportOverSeconds);
    }

    private static FollowMemory ReadFollow(ref WireReader from)
    {
        var last = new Power[from.Length()];
        for (var i = 0; i < last.Length; i++)
            last[i] = Power.FromWatts(Sound(from.Number()));
        var chargers = new EvMemory[from.Length()];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = new(Current.FromAmperes(Sound(from.Number())), from.Byte() == 1, from.Number(), from.Number(), from.Number());
        var limits = new double[from.Length()];
        for (var i = 0; i < limits.Length; i++)
            limits[i] = from.Number();
        return new(Frozen(last), Frozen(chargers), Frozen(limits)) { ImportOverSeconds = from.Number(), ExportOverSeconds = from.Number() };
    }

    private static double Sound(double value) =>
        double.IsFinite(value) ? value : throw new InvalidDataException("record damaged: a memory is not a number");

    private static ImmutableArray<T> Frozen<T>(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}
