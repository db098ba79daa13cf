using System.Net.Sockets;
using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>One line and the exchange of one frame on it, whatever it is framed by; used by one caller at a time.</summary>
/// <remarks>After anything but a valid answer the line is in doubt: a stream that has gone wrong once can hand the next caller an old reply.
/// A connection is dropped then; a serial port is drained until it is silent.</remarks>
internal abstract class FrameLine : IDisposable
{
    /// <summary>Room for a reply, our own echo before it, and some noise.</summary>
    private const int ReceiveRoom = 1_024;

    private readonly TimeProvider _time;
    private readonly CancellationToken _closing;
    private readonly StepLimit _limit;
    private long? _quietSince;

    protected FrameLine(LineSettings settings, TimeProvider time, CancellationToken closing)
    {
        (Settings, _time, _closing) = (settings, time, closing);
        _limit = new StepLimit(time, closing);
        Link = settings.NewLink();
    }

    public bool IsOpen => Link.IsOpen;

    /// <summary>Where the caller writes its request PDU.</summary>
    public abstract Span<byte> Request { get; }

    /// <summary>The reply PDU after an exchange that ended Ok; valid until the next exchange.</summary>
    public ReadOnlySpan<byte> Reply => Received.AsSpan(ReplyAt, ReplyLength);

    /// <summary>The request as it went out in the latest exchange.</summary>
    public ReadOnlySpan<byte> SentBytes => Sending.AsSpan(0, SentLength);

    /// <summary>Whatever came in during the latest exchange.</summary>
    public ReadOnlySpan<byte> ReceivedBytes => Received.AsSpan(0, Have);

    /// <summary>From the first byte sent to the last received in the latest exchange.</summary>
    public TimeSpan Latency { get; private set; }

    /// <summary>What went wrong last, for people.</summary>
    public string? Fault { get; private set; }

    /// <summary>How long the device now spoken to may take at the very most, even when less is waited.</summary>
    public TimeSpan Longest { get; set; }

    /// <summary>Silence after connecting: the longest that any device on the line wants.</summary>
    public TimeSpan WaitAfterConnect { get; set; }

    protected LineSettings Settings { get; }
    protected ByteLink Link { get; }
    protected byte[] Sending { get; } = new byte[Mbap.MaxFrame + 2];
    protected byte[] Received { get; } = new byte[ReceiveRoom];

    /// <summary>When the latest exchange began.</summary>
    protected long StartedAt { get; private set; }
    protected int SentLength { get; private set; }
    protected int Have { get; set; }
    protected int ReplyAt { get; set; }
    protected int ReplyLength { get; set; }

    /// <summary>Something is wrong with what came: the next transaction must not meet it. Returns <paramref name="status"/> for the caller to hand on.</summary>
    public virtual BusStatus Doubt(BusStatus status, string why) => Drop(status, why);

    /// <summary>Closes the line and keeps the reason.</summary>
    public BusStatus Drop(BusStatus status, string why)
    {
        Link.Close();
        return Note(status, why);
    }

    protected BusStatus Note(BusStatus status, string why)
    {
        Fault = why;
        return status;
    }

    /// <summary>Keeps the silence this device wants and lets nothing stand in the line that nobody asked for.</summary>
    public async ValueTask<BusStatus> RestAsync(byte unit, TimeSpan gap, CancellationToken stop)
    {
        // A timer may fire a little early on another clock than the timestamps', hence the loop.
        while (_quietSince is { } since && Owed(unit, gap, _time.GetElapsedTime(since)) is var left && left > TimeSpan.Zero)
        {
            BusStatus paused = await PauseAsync(left, stop).ConfigureAwait(false);
            if (paused != BusStatus.Ok)
                return paused;
        }

        BusStatus quiet = await QuietAsync(stop).ConfigureAwait(false);
        // A connection that is gone is no failure yet: the next one is made for this transaction.
        return IsOpen ? quiet : BusStatus.Ok;
    }

    /// <summary>Opens the line within its time, then waits as the devices want.</summary>
    public async ValueTask<BusStatus> ConnectAsync(CancellationToken stop)
    {
        CancellationToken limit = _limit.Begin(Settings.ConnectTimeout, stop);
        try
        {
            await Link.OpenAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return Drop(BusStatus.Unreachable, _closing.IsCancellationRequested ? "line closed" : "no connection within the connect timeout");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return Drop(BusStatus.Unreachable, error.Message);
        }
        finally
        {
            _limit.End();
        }

        TimeSpan settle = Settle();
        if (WaitAfterConnect == TimeSpan.Zero && settle == TimeSpan.Zero)
            return BusStatus.Ok;
        try
        {
            BusStatus paused = await PauseAsync(settle > WaitAfterConnect ? settle : WaitAfterConnect, stop).ConfigureAwait(false);
            return paused == BusStatus.Ok ? await QuietAsync(stop).ConfigureAwait(false) : paused;
        }
        catch (OperationCanceledException)
        {
            // The next caller would take this line for one that has waited already.
            Drop(BusStatus.Dropped, "caller gave up");
            throw;
        }
    }

    /// <summary>Sends the request PDU and receives the whole reply within <paramref name="timeout"/>. The reply's PDU is not judged here.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BusStatus> ExchangeAsync(byte unit, int pduLength, TimeSpan timeout, CancellationToken stop)
    {
        (SentLength, Have) = (Frame(unit, pduLength), 0);
        CancellationToken limit = _limit.Begin(timeout + OnWire(), stop);
        StartedAt = _time.GetTimestamp();
        try
        {
            await Link.SendAsync(Sending.AsMemory(0, SentLength), limit).ConfigureAwait(false);
            return await ReceiveAsync(unit, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            bool closing = _closing.IsCancellationRequested;
            BusStatus status = closing ? Drop(BusStatus.Dropped, "line closed") : stop.IsCancellationRequested ? Doubt(BusStatus.Timeout, "caller gave up") : TimedOut(unit);
            stop.ThrowIfCancellationRequested();
            return status;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return Drop(BusStatus.Dropped, error.Message);
        }
        finally
        {
            _limit.End();
            Latency = _time.GetElapsedTime(StartedAt);
            _quietSince = _time.GetTimestamp();
            Ended(unit);
        }
    }

    public void Dispose()
    {
        Drop(BusStatus.Dropped, "line closed");
        Link.Dispose();
        _limit.Dispose();
    }

    /// <summary>Puts the frame around the request's PDU and returns its length.</summary>
    protected abstract int Frame(byte unit, int pduLength);

    /// <summary>Receives until the reply is there, or what comes cannot be it.</summary>
    protected abstract ValueTask<BusStatus> ReceiveAsync(byte unit, CancellationToken limit);

    /// <summary>Ok when the line holds nothing, or has been rid of it.</summary>
    protected virtual ValueTask<BusStatus> QuietAsync(CancellationToken stop) => ValueTask.FromResult(Quiet());

    /// <summary>The line has just been opened: how long it must be listened to before anything may be asked on it.</summary>
    protected virtual TimeSpan Settle() => TimeSpan.Zero;

    /// <summary>How much longer the line must be silent before this unit may be asked, when it has been for <paramref name="quiet"/>.</summary>
    protected virtual TimeSpan Owed(byte unit, TimeSpan gap, TimeSpan quiet) => gap - quiet;

    protected virtual BusStatus TimedOut(byte unit) => Doubt(BusStatus.Timeout, "no complete answer within the transaction timeout");

    /// <summary>The time that request and reply themselves need.</summary>
    protected virtual TimeSpan OnWire() => TimeSpan.Zero;

    /// <summary>The exchange with this unit is over, however it ended.</summary>
    protected virtual void Ended(byte unit)
    {
    }

    protected TimeSpan Since(long timestamp) => _time.GetElapsedTime(timestamp);

    protected long Now() => _time.GetTimestamp();

    protected async ValueTask<BusStatus> PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        // Shorter than a timer can be would only spin.
        TimeSpan least = TimeSpan.FromMilliseconds(1);
        CancellationToken limit = _limit.Begin(Timeout.InfiniteTimeSpan, stop);
        try
        {
            await Task.Delay(pause > least ? pause : least, _time, limit).ConfigureAwait(false);
            return BusStatus.Ok;
        }
        catch (OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return Drop(BusStatus.Dropped, "line closed");
        }
        finally
        {
            _limit.End();
        }
    }

    private BusStatus Quiet()
    {
        if (!IsOpen)
            return BusStatus.Dropped;
        try
        {
            return Link.Pending switch
            {
                0 => BusStatus.Ok,
                < 0 => Drop(BusStatus.Dropped, "connection closed by the device"),
                _ => Doubt(BusStatus.Malformed, "bytes arrived that nobody asked for"),
            };
        }
        catch (SocketException error)
        {
            return Drop(BusStatus.Dropped, error.Message);
        }
    }
}
