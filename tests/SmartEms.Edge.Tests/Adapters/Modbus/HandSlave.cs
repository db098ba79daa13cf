using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A slave played by the test itself, byte by byte, where the order of events is the point.</summary>
internal sealed class HandSlave : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HandSlave(int backlog = 16)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    /// <summary>Known also after the listener is gone.</summary>
    public int Port { get; }

    public async Task<HandClient> AcceptAsync() => new(await _listener.AcceptAsync().Guarded());

    /// <summary>The bare socket of the next connection.</summary>
    public ValueTask<Socket> TakeAsync(CancellationToken stop) => _listener.AcceptAsync(stop);

    public void Dispose() => _listener.Dispose();
}

/// <summary>One connection of a <see cref="HandSlave"/>, or of a master played by the test.</summary>
internal sealed class HandClient(Socket socket) : IDisposable
{
    public static async Task<HandClient> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new HandClient(socket);
    }

    /// <summary>One whole frame, or null if the other end has closed.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        byte[] frame = new byte[Mbap.MaxFrame];
        int have = 0;
        for (int need = Mbap.HeaderLength; have < need;)
        {
            int got;
            try
            {
                got = await socket.ReceiveAsync(frame.AsMemory(have, need - have), SocketFlags.None).AsTask().Guarded();
            }
            catch (SocketException)
            {
                return null;
            }

            if (got == 0)
                return null;
            have += got;
            if (have >= Mbap.HeaderLength)
                need = Mbap.Read(frame).FrameLength;
        }

        return frame[..have];
    }

    public async Task SendAsync(params byte[] bytes) => await socket.SendAsync(bytes, SocketFlags.None).Guarded();

    /// <summary>Waits until the other end's kernel has acknowledged all that was sent; on a busy machine even loopback takes its time.</summary>
    public async Task ArrivedAsync()
    {
        // struct tcp_info: the state is byte 0, tcpi_unacked the 32-bit word at byte 24.
        byte[] info = new byte[28];
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Shared.HangGuard, "never acknowledged");
            await Task.Yield();
            socket.GetRawSocketOption(6, 11, info);
        }
        while (BitConverter.ToUInt32(info, 24) != 0);
    }

    /// <summary>Closes this direction, and is sure that the other end could know.</summary>
    public async Task HangUpAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        await ArrivedAsync();
    }

    /// <summary>Says that nothing more will come and counts the frames that still do until the other end closes too.</summary>
    public async Task<int> FinishAsync()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Already closed by the other end.
        }

        for (int frames = 0; ; frames++)
        {
            if (await ReceiveAsync() is null)
                return frames;
        }
    }

    /// <summary>The right reply to a read of one holding register.</summary>
    public static byte[] ReplyTo(byte[] request, ushort value) =>
        [request[0], request[1], 0, 0, 0, 5, request[6], 3, 2, (byte)(value >> 8), (byte)(value & 0xFF)];

    public void Dispose() => socket.Dispose();
}

/// <summary>What the Modbus tests share: guards against hanging, and reads of one register.</summary>
internal static class Shared
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(10);

    public static Task<T> Guarded<T>(this Task<T> task) => task.WaitAsync(HangGuard);

    public static Task Guarded(this Task task) => task.WaitAsync(HangGuard);

    public static RegisterSpan Holding(int address, int count = 1, byte unit = 1) => new(unit, RegisterSpace.HoldingRegister, (ushort)address, (ushort)count);

    public static ModbusTcpMaster MasterOf(ModbusTcpSlave slave, TimeSpan? timeout = null) => new(
        new ModbusTcpSettings("127.0.0.1", slave.BoundPort) { ConnectTimeout = HangGuard, TransactionTimeout = timeout ?? HangGuard }, TimeProvider.System);

    public static ModbusTcpMaster MasterOf(HandSlave slave, TimeProvider? time = null) => new(
        new ModbusTcpSettings("127.0.0.1", slave.Port), time ?? TimeProvider.System);

    public static ModbusTcpSlave Serve(IRegisterTable? table = null, Func<ModbusTcpSlaveSettings, ModbusTcpSlaveSettings>? with = null)
    {
        ModbusTcpSlaveSettings settings = ModbusTcpSlaveSettings.Loopback();
        return ModbusTcpSlave.Start(with?.Invoke(settings) ?? settings, table ?? new TestTable(), TimeProvider.System);
    }

    /// <summary>Reads one holding register; the value is null unless the reply is Ok.</summary>
    public static async Task<(BusReply Reply, ushort? Value)> ReadOneAsync(this Core.Sensing.IRegisterBus bus, int address, CancellationToken stop = default)
    {
        ushort[] into = [0xDEAD];
        BusReply reply = await bus.ReadAsync(Holding(address), into, stop).AsTask().Guarded();
        if (!reply.IsOk)
            Assert.Equal(0xDEAD, into[0]);
        return (reply, reply.IsOk ? into[0] : null);
    }

    public static async Task AssertReadsAsync(this Core.Sensing.IRegisterBus bus, int address)
    {
        (BusReply reply, ushort? value) = await bus.ReadOneAsync(address);
        Assert.Equal(BusReply.Ok, reply);
        Assert.Equal(TestTable.Original(1, RegisterSpace.HoldingRegister, address), value);
    }
}
