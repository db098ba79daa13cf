using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>A receipt as bytes and back.</summary>
public static class ReceiptWire
{
    public static byte[] ToBytes(Receipt receipt)
    {
        var to = new WireWriter();
        to.Whole(receipt.At.UnixMilliseconds);
        to.Whole(receipt.Device);
        to.Byte((byte)receipt.Kind);
        to.Number(receipt.Asked);
        to.Byte((byte)receipt.State);
        to.Byte(receipt.Seen is null ? (byte)0 : (byte)1);
        to.Number(receipt.Seen ?? 0);
        to.Text(receipt.Note);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Receipt FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        var (at, device, kind) = (new Quantities.Instant(from.Whole()), checked((int)from.Whole()), (ControlKind)from.Byte());
        var (asked, state, hasSeen, seen, note) = (from.Number(), (ReceiptState)from.Byte(), from.Byte() == 1, from.Number(), from.Text());
        return new(at, device, kind, asked, state) { Seen = hasSeen ? seen : null, Note = note };
    }
}
