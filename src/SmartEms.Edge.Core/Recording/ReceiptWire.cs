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
        var (at, device, kind) = (from.Instant(), from.Small(), WireReader.Known((ControlKind)from.Byte()));
        var (asked, state, hasSeen, seen, note) = (from.Finite(), WireReader.Known((ReceiptState)from.Byte()), from.Byte() == 1, from.Finite(), from.Text());
        if (!from.IsAtEnd)
            throw new InvalidDataException("receipt damaged: something follows its end");
        return new(at, device, kind, asked, state) { Seen = hasSeen ? seen : null, Note = note };
    }
}
