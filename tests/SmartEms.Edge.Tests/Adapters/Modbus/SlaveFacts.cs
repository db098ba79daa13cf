using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>The slave as a server: framing, clients, switching off, ending.</summary>
public sealed class SlaveFacts
{
    [Fact]
    public async Task A_single_client_gateway_turns_the_second_away_until_the_first_has_gone()
    {
        await using ModbusTcpSlave slave = Serve(with: s => s with { MaxClients = 1 });
        await using ModbusTcpMaster second = MasterOf(slave);
        await using (ModbusTcpMaster first = MasterOf(slave))
        {
            await first.AssertReadsAsync(1);
            Assert.Equal(BusStatus.Dropped, (await second.ReadOneAsync(2)).Reply.Status);
            await first.AssertReadsAsync(3);
            Assert.Equal(1, slave.Clients);
        }

        // The farewell of the first may still be under way when the second knocks; it is let in as soon as that has arrived.
        BusReply reply;
        do
            reply = (await second.ReadOneAsync(4)).Reply;
        while (reply.Status == BusStatus.Dropped);
        Assert.Equal(BusReply.Ok, reply);
        Assert.Equal(2, slave.Counts.Accepted);
    }

    [Fact]
    public async Task Requests_may_come_in_pieces_or_together()
    {
        await using ModbusTcpSlave slave = Serve();
        using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
        byte[] one = Convert.FromHexString("000100000006010300000001");
        byte[] two = Convert.FromHexString("000200000006010300010001");
        foreach (byte piece in one)
            await client.SendAsync(piece);
        Assert.Equal(HandClient.ReplyTo(one, TestTable.Original(1, RegisterSpace.HoldingRegister, 0)), await client.ReceiveAsync());
        await client.SendAsync([.. two, .. one, .. two[..5]]);
        Assert.Equal(HandClient.ReplyTo(two, TestTable.Original(1, RegisterSpace.HoldingRegister, 1)), await client.ReceiveAsync());
        Assert.Equal(HandClient.ReplyTo(one, TestTable.Original(1, RegisterSpace.HoldingRegister, 0)), await client.ReceiveAsync());
        await client.SendAsync(two[5..]);
        Assert.Equal(HandClient.ReplyTo(two, TestTable.Original(1, RegisterSpace.HoldingRegister, 1)), await client.ReceiveAsync());
    }

    [Theory]
    [InlineData("0001000000020107", "000100000003018701")]
    [InlineData("000100000006010300000000", "000100000003018303")]
    [InlineData("000100000006010303E80001", "000100000003018302")]
    [InlineData("000100000006630300000001", "00010000000363830B")]
    public async Task Unsound_requests_are_answered_by_exceptions(string request, string reply)
    {
        await using ModbusTcpSlave slave = Serve(new TestTable { Size = 1000 });
        using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
        await client.SendAsync(Convert.FromHexString(request));
        Assert.Equal(reply, Convert.ToHexString((await client.ReceiveAsync())!));
    }

    [Theory]
    [InlineData("000100010006010300000001")]
    [InlineData("000100000001010300000001")]
    [InlineData("0001000000FF010300000001")]
    public async Task What_is_not_Modbus_TCP_is_hung_up_on(string frame)
    {
        await using ModbusTcpSlave slave = Serve();
        using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
        await client.SendAsync(Convert.FromHexString(frame));
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(0, slave.Counts.Requests);
    }

    [Fact]
    public async Task Idle_clients_are_closed()
    {
        await using ModbusTcpSlave slave = Serve(with: s => s with { IdleTimeout = TimeSpan.FromMilliseconds(50) });
        using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_slave_ends_cleanly_under_its_clients_even_in_the_middle_of_a_slow_reply()
    {
        ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave);
        await master.AssertReadsAsync(1);
        slave.Misbehaviour = Misbehaviour.LateReply(TimeSpan.FromMinutes(10));
        Task<(BusReply Reply, ushort?)> waiting = master.ReadOneAsync(2);
        using HandClient other = await HandClient.ConnectAsync(slave.BoundPort);
        await slave.DisposeAsync().AsTask().Guarded();
        Assert.Equal(BusStatus.Dropped, (await waiting).Reply.Status);
        Assert.Null(await other.ReceiveAsync());
        await slave.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => slave.ResumeAsync().AsTask());
    }

    [Fact]
    public async Task A_slave_that_is_off_keeps_its_port()
    {
        await using ModbusTcpSlave slave = Serve();
        Assert.True(slave.IsListening);
        await slave.StopListeningAsync();
        await slave.StopListeningAsync();
        Assert.False(slave.IsListening);
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => HandClient.ConnectAsync(slave.BoundPort));
        await slave.ResumeAsync();
        await slave.ResumeAsync();
        using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
    }

    [Fact]
    public async Task A_table_that_throws_is_not_swallowed()
    {
        ModbusTcpSlave slave = Serve(new BrokenTable());
        await using ModbusTcpMaster master = MasterOf(slave);
        Assert.Equal(BusStatus.Dropped, (await master.ReadOneAsync(1)).Reply.Status);
        await Assert.ThrowsAsync<NotSupportedException>(() => slave.DisposeAsync().AsTask().Guarded());
    }

    private sealed class BrokenTable : IRegisterTable
    {
        public byte Read(RegisterSpan span, Span<ushort> into) => throw new NotSupportedException();

        public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function) => throw new NotSupportedException();
    }
}
