using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A line that speaks Modbus RTU: a bus of many units where anybody may disturb, and where no frame says which request it answers.</summary>
/// <remarks>What another unit says is waited out (Modbus over Serial Line 1.02, §2.4.1), noise before the reply is stepped over, and after an answer that
/// did not come the line stays silent until the device could no longer answer: its late reply would look like the next one.</remarks>
internal sealed class RtuLine(LineSettings settings, TimeProvider time, CancellationToken closing) : FrameLine(settings, time, closing)
{
    /// <summary>Rounds of draining before a line counts as never silent.</summary>
    private const int MostDrains = 64;

    private readonly long?[] _quietSince = new long?[256];
    private bool _isDoubtful;
    private (long Since, TimeSpan For)? _late;

    public override Span<byte> Request => Sending.AsSpan(1, ModbusPdu.MaxLength);

    public override BusStatus Doubt(BusStatus status, string why)
    {
        if (Settings.IsConnection)
            return base.Doubt(status, why);
        _isDoubtful = true;
        if (status != BusStatus.Ok)
            _late = (StartedAt, Longest + OnWire());
        return status == BusStatus.Ok ? status : Note(status, why);
    }

    protected override int Frame(byte unit, int pduLength) => RtuFrame.Write(Sending, unit, pduLength);

    protected override TimeSpan OnWire() => Settings.WireTime(SentLength + RtuFrame.Around + ModbusPdu.ReplyLength(Request)) * 1.5;

    protected override TimeSpan Owed(byte unit, TimeSpan gap, TimeSpan quiet)
    {
        TimeSpan owed = Settings.FrameGap - quiet;
        // On a bus a device's own gap is between its own transactions; behind a gateway it is the gateway's.
        TimeSpan own = gap - (Settings.IsConnection || _quietSince[unit] is not { } since ? quiet : Since(since));
        owed = own > owed && (Settings.IsConnection || _quietSince[unit] is not null) ? own : owed;
        if (_late is { } late)
        {
            TimeSpan left = late.For - Since(late.Since);
            if (left <= TimeSpan.Zero)
                _late = null;
            else
                owed = left > owed ? left : owed;
        }

        return owed;
    }

    /// <summary>A reply to whoever had the port before us (we ourselves before a restart) would look like the answer to our first question.</summary>
    protected override TimeSpan Settle()
    {
        if (Settings.IsConnection)
            return TimeSpan.Zero;
        _isDoubtful = true;
        return Settings.SettleAfterOpen ?? Longest;
    }

    protected override void Ended(byte unit) => _quietSince[unit] = Now();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<BusStatus> ReceiveAsync(byte unit, CancellationToken limit)
    {
        while (Have < Received.Length)
        {
            int got = await Link.ReceiveAsync(Received.AsMemory(Have), limit).ConfigureAwait(false);
            if (got == 0)
                return Drop(BusStatus.Dropped, Settings.IsConnection ? "connection closed by the device" : "the port has ended (adapter unplugged?)");
            Have += got;
            if (Look(unit) is { } status)
                return status;
        }

        return Doubt(BusStatus.Malformed, "more bytes than any reply has");
    }

    protected override BusStatus TimedOut(byte unit)
    {
        ReadOnlySpan<byte> heard = ReceivedBytes[Math.Min(Have, Settings.Echoes ? SentLength : 0)..];
        if (heard.IsEmpty)
            return Doubt(BusStatus.Timeout, "no answer within the transaction timeout");
        if (RtuFrame.IsSound(heard) && heard[0] != unit)
            return Doubt(BusStatus.Timeout, $"unit {heard[0]} answered in place of unit {unit}");
        Doubt(BusStatus.Timeout, "");
        return Note(BusStatus.Malformed, "what came is no answer: noise, another baud rate or parity, or two masters on one bus");
    }

    protected override async ValueTask<BusStatus> QuietAsync(CancellationToken stop)
    {
        if (Settings.IsConnection || !IsOpen)
            return await base.QuietAsync(stop).ConfigureAwait(false);
        for (int drains = 0; _isDoubtful || Link.Pending != 0; drains++)
        {
            if (Link.Pending < 0)
                return Drop(BusStatus.Dropped, "the port has ended (adapter unplugged?)");
            if (drains == MostDrains)
                return Note(BusStatus.Malformed, "the line is never silent: another master, a wrong baud rate, or missing bias resistors");
            _isDoubtful = false;
            if (Link.Pending > 0)
                await Link.ReceiveAsync(Received, stop).ConfigureAwait(false);
            BusStatus paused = await PauseAsync(Settings.FrameGap, stop).ConfigureAwait(false);
            if (paused != BusStatus.Ok)
                return paused;
        }

        return BusStatus.Ok;
    }

    /// <summary>How the exchange ends with what has come so far; null = more is needed.</summary>
    private BusStatus? Look(byte unit)
    {
        int from = 0;
        if (Settings.Echoes)
        {
            int same = Math.Min(Have, SentLength);
            if (!ReceivedBytes[..same].SequenceEqual(SentBytes[..same]))
                return Doubt(BusStatus.Malformed, "our own bytes came back changed: two talk at once, or the adapter sends no echo and echo=1 must go");
            if (Have < SentLength)
                return null;
            from = SentLength;
        }
        else if (Request[0] < 5 && ReceivedBytes.StartsWith(SentBytes))
            return Doubt(BusStatus.Malformed, "the adapter sends our own bytes back: add echo=1 to connect");

        RtuFind found = RtuFrame.Find(ReceivedBytes[from..], unit, Request);
        if (found.Length == 0)
            return null;
        if (found.IsBroken)
        {
            // This was the answer: no other comes late.
            Doubt(BusStatus.Malformed, "check sum is wrong");
            _late = null;
            return BusStatus.Malformed;
        }

        (ReplyAt, ReplyLength) = (from + found.At + 1, found.Length - RtuFrame.Around);
        return Have > from + found.At + found.Length ? Doubt(BusStatus.Ok, "bytes followed the reply") : BusStatus.Ok;
    }
}
