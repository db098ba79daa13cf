using System.Diagnostics;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>RTU end to end over a pseudo-terminal against libmodbus, once as the slave and once as the master; its program is compiled here.</summary>
public sealed class LibmodbusRtuInterop : IAsyncLifetime
{
    private const int Seed = 815;
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("libmodbus-rtu");
    private readonly PtyBus _bus = PtyBus.Make();

    private string _program = "";

    public async Task InitializeAsync() => _program = await LibmodbusProgram.BuildAsync("libmodbus_rtu.c", _place);

    public async Task DisposeAsync()
    {
        await _bus.DisposeAsync();
        _place.Delete(recursive: true);
    }

    [Fact]
    public async Task Our_master_reads_and_writes_its_slave()
    {
        using Process slave = Tool.Start("libmodbus-dev", _program, "slave", _bus.Far, "17", Seed.ToString());
        try
        {
            Assert.Equal("ready", await slave.StandardOutput.ReadLineAsync().Guarded());
            await using ModbusRtuMaster master = _bus.Master(HangGuard, baud: 9_600);
            ushort[] into = new ushort[125];
            Assert.Equal(BusReply.Ok, await master.ReadAsync(Holding(100, 125, 17), into, default).AsTask().Guarded());
            for (int i = 0; i < into.Length; i++)
                Assert.Equal((ushort)(((Seed * 31) + 3027 + ((100 + i) * 7)) & 0xFFFF), into[i]);
            Assert.Equal(BusReply.Ok, await master.WriteAsync(Holding(7, 2, 17), new ushort[] { 5, 6 }, WriteFunction.Multiple, default).AsTask().Guarded());
            Assert.Equal(BusReply.Ok, await master.WriteAsync(Holding(8, 1, 17), new ushort[] { 60 }, WriteFunction.Single, default).AsTask().Guarded());
            Assert.Equal(BusReply.Ok, await master.ReadAsync(Holding(7, 2, 17), into.AsMemory(0, 2), default).AsTask().Guarded());
            Assert.Equal(new ushort[] { 5, 60 }, into[..2]);
            Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress), await master.ReadAsync(Holding(3_000, 1, 17), into.AsMemory(0, 1), default).AsTask().Guarded());
        }
        finally
        {
            slave.Kill();
            await slave.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Its_master_writes_and_reads_our_slave()
    {
        TestTable table = new() { LastUnit = 17 };
        await using ModbusRtuSlave slave = await _bus.ServeAsync(table, 17);
        (int exit, string output) = await Tool.RunAsync("libmodbus-dev", _program, "master", _bus.Near, "17", "200");
        Assert.True(exit == 0, output);
        Assert.Equal("11 44 33", output.Trim());
        Assert.Equal((3, 0, 0), (slave.Counts.Requests, slave.Counts.Exceptions, slave.Counts.Noise));
    }
}
