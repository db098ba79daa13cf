using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Our master and our slave over a real socket: every function, every exception, many callers.</summary>
public sealed class RoundTrips
{
    [Theory]
    [InlineData(RegisterSpace.Coil, 2000)]
    [InlineData(RegisterSpace.Coil, 1)]
    [InlineData(RegisterSpace.DiscreteInput, 2000)]
    [InlineData(RegisterSpace.DiscreteInput, 9)]
    [InlineData(RegisterSpace.HoldingRegister, 125)]
    [InlineData(RegisterSpace.HoldingRegister, 1)]
    [InlineData(RegisterSpace.InputRegister, 125)]
    [InlineData(RegisterSpace.InputRegister, 2)]
    public async Task Every_space_is_read_to_its_limit(RegisterSpace space, int count)
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave);
        ushort[] into = new ushort[count];
        int address = 0x10000 - count;
        Assert.Equal(BusReply.Ok, await master.ReadAsync(new RegisterSpan(3, space, (ushort)address, (ushort)count), into, default).AsTask().Guarded());
        for (int i = 0; i < count; i++)
            Assert.Equal(TestTable.Original(3, space, address + i), into[i]);
    }

    [Theory]
    [InlineData(RegisterSpace.Coil, WriteFunction.Single, 1)]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 1)]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 1968)]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Single, 1)]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Multiple, 1)]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Multiple, 123)]
    public async Task What_is_written_is_read_back(RegisterSpace space, WriteFunction function, int count)
    {
        TestTable table = new();
        await using ModbusTcpSlave slave = Serve(table);
        await using ModbusTcpMaster master = MasterOf(slave);
        RegisterSpan span = new(2, space, 40, (ushort)count);
        ushort[] values = new ushort[count];
        for (int i = 0; i < count; i++)
            values[i] = (ushort)(TestTable.Original(2, space, 40 + i) ^ 1);
        Assert.Equal(BusReply.Ok, await master.WriteAsync(span, values, function, default).AsTask().Guarded());
        ushort[] back = new ushort[count];
        Assert.Equal(BusReply.Ok, await ReadInPiecesAsync(master, span, back));
        Assert.Equal(values, back);
        Assert.Equal(function, table.LastFunction);
    }

    [Fact]
    public async Task Exceptions_come_through_and_the_connection_stays()
    {
        await using ModbusTcpSlave slave = Serve(new TestTable { Size = 100, LastUnit = 4 });
        await using ModbusTcpMaster master = MasterOf(slave);
        Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress), (await master.ReadOneAsync(100)).Reply);
        ushort[] into = new ushort[1];
        Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.GatewayTargetSilent),
            await master.ReadAsync(Holding(1, unit: 5), into, default).AsTask().Guarded());
        Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress),
            await master.WriteAsync(Holding(99, 2), new ushort[2], WriteFunction.Multiple, default).AsTask().Guarded());
        await master.AssertReadsAsync(99);
        Assert.Equal(1, slave.Counts.Accepted);
        Assert.Equal(3, slave.Counts.Exceptions);
        ModbusLineHealth health = master.Health;
        Assert.Equal((4, 0, 3, 1), (health.Transactions, health.Failures, health.Exceptions, health.Connects));
        Assert.True(health.LastLatency > TimeSpan.Zero);
    }

    [Fact]
    public async Task Sixteen_callers_share_one_connection_and_get_their_own_values()
    {
        await using ModbusTcpSlave slave = Serve(with: s => s with { MaxClients = 1 });
        await using ModbusTcpMaster master = MasterOf(slave);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
                await master.AssertReadsAsync((caller * 1000) + i);
        }))).Guarded();
        Assert.Equal((1, 0, 1600), (slave.Counts.Accepted, slave.Counts.Refused, slave.Counts.Requests));
    }

    [Fact]
    public async Task A_gateway_gets_the_gap_it_needs()
    {
        TimeSpan gap = TimeSpan.FromMilliseconds(5);
        await using ModbusTcpSlave slave = Serve(with: s => s with { RequiredGap = gap });
        await using (ModbusTcpMaster hasty = MasterOf(slave))
        {
            for (int i = 0; i < 20; i++)
                await hasty.AssertReadsAsync(i);
        }

        long violations = slave.Counts.GapViolations;
        Assert.True(violations > 0, "the slave must notice a master without a gap, or this test shows nothing");
        ModbusTcpSettings patient = new("localhost", slave.BoundPort) { Gap = gap, WaitAfterConnect = gap, TransactionTimeout = HangGuard };
        await using ModbusTcpMaster master = new(patient, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async caller =>
        {
            for (int i = 0; i < 50; i++)
                await master.AssertReadsAsync((caller * 1000) + i);
        })).Guarded();
        Assert.Equal((violations, 2, 0), (slave.Counts.GapViolations, slave.Counts.Accepted, slave.Counts.Refused));
    }

    [Fact]
    public async Task Transaction_ids_count_up_and_wrap()
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave);
        ushort[] into = new ushort[1];
        for (int i = 0; i < 65_540; i++)
            Assert.True((await master.ReadAsync(Holding(i % 5000), into, default)).IsOk);
        Assert.Equal((1, 65_540), (slave.Counts.Accepted, slave.Counts.Requests));
    }

    private static async Task<BusReply> ReadInPiecesAsync(ModbusTcpMaster master, RegisterSpan span, Memory<ushort> into)
    {
        const int piece = 100;
        for (int i = 0; i < span.Count; i += piece)
        {
            int count = Math.Min(piece, span.Count - i);
            BusReply reply = await master.ReadAsync(span with { Address = (ushort)(span.Address + i), Count = (ushort)count }, into.Slice(i, count), default);
            if (!reply.IsOk)
                return reply;
        }

        return BusReply.Ok;
    }
}
