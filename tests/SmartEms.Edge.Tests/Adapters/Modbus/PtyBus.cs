using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Serial;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A serial bus without hardware: two pseudo-terminals with a wire between them, on which a test can make noise, echoes and collisions.</summary>
internal sealed class PtyBus : IAsyncDisposable
{
    private readonly PseudoTerminal _near = PseudoTerminal.Open();
    private readonly PseudoTerminal _far = PseudoTerminal.Open();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _pumps;

    /// <summary>A bus of two pseudo-terminals.</summary>
    public static PtyBus Make() => new();

    public PtyBus() => _pumps = Task.WhenAll(PumpAsync(_near.Far, _far.Far, isRequest: true), PumpAsync(_far.Far, _near.Far, isRequest: false));

    /// <summary>The device file for the master's side, and for the slave's.</summary>
    public string Near => _near.Path;
    public string Far => _far.Path;

    /// <summary>What the wire makes of a request, and of a reply.</summary>
    public Func<byte[], byte[]> OnRequest { get; set; } = bytes => bytes;
    public Func<byte[], byte[]> OnReply { get; set; } = bytes => bytes;

    /// <summary>What the master hears of itself.</summary>
    public Func<byte[], byte[]> Echo { get; set; } = _ => [];

    public async Task<ModbusRtuSlave> ServeAsync(IRegisterTable? table = null, params byte[] units) => await ModbusRtuSlave.StartAsync(
        new SerialLink(new SerialSettings(Far)), table ?? new TestTable(), new ModbusRtuSlaveSettings(new HashSet<byte>(units is [] ? [1, 2, 3] : units)), TimeProvider.System);

    /// <summary>A master that knows to be the first on the bus, so that it need not listen before it asks.</summary>
    public ModbusRtuMaster Master(TimeSpan timeout, bool echoes = false, int baud = 115_200) =>
        new(new ModbusRtuSettings(new SerialSettings(Near) { Baud = baud }) { TransactionTimeout = timeout, Echoes = echoes, SettleAfterOpen = TimeSpan.Zero }, TimeProvider.System);

    /// <summary>A master as the daemon makes it.</summary>
    public ModbusRtuMaster Newcomer(TimeSpan timeout) =>
        new(new ModbusRtuSettings(new SerialSettings(Near) { Baud = 115_200 }) { TransactionTimeout = timeout }, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _near.Dispose();
        _far.Dispose();
        _end.Dispose();
    }

    private async Task PumpAsync(SerialPort from, SerialPort to, bool isRequest)
    {
        byte[] buffer = new byte[1024];
        while (true)
        {
            int got = await from.ReceiveAsync(buffer, _end.Token);
            if (got == 0)
                return;
            byte[] bytes = buffer[..got];
            if (isRequest && Echo(bytes) is { Length: > 0 } echo)
                await from.SendAsync(echo, _end.Token);
            bytes = isRequest ? OnRequest(bytes) : OnReply(bytes);
            if (bytes.Length > 0)
                await to.SendAsync(bytes, _end.Token);
        }
    }
}
