using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Bytes that arrive at a device's end: how long after the request, and which.</summary>
internal readonly record struct Arrival(double AfterMs, byte[] Bytes);

/// <summary>A device without a wire: what it says to a request, and when, is scripted; all on a clock moved by hand.</summary>
internal sealed class ScriptedLink(ManualTime time, Func<byte[], IEnumerable<Arrival>> script, bool isConnection) : ByteLink
{
    private readonly List<(TimeSpan At, byte[] Bytes)> _coming = [];
    private bool _isOpen;

    public override bool IsOpen => _isOpen;

    public override int Pending => _coming.Sum(arrival => arrival.At <= Now ? arrival.Bytes.Length : 0);

    private TimeSpan Now => TimeSpan.FromTicks(time.GetTimestamp());

    public override ValueTask OpenAsync(CancellationToken limit)
    {
        _isOpen = true;
        return default;
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken limit)
    {
        foreach (Arrival arrival in script(bytes.ToArray()))
            _coming.Add((Now + TimeSpan.FromMilliseconds(Math.Ceiling(arrival.AfterMs)), arrival.Bytes)); // timers know whole milliseconds only
        _coming.Sort((a, b) => a.At.CompareTo(b.At));
        return default;
    }

    public override async ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken limit)
    {
        while (_coming.Count == 0 || _coming[0].At > Now)
            await Task.Delay(_coming.Count == 0 ? Timeout.InfiniteTimeSpan : _coming[0].At - Now, time, limit).ConfigureAwait(false);
        int got = 0;
        while (_coming.Count > 0 && _coming[0].At <= Now && got < into.Length)
        {
            (TimeSpan at, byte[] bytes) = _coming[0];
            int take = Math.Min(bytes.Length, into.Length - got);
            bytes.AsSpan(0, take).CopyTo(into.Span[got..]);
            got += take;
            _coming.RemoveAt(0);
            if (take < bytes.Length)
                _coming.Insert(0, (at, bytes[take..]));
        }

        return got;
    }

    public override void Close()
    {
        _isOpen = false;
        // What is on its way on a bus arrives all the same.
        if (isConnection)
            _coming.Clear();
    }
}

/// <summary>The settings that lead to a <see cref="ScriptedLink"/>.</summary>
internal sealed record ScriptedSettings(ManualTime Time, WireFraming How, bool IsBus, Func<byte[], IEnumerable<Arrival>> Script) : LineSettings
{
    /// <summary>The one link that is opened again and again; null = a link of its own for each master.</summary>
    public ScriptedLink? Kept { get; init; }

    private readonly SmartEms.Edge.Adapters.Serial.SerialSettings _wire = new("scripted");

    public override string Place => "scripted";
    public override WireFraming Framing => How;
    public override bool IsConnection => !IsBus;
    public override TimeSpan FrameGap => How == WireFraming.Rtu ? _wire.FrameGap : TimeSpan.Zero;
    public override TimeSpan WireTime(int bytes) => IsBus ? _wire.WireTime(bytes) : TimeSpan.Zero;
    public override ByteLink NewLink() => Kept ?? new ScriptedLink(Time, Script, IsConnection);
}

/// <summary>Frames as an honest device would make them, and the parts of requests.</summary>
internal static class Frames
{
    public static int PduAt(WireFraming framing) => framing == WireFraming.Mbap ? Mbap.HeaderLength : 1;

    public static byte UnitOf(WireFraming framing, byte[] frame) => frame[framing == WireFraming.Mbap ? 6 : 0];

    /// <summary>The right reply to a read of holding registers, with the values every <see cref="TestTable"/> holds.</summary>
    public static byte[] ReadReply(WireFraming framing, byte[] request)
    {
        int at = PduAt(framing);
        int address = (request[at + 1] << 8) | request[at + 2], count = (request[at + 3] << 8) | request[at + 4];
        byte[] pdu = new byte[2 + (2 * count)];
        (pdu[0], pdu[1]) = (request[at], (byte)(2 * count));
        for (int i = 0; i < count; i++)
        {
            ushort value = TestTable.Original(UnitOf(framing, request), RegisterSpace.HoldingRegister, address + i);
            (pdu[2 + (2 * i)], pdu[3 + (2 * i)]) = ((byte)(value >> 8), (byte)(value & 0xFF));
        }

        return Around(framing, request, UnitOf(framing, request), pdu);
    }

    public static byte[] Exception(WireFraming framing, byte[] request, byte code) =>
        Around(framing, request, UnitOf(framing, request), [(byte)(request[PduAt(framing)] | 0x80), code]);

    /// <summary>Puts the frame around a PDU, with the number of that request.</summary>
    public static byte[] Around(WireFraming framing, byte[] request, byte unit, byte[] pdu)
    {
        byte[] frame = new byte[pdu.Length + (framing == WireFraming.Mbap ? Mbap.HeaderLength : RtuFrame.Around)];
        pdu.CopyTo(frame, PduAt(framing));
        if (framing == WireFraming.Mbap)
            Mbap.Write(frame, (ushort)((request[0] << 8) | request[1]), unit, pdu.Length);
        else
            RtuFrame.Write(frame, unit, pdu.Length);
        return frame;
    }
}
