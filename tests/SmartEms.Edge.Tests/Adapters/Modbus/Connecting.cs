using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Fault matrix M1 and the shared lines: who is not there is asked once per round, and who is there has one connection.</summary>
public sealed class Connecting
{
    [Fact]
    public async Task A_host_that_swallows_connections_costs_one_attempt_for_all_who_wait()
    {
        // With its queue of one full, the kernel drops further connection requests: a filtered host on loopback.
        using HandSlave deaf = new(backlog: 0);
        using HandClient filler = await HandClient.ConnectAsync(deaf.Port);
        ManualTime time = new();
        await using ModbusTcpMaster master = MasterOf(deaf, time);
        Task<(BusReply Reply, ushort?)>[] reads = [.. Enumerable.Range(0, 16).Select(i => master.ReadOneAsync(i))];
        time.Advance(TimeSpan.FromMilliseconds(2999));
        Assert.DoesNotContain(reads, read => read.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        foreach (Task<(BusReply Reply, ushort?)> read in reads)
            Assert.Equal(BusStatus.Unreachable, (await read.Guarded()).Reply.Status);
        ModbusLineHealth health = master.Health;
        Assert.Equal((16, 16, 16, 1, 0), (health.Transactions, health.Failures, health.FailuresInARow, health.ConnectFailures, health.Connects));
        Assert.Contains("connect timeout", health.LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_while_connecting_is_prompt()
    {
        using HandSlave deaf = new(backlog: 0);
        using HandClient filler = await HandClient.ConnectAsync(deaf.Port);
        await using ModbusTcpMaster master = MasterOf(deaf, new ManualTime());
        using CancellationTokenSource stop = new();
        Task<(BusReply, ushort?)> read = master.ReadOneAsync(1, stop.Token);
        Assert.False(read.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Guarded());
        Assert.Equal(0, master.Health.ConnectFailures);
    }

    [Fact]
    public async Task A_slave_that_is_switched_off_and_on_again_is_found_again()
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave);
        for (int round = 0; round < 3; round++)
        {
            await master.AssertReadsAsync(round);
            await slave.StopListeningAsync().AsTask().Guarded();
            Assert.Equal(0, slave.Clients);
            // The old connection's end may arrive during the first transaction instead of before it.
            Assert.Contains((await master.ReadOneAsync(round)).Reply.Status, new[] { BusStatus.Unreachable, BusStatus.Dropped });
            Assert.Equal(BusStatus.Unreachable, (await master.ReadOneAsync(round)).Reply.Status);
            Assert.Equal(2, master.Health.FailuresInARow);
            await slave.ResumeAsync();
        }

        await master.AssertReadsAsync(9);
        Assert.Equal(3, master.Health.Reconnects);
        Assert.InRange(master.Health.ConnectFailures, 3, 6);
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable()
    {
        await using ModbusTcpMaster master = new(new ModbusTcpSettings("nowhere.invalid"), TimeProvider.System);
        Assert.Equal(BusStatus.Unreachable, (await master.ReadOneAsync(1)).Reply.Status);
        Assert.NotNull(master.Health.LastFault);
    }

    [Theory]
    [InlineData("Inverter.Local.", "inverter.local")]
    [InlineData(" LOCALHOST", "localhost")]
    [InlineData("[FE80:0::1]", "fe80::1")]
    [InlineData("192.168.0.7", "192.168.0.7")]
    public void A_host_has_one_spelling(string given, string kept) => Assert.Equal(kept, new ModbusTcpSettings(given).Host);

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ModbusTcpSettings(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModbusTcpSettings("a", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModbusTcpSettings("a") { TransactionTimeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModbusTcpSettings("a") { Gap = TimeSpan.FromTicks(-1) });
    }

    [Fact]
    public async Task One_host_and_port_is_one_connection_until_the_last_lease_ends()
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusLines lines = new(TimeProvider.System);
        ModbusTcpSettings settings = new("localhost", slave.BoundPort) { TransactionTimeout = HangGuard };
        ModbusLease first = lines.Lease(settings);
        ModbusLease second = lines.Lease(new ModbusTcpSettings("LOCALHOST", slave.BoundPort) { TransactionTimeout = HangGuard });
        Assert.Same(first.Master, second.Master);
        await first.AssertReadsAsync(1);
        await second.AssertReadsAsync(2);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.ReadOneAsync(1));
        await second.AssertReadsAsync(3);
        Assert.Equal(1, slave.Counts.Accepted);
        await second.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second.Master.ReadOneAsync(1));
        await using ModbusLease third = lines.Lease(settings with { Gap = TimeSpan.FromMilliseconds(1) });
        Assert.NotSame(second.Master, third.Master);
        await third.AssertReadsAsync(4);
    }

    [Fact]
    public async Task A_line_is_one_wire_and_each_device_on_it_has_its_own_patience()
    {
        await using ModbusLines lines = new(TimeProvider.System);
        await using ModbusLease one = lines.Lease(new ModbusTcpSettings("h") { Gap = TimeSpan.FromMilliseconds(20) });
        await using ModbusLease other = lines.Lease(new ModbusTcpSettings("H"));
        Assert.Same(one.Master, other.Master);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => lines.Lease(new ModbusTcpSettings("H") { IsRtu = true }));
        Assert.Contains("h:502", refused.Message, StringComparison.Ordinal);
        await using ModbusLease elsewhere = lines.Lease(new ModbusTcpSettings("h", 503));
        Assert.NotSame(one.Master, elsewhere.Master);
        await using ModbusLease serial = lines.Lease(new ModbusRtuSettings(new("/dev/ttyNONE")));
        refused = Assert.Throws<ArgumentException>(() => lines.Lease(new ModbusRtuSettings(new("/dev/ttyNONE") { Baud = 19_200 })));
        Assert.Contains("9600 8N1", refused.Message, StringComparison.Ordinal);
    }
}
