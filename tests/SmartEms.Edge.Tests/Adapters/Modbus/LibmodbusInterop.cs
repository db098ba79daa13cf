using System.Diagnostics;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Our master against somebody else's slave, a small server on libmodbus that is compiled here.</summary>
public sealed class LibmodbusInterop : IAsyncLifetime
{
    private const int Seed = 4711;
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("libmodbus");
    private Process? _server;
    private int _port;

    public async Task InitializeAsync()
    {
        string program = await LibmodbusProgram.BuildAsync("libmodbus_server.c", _place);
        _server = Tool.Start("libmodbus-dev", program, Seed.ToString());
        string? line = await _server.StandardOutput.ReadLineAsync().Guarded();
        Assert.StartsWith("port ", line, StringComparison.Ordinal);
        _port = int.Parse(line!.AsSpan(5));
    }

    public Task DisposeAsync()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _place.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Our_master_reads_every_space()
    {
        await using ModbusTcpMaster master = Master();
        foreach (RegisterSpace space in Enum.GetValues<RegisterSpace>())
        {
            int count = ModbusPdu.MaxRead(space);
            ushort[] into = new ushort[count];
            Assert.Equal(BusReply.Ok, await master.ReadAsync(new RegisterSpan(1, space, 900, (ushort)count), into, default).AsTask().Guarded());
            for (int i = 0; i < count; i++)
                Assert.Equal(Value(space, 900 + i), into[i]);
        }
    }

    [Theory]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Single, 1)]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Multiple, 123)]
    [InlineData(RegisterSpace.Coil, WriteFunction.Single, 1)]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 1968)]
    public async Task Our_master_writes_and_mbpoll_sees_it(RegisterSpace space, WriteFunction function, int count)
    {
        ushort[] values = new ushort[count];
        for (int i = 0; i < count; i++)
            values[i] = (ushort)(space == RegisterSpace.Coil ? Value(space, 500 + i) ^ 1 : (Value(space, 500 + i) + 1) & 0x7FFF);
        await using (ModbusTcpMaster master = Master())
        {
            Assert.Equal(BusReply.Ok, await master.WriteAsync(new RegisterSpan(1, space, 500, (ushort)count), values, function, default).AsTask().Guarded());
        }

        int seen = Math.Min(count, 100);
        Dictionary<int, string> read = await MbpollInterop.PollAsync(_port, "-t", space == RegisterSpace.Coil ? "0" : "4", "-r", "500", "-c", seen.ToString());
        Assert.Equal(seen, read.Count);
        Assert.All(read, pair => Assert.Equal(values[pair.Key - 500].ToString(), pair.Value));
    }

    [Fact]
    public async Task Its_exceptions_are_understood_and_the_line_stays_usable()
    {
        await using ModbusTcpMaster master = Master();
        Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress), (await master.ReadOneAsync(3000)).Reply);
        Assert.Equal((BusReply.Ok, Value(RegisterSpace.HoldingRegister, 2999)), await master.ReadOneAsync(2999));
        Assert.Equal(1, master.Health.Connects);
    }

    private ModbusTcpMaster Master() => new(new ModbusTcpSettings("127.0.0.1", _port) { TransactionTimeout = HangGuard }, TimeProvider.System);

    private static ushort Value(RegisterSpace space, int address)
    {
        int value = ((Seed * 31) + ((int)space * 1009) + (address * 7)) & 0xFFFF;
        return (ushort)(ModbusPdu.IsBits(space) ? (value >> 3) & 1 : value);
    }
}
