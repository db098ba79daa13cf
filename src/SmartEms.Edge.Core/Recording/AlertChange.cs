using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Diagnosing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>An alert was opened or closed; the body of an <see cref="LedgerKind.Alert"/> entry.</summary>
public sealed record AlertChange(Alert Alert, bool IsOpened)
{
    private const byte Form = 1;

    /// <summary>What became different between two states of the book, closed ones first.</summary>
    public static IReadOnlyList<AlertChange> Between(AlertBook before, AlertBook after)
    {
        if (before == after || (before.Open.IsEmpty && after.Open.IsEmpty))
            return [];
        var changes = new List<AlertChange>();
        foreach (var alert in before.Open)
            if (!Holds(after, alert))
                changes.Add(new(alert, false));
        foreach (var alert in after.Open)
            if (!Holds(before, alert))
                changes.Add(new(alert, true));
        return changes;
    }

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Byte(IsOpened ? (byte)1 : (byte)0);
        MemoryWire.Finding(to, new(Alert.Code, Alert.Subject, Alert.Index, Alert.Value));
        to.Whole(Alert.Since.UnixMilliseconds);
        to.Whole(Alert.LastSeen.UnixMilliseconds);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static AlertChange FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("alert record of an unknown form");
        var isOpened = from.Byte() == 1;
        var finding = MemoryWire.Finding(ref from);
        return new(new(finding.Code, finding.Subject, finding.Index, from.Instant(), from.Instant(), finding.Value), isOpened);
    }

    /// <summary>The same trouble since the same moment; what closed and came back in between is another alert.</summary>
    private static bool Holds(AlertBook book, Alert one)
    {
        foreach (var other in book.Open)
            if (other.Code == one.Code && other.Subject == one.Subject && other.Index == one.Index && other.Since == one.Since)
                return true;
        return false;
    }
}
