using System.Net.Sockets;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>How a slave on a serial line listens.</summary>
/// <param name="Units">The units it answers for; all others it leaves to the other devices of the bus.</param>
public sealed record ModbusRtuSlaveSettings(IReadOnlySet<byte> Units)
{
    /// <summary>Half a frame older than this is forgotten. Longer than 3.5 characters, because adapters hand on bytes in bundles up to 16 ms apart.</summary>
    public TimeSpan Forgets { get; init; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>What a slave on a serial line has seen since it was started.</summary>
/// <param name="Requests">Sound requests to its units.</param>
/// <param name="Exceptions">Those whose right answer was an exception.</param>
/// <param name="Noise">Bytes that belonged to no sound request.</param>
public readonly record struct ModbusRtuSlaveCounts(long Requests, long Exceptions, long Noise);

/// <summary>A Modbus RTU server: the wire side of simulated devices on a serial line. It finds sound requests among noise and answers those to its units.</summary>
public sealed class ModbusRtuSlave : IAsyncDisposable
{
    private readonly ByteLink _link;
    private readonly ModbusRtuSlaveSettings _settings;
    private readonly RegisterAnswers _answers;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _off = new();
    private readonly Lock _sync = new();
    private readonly byte[] _in = new byte[2 * RtuFrame.MaxLength];
    private readonly byte[] _out = new byte[RtuFrame.MaxLength];
    private readonly Task _serving;
    private Misbehaviour _misbehaviour = Misbehaviour.None;
    private ModbusRtuSlaveCounts _counts;
    private int _have;

    private ModbusRtuSlave(ByteLink link, IRegisterTable table, ModbusRtuSlaveSettings settings, TimeProvider time)
    {
        (_link, _settings, _time) = (link, settings, time);
        _answers = new RegisterAnswers(table);
        _serving = ServeAsync();
    }

    public ModbusRtuSlaveCounts Counts
    {
        get
        {
            lock (_sync)
                return _counts;
        }
    }

    /// <summary>Holds from the next request on: None, Silent, Exception, LateReply or Drip. <see cref="ArgumentException"/> for the others: what noise does to
    /// a frame belongs to the wire.</summary>
    public Misbehaviour Misbehaviour
    {
        get => Volatile.Read(ref _misbehaviour);
        set
        {
            if (value.Kind is not (MisbehaviourKind.None or MisbehaviourKind.Silent or MisbehaviourKind.Exception or MisbehaviourKind.LateReply or MisbehaviourKind.Drip))
                throw new ArgumentException($"A slave on a serial line does not do {value.Kind}.", nameof(value));
            Volatile.Write(ref _misbehaviour, value);
        }
    }

    /// <summary>Ends with the link. Fails only if the register table threw.</summary>
    internal Task Served => _serving;

    /// <summary>Serves until disposed or until the link ends. The link is the slave's from here on.</summary>
    public static async Task<ModbusRtuSlave> StartAsync(ByteLink link, IRegisterTable table, ModbusRtuSlaveSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(link);
        await link.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        return new ModbusRtuSlave(link, table, settings, time);
    }

    /// <summary>Stops serving. An exception the register table threw comes out here.</summary>
    public async ValueTask DisposeAsync()
    {
        await _off.CancelAsync().ConfigureAwait(false);
        try
        {
            await _serving.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // switched off, as asked
        }
        finally
        {
            _link.Dispose();
            _off.Dispose();
        }
    }

    private async Task ServeAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                long quiet = _time.GetTimestamp();
                int got = await _link.ReceiveAsync(_in.AsMemory(_have), _off.Token).ConfigureAwait(false);
                if (got == 0)
                    return;
                if (_have > 0 && _time.GetElapsedTime(quiet) > _settings.Forgets)
                {
                    _in.AsSpan(_have, got).CopyTo(_in);
                    Forget(_have);
                    _have = 0;
                }

                _have += got;
                await AnswerAllAsync().ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // the line has ended
        }
    }

    private async ValueTask AnswerAllAsync()
    {
        int at = 0;
        while (at < _have)
        {
            int length = RtuFrame.RequestLength(_in.AsSpan(at, _have - at));
            if (length < 0)
                length = _have - at; // a function of its own: it ends where the silence is
            else if (length == 0 || at + length > _have)
                break;
            if (!RtuFrame.IsSound(_in.AsSpan(at, length)))
            {
                at++;
                Forget(1);
                continue;
            }

            await AnswerAsync(at, length).ConfigureAwait(false);
            at += length;
        }

        // What fills the whole room and is no request never will be one.
        at = at == 0 && _have == _in.Length ? _have : at;
        _in.AsSpan(at, _have - at).CopyTo(_in);
        _have -= at;
    }

    private async ValueTask AnswerAsync(int at, int requestLength)
    {
        Misbehaviour misbehaviour = Misbehaviour;
        int length = Answer(_in.AsSpan(at, requestLength), misbehaviour);
        if (length == 0 || misbehaviour.Kind == MisbehaviourKind.Silent)
            return;
        if (misbehaviour.Kind == MisbehaviourKind.LateReply)
            await Task.Delay(misbehaviour.Delay, _time, _off.Token).ConfigureAwait(false);
        for (int i = 0; misbehaviour.Kind == MisbehaviourKind.Drip && i < length; i++)
        {
            await Task.Delay(misbehaviour.Delay, _time, _off.Token).ConfigureAwait(false);
            await _link.SendAsync(_out.AsMemory(i, 1), _off.Token).ConfigureAwait(false);
        }

        if (misbehaviour.Kind != MisbehaviourKind.Drip)
            await _link.SendAsync(_out.AsMemory(0, length), _off.Token).ConfigureAwait(false);
    }

    /// <summary>Length of the reply frame; 0 when there is none to give: another's unit, or a broadcast.</summary>
    private int Answer(ReadOnlySpan<byte> frame, Misbehaviour misbehaviour)
    {
        byte unit = frame[0];
        if (unit != 0 && !_settings.Units.Contains(unit))
            return 0;
        lock (_sync)
        {
            byte code = _answers.Answer(unit, frame[1..^2], _out.AsSpan(1), misbehaviour, out int length);
            _counts = _counts with { Requests = _counts.Requests + 1, Exceptions = _counts.Exceptions + (code == ModbusExceptionCode.None ? 0 : 1) };
            // On a bus there is no gateway to say that a unit is silent.
            return unit == 0 || code == ModbusExceptionCode.GatewayTargetSilent ? 0 : RtuFrame.Write(_out, unit, length);
        }
    }

    private void Forget(int bytes)
    {
        lock (_sync)
            _counts = _counts with { Noise = _counts.Noise + bytes };
    }
}
