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
    // What the first byte says is there. A memory that has learnt nothing has the bytes it had before there was anything to learn.
    private const byte HasDecision = 1;
    private const byte HasLearnt = 2;
    private const byte IsTimed = 4;
    private const byte HasPhases = 8;
    private const byte HasLoads = 16;
    private const byte HasImportStood = 32;
    private const byte HasStays = 64;

    public static void Write(WireWriter to, Memory memory)
    {
        var isTaught = FollowWire.IsTaught(memory.Follow);
        var switches = PhaseWire.IsAny(memory.Follow);
        to.Byte((byte)((memory.LastDecision is null ? 0 : HasDecision) | (isTaught ? HasLearnt : 0) | (HasTimes(memory) ? IsTimed : 0) | (switches ? HasPhases : 0)
            | (memory.Follow.Loads.IsEmpty ? 0 : HasLoads) | (memory.Follow.ImportStoodSeconds > 0 ? HasImportStood : 0) | (StayWire.IsAny(memory.Follow) ? HasStays : 0)));
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
        if (isTaught)
            FollowWire.Write(to, memory.Follow);
        if (HasTimes(memory))
        {
            to.Number(memory.Follow.RecoverySeconds);
            to.Number(memory.Follow.ExportStoodSeconds);
        }
        if (switches)
            PhaseWire.Write(to, memory.Follow);
        if (!memory.Follow.Loads.IsEmpty)
            LoadWire.Write(to, memory.Follow.Loads);
        if (memory.Follow.ImportStoodSeconds > 0)
            to.Number(memory.Follow.ImportStoodSeconds);
        if (StayWire.IsAny(memory.Follow))
            StayWire.Write(to, memory.Follow);
    }

    private static bool HasTimes(Memory memory) => memory.Follow.RecoverySeconds > 0 || memory.Follow.ExportStoodSeconds > 0;

    public static Memory Read(ref WireReader from)
    {
        var holds = from.Byte();
        if (holds > (HasDecision | HasLearnt | IsTimed | HasPhases | HasLoads | HasImportStood | HasStays))
            throw new InvalidDataException($"record damaged: memory holds parts {holds}, which this program does not know; use the program version that wrote it");
        var decision = (holds & HasDecision) != 0 ? DecisionWire.Read(ref from) : null;
        var follow = ReadFollow(ref from);
        var alerts = new Alert[from.Length()];
        for (var i = 0; i < alerts.Length; i++)
        {
            var finding = Finding(ref from);
            alerts[i] = new(finding.Code, finding.Subject, finding.Index, from.Instant(), from.Instant(), finding.Value);
        }
        if ((holds & HasLearnt) != 0)
            follow = FollowWire.Read(ref from, follow);
        if ((holds & IsTimed) != 0)
            follow = follow with { RecoverySeconds = Seconds(ref from), ExportStoodSeconds = Seconds(ref from) };
        if ((holds & HasPhases) != 0)
            follow = PhaseWire.Read(ref from, follow);
        if ((holds & HasLoads) != 0)
            follow = follow with { Loads = LoadWire.Read(ref from) };
        if ((holds & HasImportStood) != 0)
            follow = follow with { ImportStoodSeconds = Seconds(ref from) };
        if ((holds & HasStays) != 0)
            follow = StayWire.Read(ref from, follow);
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
        new(WireReader.Known((FindingCode)from.Whole(short.MinValue, short.MaxValue)), WireReader.Known((Subject)from.Byte()), from.Small(), from.Finite());

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
            last[i] = Power.FromWatts(from.Finite());
        var chargers = new EvMemory[from.Length()];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = new(Current.FromAmperes(from.Finite()), from.Byte() == 1, Seconds(ref from), Seconds(ref from), Seconds(ref from));
        var limits = new double[from.Length()];
        for (var i = 0; i < limits.Length; i++)
            limits[i] = Limit(from.Number());
        return new(Frozen(last), Frozen(chargers), Frozen(limits)) { ImportOverSeconds = Seconds(ref from), ExportOverSeconds = Seconds(ref from) };
    }

    /// <summary>+∞ stands for unlimited; NaN would be taken for that too, and is damage.</summary>
    private static double Limit(double value) =>
        value >= 0 ? value : throw new InvalidDataException($"record damaged: {value} is no production limit");

    internal static double Seconds(ref WireReader from) => NotNegative(ref from);

    internal static double NotNegative(ref WireReader from)
    {
        var value = from.Finite();
        return value >= 0 ? value : throw new InvalidDataException($"record damaged: {value} stands where nothing is negative");
    }

    private static ImmutableArray<T> Frozen<T>(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}
