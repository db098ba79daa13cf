using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Fault matrix M2, M3, M4: whatever a slave does, the master is back within 1.2 × its timeout, believes nothing wrong, and works again once the slave is well.</summary>
public sealed class MisbehavingSlaves
{
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>What the scheduler of a busy machine may add to the best of three trials.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(25);

    public static TheoryData<MisbehaviourKind, int, byte, BusStatus[]> Kinds => new()
    {
        { MisbehaviourKind.Silent, 0, 0, [BusStatus.Timeout] },
        { MisbehaviourKind.Garbage, 0, 0, [BusStatus.Malformed, BusStatus.Timeout] },
        { MisbehaviourKind.WrongTransactionId, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.WrongUnit, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.WrongFunction, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.ProtocolIdNonZero, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.LengthLie, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.ByteCountLie, 0, 0, [BusStatus.Malformed] },
        { MisbehaviourKind.LateReply, 600, 0, [BusStatus.Timeout] },
        { MisbehaviourKind.Drip, 100, 0, [BusStatus.Timeout] },
        { MisbehaviourKind.Exception, 0, ModbusExceptionCode.DeviceBusy, [BusStatus.Exception] },
        { MisbehaviourKind.Exception, 0, ModbusExceptionCode.Acknowledge, [BusStatus.Exception] },
        { MisbehaviourKind.CloseMidReply, 0, 0, [BusStatus.Dropped] },
        { MisbehaviourKind.Duplicate, 0, 0, [BusStatus.Ok] },
        { MisbehaviourKind.PreviousReply, 0, 0, [BusStatus.Malformed] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Is_survived_within_the_deadline_and_forgotten(MisbehaviourKind kind, int delayMs, byte code, BusStatus[] expected)
    {
        await using ModbusTcpSlave slave = Serve();
        await using ModbusTcpMaster master = MasterOf(slave, TransactionTimeout);
        int excuses = 3;
        TimeSpan best = TimeSpan.MaxValue;
        for (int trial = 0; trial < 3; trial++)
        {
            slave.Misbehaviour = Misbehaviour.None;
            await ReadsWhenWellAsync(master, 100 + trial);
            slave.Misbehaviour = new Misbehaviour(kind, TimeSpan.FromMilliseconds(delayMs), code);
            long start = TimeProvider.System.GetTimestamp();
            (BusReply reply, ushort? value) = await master.ReadOneAsync(200 + trial);
            TimeSpan took = TimeProvider.System.GetElapsedTime(start);
            best = took < best ? took : best;
            // On a crowded machine an honest answer may miss the short deadline too; not again and again, though.
            if (reply.Status == BusStatus.Timeout && !expected.Contains(BusStatus.Timeout) && excuses-- > 0)
                continue;
            Assert.Contains(reply.Status, expected);
            Assert.Equal(code, reply.ExceptionCode);
            if (reply.Status == BusStatus.Timeout)
                Assert.True(took >= TransactionTimeout * 0.95, $"gave up after {took}");
            if (reply.IsOk)
                Assert.Equal(TestTable.Original(1, RegisterSpace.HoldingRegister, 200 + trial), value);
        }

        slave.Misbehaviour = Misbehaviour.None;
        await ReadsWhenWellAsync(master, 300);
        Assert.True(best <= (TransactionTimeout * 1.2) + Slack, $"the best of three took {best}");
    }

    [Fact]
    public async Task Ten_thousand_damaged_replies_cause_no_hang_no_throw_and_no_wrong_value()
    {
        const int lanes = 32;
        const int frames = 10_016;
        int[] ended = new int[Enum.GetValues<BusStatus>().Length];
        int wrong = 0;
        await Task.WhenAll(Enumerable.Range(1, lanes).Select(seed => Task.Run(async () =>
        {
            await using ModbusTcpSlave slave = Serve(with: s => s with { Seed = (ulong)seed });
            slave.Misbehaviour = new Misbehaviour(MisbehaviourKind.Fuzz);
            await using ModbusTcpMaster master = MasterOf(slave, TimeSpan.FromMilliseconds(50));
            Random chance = new(seed);
            ushort[] into = new ushort[ModbusPdu.MaxReadRegisters];
            for (int i = 0; i < frames / lanes; i++)
            {
                RegisterSpan span = new((byte)chance.Next(1, 4), (RegisterSpace)chance.Next(4), (ushort)chance.Next(60_000), (ushort)chance.Next(1, 126));
                BusReply reply = await master.ReadAsync(span, into.AsMemory(0, span.Count), default).AsTask().Guarded();
                Interlocked.Increment(ref ended[(int)reply.Status]);
                for (int k = 0; reply.IsOk && k < span.Count; k++)
                    Interlocked.Add(ref wrong, into[k] == TestTable.Original(span.Unit, span.Space, span.Address + k) ? 0 : 1);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(frames, ended.Sum());
        Assert.Equal(0, wrong);
        Assert.All([BusStatus.Ok, BusStatus.Timeout, BusStatus.Malformed], status => Assert.NotEqual(0, ended[(int)status]));
        Assert.Equal(0, ended[(int)BusStatus.Unreachable]);
    }

    [Fact]
    public async Task Ten_thousand_damaged_requests_leave_the_slave_serving()
    {
        await using ModbusTcpSlave slave = Serve();
        Random chance = new(20260719);
        byte[] good = Convert.FromHexString("000100000006010300000002");
        int answered = 0;
        for (int i = 0; i < 2_000; i++)
        {
            using HandClient client = await HandClient.ConnectAsync(slave.BoundPort);
            List<byte> burst = [];
            for (int k = 0; k < 5; k++)
            {
                byte[] frame = [.. good];
                for (int flips = chance.Next(0, 4); flips > 0; flips--)
                    frame[chance.Next(frame.Length)] ^= (byte)(1 << chance.Next(8));
                burst.AddRange(frame[..(chance.Next(8) == 0 ? chance.Next(1, frame.Length) : frame.Length)]);
            }

            await client.SendAsync([.. burst]);
            answered += await client.FinishAsync();
        }

        await using ModbusTcpMaster master = MasterOf(slave);
        await master.AssertReadsAsync(5);
        Assert.InRange(answered, 1_000, 9_000);
        Assert.InRange(slave.Counts.Exceptions, 500, answered);
    }

    /// <summary>On a crowded machine a well slave may miss the short deadline once; three times in a row it may not.</summary>
    private static async Task ReadsWhenWellAsync(ModbusTcpMaster master, int address)
    {
        for (int left = 2; ; left--)
        {
            (BusReply reply, ushort? value) = await master.ReadOneAsync(address);
            if (reply.Status == BusStatus.Timeout && left > 0)
                continue;
            Assert.Equal(BusReply.Ok, reply);
            Assert.Equal(TestTable.Original(1, RegisterSpace.HoldingRegister, address), value);
            return;
        }
    }
}
