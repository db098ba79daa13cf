using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Order, deadlines and cancellation on one line, with the slave played by hand and the clock moved by hand.</summary>
public sealed class OneLineManyCallers : IDisposable
{
    private readonly HandSlave _slave = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _slave.Dispose();

    [Fact]
    public async Task Callers_are_served_in_the_order_they_came()
    {
        await using ModbusTcpMaster master = MasterOf(_slave);
        Task<(BusReply, ushort?)>[] reads = [.. Enumerable.Range(0, 20).Select(i => master.ReadOneAsync(i))];
        using HandClient client = await _slave.AcceptAsync();
        for (int i = 0; i < reads.Length; i++)
        {
            byte[] request = (await client.ReceiveAsync())!;
            Assert.Equal(i, request[9]);
            await client.SendAsync(HandClient.ReplyTo(request, (ushort)(i + 500)));
            Assert.Equal((BusReply.Ok, (ushort)(i + 500)), await reads[i].Guarded());
        }
    }

    [Fact]
    public async Task The_deadline_is_absolute_even_if_a_byte_comes_now_and_then()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply Reply, ushort?)> read = master.ReadOneAsync(1);
        using HandClient client = await _slave.AcceptAsync();
        byte[] reply = HandClient.ReplyTo((await client.ReceiveAsync())!, 7);
        for (int i = 0; i < 9; i++)
        {
            await client.SendAsync(reply[i]);
            _time.Advance(TimeSpan.FromMilliseconds(111));
        }

        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(BusStatus.Timeout, (await read.Guarded()).Reply.Status);
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal((1, 1, 1), (master.Health.Transactions, master.Health.Failures, master.Health.FailuresInARow));
        Assert.Contains("transaction timeout", master.Health.LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queueing_does_not_eat_the_deadline()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply Reply, ushort?)> first = master.ReadOneAsync(1);
        Task<(BusReply Reply, ushort?)> second = master.ReadOneAsync(2);
        using HandClient client = await _slave.AcceptAsync();
        byte[] request = (await client.ReceiveAsync())!;
        _time.Advance(TimeSpan.FromMilliseconds(900));
        await client.SendAsync(HandClient.ReplyTo(request, 1));
        request = (await client.ReceiveAsync())!;
        _time.Advance(TimeSpan.FromMilliseconds(900));
        await client.SendAsync(HandClient.ReplyTo(request, 2));
        Assert.True((await first.Guarded()).Reply.IsOk);
        Assert.True((await second.Guarded()).Reply.IsOk);
        Assert.Equal(TimeSpan.FromMilliseconds(900), master.Health.LastLatency);
    }

    [Fact]
    public async Task Cancelling_the_running_caller_keeps_its_reply_from_the_next_one()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        using CancellationTokenSource stop = new();
        Task<(BusReply, ushort?)> cancelled = master.ReadOneAsync(1, stop.Token);
        Task<(BusReply, ushort?)> next = master.ReadOneAsync(2);
        using HandClient client = await _slave.AcceptAsync();
        byte[] abandoned = (await client.ReceiveAsync())!;
        await stop.CancelAsync();
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Guarded());
        Assert.Equal(stop.Token, thrown.CancellationToken);
        using HandClient again = await _slave.AcceptAsync();
        byte[] request = (await again.ReceiveAsync())!;
        Assert.Equal(2, request[9]);
        Assert.NotEqual(abandoned[1], request[1]);
        Assert.Null(await client.ReceiveAsync());
        await again.SendAsync(HandClient.ReplyTo(request, 22));
        Assert.Equal((BusReply.Ok, (ushort)22), await next.Guarded());
        Assert.Equal((1, 0, 2, 1), (master.Health.Transactions, master.Health.Failures, master.Health.Connects, master.Health.Reconnects));
    }

    [Fact]
    public async Task Cancelling_a_queued_caller_disturbs_nobody()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        using CancellationTokenSource stop = new();
        Task<(BusReply, ushort?)> first = master.ReadOneAsync(1);
        Task<(BusReply, ushort?)> queued = master.ReadOneAsync(2, stop.Token);
        Task<(BusReply, ushort?)> last = master.ReadOneAsync(3);
        using HandClient client = await _slave.AcceptAsync();
        byte[] request = (await client.ReceiveAsync())!;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Guarded());
        Assert.False(first.IsCompleted);
        await client.SendAsync(HandClient.ReplyTo(request, 11));
        request = (await client.ReceiveAsync())!;
        Assert.Equal(3, request[9]);
        await client.SendAsync(HandClient.ReplyTo(request, 33));
        Assert.Equal((BusReply.Ok, (ushort)11), await first.Guarded());
        Assert.Equal((BusReply.Ok, (ushort)33), await last.Guarded());
        Assert.Equal(1, master.Health.Connects);
    }

    [Fact]
    public async Task A_caller_that_has_already_stopped_sends_nothing()
    {
        await using ModbusTcpMaster master = MasterOf(_slave);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => master.ReadOneAsync(1, new CancellationToken(true)));
        Assert.Equal(default, master.Health);
    }

    [Fact]
    public async Task Bytes_nobody_asked_for_are_never_read_as_a_reply()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply, ushort?)> first = master.ReadOneAsync(1);
        using HandClient client = await _slave.AcceptAsync();
        byte[] reply = HandClient.ReplyTo((await client.ReceiveAsync())!, 11);
        await client.SendAsync(reply);
        await first.Guarded();
        // Exactly what the next request would take for its answer.
        reply[1]++;
        reply[10] = 99;
        await client.SendAsync(reply);
        await client.ArrivedAsync();
        Task<(BusReply, ushort?)> second = master.ReadOneAsync(2);
        using HandClient again = await _slave.AcceptAsync();
        await again.SendAsync(HandClient.ReplyTo((await again.ReceiveAsync())!, 22));
        Assert.Equal((BusReply.Ok, (ushort)22), await second.Guarded());
        Assert.Equal((2, 0, 1), (master.Health.Transactions, master.Health.Failures, master.Health.Reconnects));
    }

    [Fact]
    public async Task A_reply_with_bytes_behind_it_counts_but_ends_its_connection()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply, ushort?)> read = master.ReadOneAsync(1);
        using HandClient client = await _slave.AcceptAsync();
        byte[] reply = HandClient.ReplyTo((await client.ReceiveAsync())!, 11);
        await client.SendAsync([.. reply, .. reply[..4]]);
        Assert.Equal((BusReply.Ok, (ushort)11), await read.Guarded());
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task A_connection_that_ended_in_the_meantime_is_replaced_without_a_failure()
    {
        await using ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply, ushort?)> first = master.ReadOneAsync(1);
        using HandClient client = await _slave.AcceptAsync();
        await client.SendAsync(HandClient.ReplyTo((await client.ReceiveAsync())!, 11));
        await first.Guarded();
        await client.HangUpAsync();

        Task<(BusReply, ushort?)> second = master.ReadOneAsync(2);
        using HandClient again = await _slave.AcceptAsync();
        await again.SendAsync(HandClient.ReplyTo((await again.ReceiveAsync())!, 22));
        Assert.Equal((BusReply.Ok, (ushort)22), await second.Guarded());
        Assert.Equal(0, master.Health.Failures);
    }

    [Fact]
    public async Task The_gap_and_the_wait_after_connecting_are_kept_to_the_millisecond()
    {
        ModbusTcpSettings settings = new("127.0.0.1", _slave.Port) { Gap = TimeSpan.FromMilliseconds(20) };
        await using ModbusTcpMaster master = new(settings, _time);
        Task<(BusReply, ushort?)> first = master.ReadOneAsync(1);
        using HandClient client = await _slave.AcceptAsync();
        await client.SendAsync(HandClient.ReplyTo((await client.ReceiveAsync())!, 1));
        await first.Guarded();
        Task<(BusReply, ushort?)> second = master.ReadOneAsync(2);
        Task<byte[]?> request = client.ReceiveAsync();
        _time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(request.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await client.SendAsync(HandClient.ReplyTo((await request)!, 2));
        Assert.Equal((BusReply.Ok, (ushort)2), await second.Guarded());
    }

    [Fact]
    public async Task Disposal_ends_the_running_and_the_queued_at_once()
    {
        ModbusTcpMaster master = MasterOf(_slave, _time);
        Task<(BusReply Reply, ushort?)> running = master.ReadOneAsync(1);
        Task<(BusReply Reply, ushort?)> queued = master.ReadOneAsync(2);
        using HandClient client = await _slave.AcceptAsync();
        await client.ReceiveAsync();
        await master.DisposeAsync().AsTask().Guarded();
        Assert.Equal(BusStatus.Dropped, (await running.Guarded()).Reply.Status);
        Assert.Equal(BusStatus.Dropped, (await queued.Guarded()).Reply.Status);
        Assert.Null(await client.ReceiveAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => master.ReadOneAsync(3));
        await master.DisposeAsync();
    }
}
