using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Several devices on one line: whose turn it is, whose gap is kept, and what the line's trace tells of it.</summary>
public sealed class TurnsOnALine : IDisposable
{
    private readonly HandSlave _slave = new();

    public void Dispose() => _slave.Dispose();

    [Fact]
    public async Task Writes_overtake_waiting_reads_but_never_for_ever()
    {
        await using ModbusTcpMaster master = MasterOf(_slave);
        List<Task> all = [.. Enumerable.Range(0, 4).Select(i => master.ReadOneAsync(i))];
        all.AddRange(Enumerable.Range(100, 20).Select(i => master.WriteAsync(Holding(i), new ushort[1], WriteFunction.Single, default).AsTask()));
        using HandClient client = await _slave.AcceptAsync();
        List<int> order = [];
        for (int i = 0; i < all.Count; i++)
        {
            byte[] request = (await client.ReceiveAsync())!;
            order.Add(request[9]);
            await client.SendAsync(request[7] == 6 ? request : HandClient.ReplyTo(request, 1));
        }

        await Task.WhenAll(all).Guarded();
        // Read 0 was under way; then eight writes, one read, and so on.
        Assert.Equal([0, .. Enumerable.Range(100, 8), 1, .. Enumerable.Range(108, 8), 2, .. Enumerable.Range(116, 4), 3], order);
    }

    [Fact]
    public Task On_a_bus_each_device_has_its_own_gap() => Task.Run(async () =>
    {
        ManualTime time = new();
        List<(byte Unit, double Ms)> asked = [];
        ScriptedSettings settings = new(time, WireFraming.Rtu, true, request =>
        {
            asked.Add((request[0], TimeSpan.FromTicks(time.GetTimestamp()).TotalMilliseconds));
            return [new(10, Frames.ReadReply(WireFraming.Rtu, request))];
        });
        await using ModbusLines lines = new(time);
        ModbusLease quick = lines.Lease(settings), slow = lines.Lease(settings with { Gap = TimeSpan.FromMilliseconds(100) });
        ushort[] into = new ushort[1];
        foreach (byte unit in (byte[])[2, 1, 1, 1, 2])
            Assert.True(time.Run((unit == 2 ? slow : quick).ReadAsync(Holding(1, unit: unit), into, default)).IsOk);
        double[] pauses = [.. asked.Zip(asked.Skip(1), (a, b) => b.Ms - a.Ms)];
        // 10 ms answer, 3.65 ms silence at 9600 8N1; the slow one waits until 100 ms after its own last answer.
        Assert.All(pauses[..3], pause => Assert.InRange(pause, 13.6, 16));
        Assert.InRange(asked[4].Ms - asked[0].Ms, 110, 112);
    });

    [Fact]
    public async Task The_trace_holds_the_bytes_both_ways_and_how_it_ended()
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave);
        await master.AssertReadsAsync(40);
        slave.Misbehaviour = Misbehaviour.Exception(ModbusExceptionCode.IllegalDataAddress);
        await master.ReadOneAsync(41);
        slave.Misbehaviour = new Misbehaviour(MisbehaviourKind.WrongUnit);
        await master.ReadOneAsync(42);
        IReadOnlyList<WireEntry> trace = master.Trace.Read(0, 100, [1]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], trace.Select(entry => (int)entry.Number));
        Assert.Equal("line opened", WireWords.Of(trace[0]));
        Assert.Equal("000100000006010300280001", Convert.ToHexString(trace[1].Bytes));
        Assert.Equal("read 1 holding register at 40", WireWords.Of(trace[1]));
        Assert.Equal($"1 value: {TestTable.Original(1, RegisterSpace.HoldingRegister, 40)}", WireWords.Of(trace[2]));
        Assert.Equal("exception 0x02, illegal data address", WireWords.Of(trace[4]));
        Assert.Equal((BusStatus.Malformed, "reply comes from another unit"), (trace[6].Outcome.Status, WireWords.Of(trace[6])));
        Assert.True(trace[1].Since < trace[2].Since && trace[1].Utc <= trace[2].Utc && trace[2].Latency > TimeSpan.Zero);
        Assert.Equal([6, 7], master.Trace.Read(5, 100, [1]).Select(entry => (int)entry.Number));
        Assert.Equal(["line opened"], master.Trace.Read(0, 100, [9]).Select(WireWords.Of));
    }

    [Fact]
    public Task The_trace_is_bounded_and_keeps_the_newest() => Task.Run(async () =>
    {
        ManualTime time = new();
        ScriptedSettings settings = new(time, WireFraming.Rtu, false, request => [new(1, Frames.ReadReply(WireFraming.Rtu, request))]);
        await using ModbusMaster master = new(settings, time);
        ushort[] into = new ushort[125];
        for (int i = 0; i < 2_000; i++)
            Assert.True(time.Run(master.ReadAsync(Holding(i, 1 + (i % 125)), into.AsMemory(0, 1 + (i % 125)), default)).IsOk);
        IReadOnlyList<WireEntry> trace = master.Trace.Read(0, int.MaxValue, []);
        Assert.Equal(4_001, trace[^1].Number);
        Assert.InRange(trace.Count, 100, WireTrace.Entries);
        Assert.InRange(trace.Sum(entry => entry.Bytes.Length), 1, WireTrace.Bytes);
        Assert.All(trace, entry => Assert.True(RtuFrame.IsSound(entry.Bytes)));
        Assert.Equal("read 125 holding registers at 1999", WireWords.Of(trace[^2]));
    });
}
