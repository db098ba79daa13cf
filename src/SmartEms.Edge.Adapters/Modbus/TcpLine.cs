using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A line that speaks Modbus TCP: every frame carries its length and the number of its request, and any doubt ends the connection.</summary>
internal sealed class TcpLine(LineSettings settings, TimeProvider time, CancellationToken closing) : FrameLine(settings, time, closing)
{
    private ushort _transactionId;

    public override Span<byte> Request => Sending.AsSpan(Mbap.HeaderLength, ModbusPdu.MaxLength);

    protected override int Frame(byte unit, int pduLength)
    {
        _transactionId = unchecked((ushort)(_transactionId + 1));
        return Mbap.Write(Sending, _transactionId, unit, pduLength);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<BusStatus> ReceiveAsync(byte unit, CancellationToken limit)
    {
        int need = Mbap.HeaderLength;
        while (Have < need)
        {
            int got = await Link.ReceiveAsync(Received.AsMemory(Have, Mbap.MaxFrame - Have), limit).ConfigureAwait(false);
            if (got == 0)
                return Drop(BusStatus.Dropped, "connection closed by the device");
            bool headerWasComplete = Have >= Mbap.HeaderLength;
            Have += got;
            if (headerWasComplete || Have < Mbap.HeaderLength)
                continue;
            Mbap header = Mbap.Read(Received);
            if (header.FaultAsReply(_transactionId, unit, ModbusPdu.ReplyLength(Request)) is { } fault)
                return Doubt(BusStatus.Malformed, fault);
            need = header.FrameLength;
            (ReplyAt, ReplyLength) = (Mbap.HeaderLength, header.PduLength);
        }

        // The reply itself is sound; what follows it belongs to nobody, so nobody shall read it.
        return Have > need ? Doubt(BusStatus.Ok, "bytes followed the reply") : BusStatus.Ok;
    }
}
