using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>What a device says of itself (function 43/14, basic): empty texts where it says nothing.</summary>
public sealed record DeviceIdentity(string Vendor, string Product, string Revision)
{
    public override string ToString() => string.Join(' ', new[] { Vendor, Product, Revision.Length > 0 ? $"fw {Revision}" : "" }.Where(part => part.Length > 0));
}

/// <summary>Reads a Modbus TCP device's identification, over a connection of its own that is closed at once: its answer has no length known beforehand,
/// which the shared lines insist on. Only to be used while no other connection to this place is open.</summary>
/// <remarks>Source: Modbus Application Protocol 1.1b3, §6.21. Reading is all it can do.</remarks>
public static class DeviceIdentification
{
    private const byte Function = 43;
    private const byte ReadDeviceId = 14;

    /// <summary>The identity, or null when the device has none, does not answer, or answers something else. Throws only when <paramref name="stop"/> fires.</summary>
    public static async Task<DeviceIdentity?> ReadAsync(ModbusTcpSettings at, byte unit, TimeProvider time, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(at.ConnectTimeout + at.TransactionTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(at.Host, at.Port, both.Token).ConfigureAwait(false);
            var frame = new byte[Mbap.MaxFrame];
            // Basic stream from object 0 on: vendor, product code, revision. They fit one answer; "more follows" is not asked for.
            byte[] request = [Function, ReadDeviceId, 1, 0];
            var length = Mbap.Write(frame, 1, unit, request.Length);
            request.CopyTo(frame, Mbap.HeaderLength);
            for (var sent = 0; sent < length;)
                sent += await socket.SendAsync(frame.AsMemory(sent, length - sent), SocketFlags.None, both.Token).ConfigureAwait(false);
            for (int have = 0, need = Mbap.HeaderLength; have < need;)
            {
                var got = await socket.ReceiveAsync(frame.AsMemory(have, need - have), SocketFlags.None, both.Token).ConfigureAwait(false);
                if (got == 0)
                    return null;
                have += got;
                if (have == Mbap.HeaderLength && need == have)
                {
                    var header = Mbap.Read(frame);
                    if (header.Fault is not null || header.TransactionId != 1 || header.Unit != unit)
                        return null;
                    need = header.FrameLength;
                }
                if (have == need && have > Mbap.HeaderLength)
                    return Parse(frame.AsSpan(Mbap.HeaderLength, need - Mbap.HeaderLength));
            }
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Believes a reply only if it is whole; null for an exception or anything else.</summary>
    public static DeviceIdentity? Parse(ReadOnlySpan<byte> pdu)
    {
        if (pdu.Length < 7 || pdu[0] != Function || pdu[1] != ReadDeviceId)
            return null;
        Span<string> texts = ["", "", ""];
        var at = 7;
        for (var i = 0; i < pdu[6]; i++)
        {
            if (at + 2 > pdu.Length || at + 2 + pdu[at + 1] > pdu.Length)
                return null;
            if (pdu[at] < texts.Length)
                texts[pdu[at]] = Printable(pdu.Slice(at + 2, pdu[at + 1]));
            at += 2 + pdu[at + 1];
        }
        return texts[0].Length + texts[1].Length + texts[2].Length == 0 ? null : new(texts[0], texts[1], texts[2]);
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var letter in bytes)
            if (letter != 0)
                text.Append(letter is >= 0x20 and < 0x7F ? (char)letter : '?');
        return text.ToString().Trim();
    }
}
