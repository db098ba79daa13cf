using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Fault matrix M2, M3, M4, M10 at their full counts, on simulated time: deadlines always hold, no value reaches the wrong register, a gateway's limits are kept.</summary>
public sealed class SickLines
{
    [Theory]
    [InlineData(WireFraming.Mbap, false)]
    [InlineData(WireFraming.Rtu, false)]
    [InlineData(WireFraming.Rtu, true)]
    public Task M3_drip_busy_and_silence_never_hold_the_line_beyond_its_timeout(WireFraming framing, bool isBus) => Task.Run(async () =>
    {
        Dice dice = new(31);
        int[] ended = new int[6];
        for (int trial = 0; trial < 10_000; trial++)
        {
            ManualTime time = new();
            TimeSpan timeout = TimeSpan.FromMilliseconds(dice.Between(50, 3_000));
            ScriptedSettings settings = new(time, framing, isBus, request => Unwell(dice, framing, request, timeout)) { TransactionTimeout = timeout, SettleAfterOpen = TimeSpan.Zero };
            await using ModbusMaster master = new(settings, time);
            ushort[] into = new ushort[10];
            long start = time.GetTimestamp();
            BusReply reply = time.Run(master.ReadAsync(Holding(100, 10), into, default));
            TimeSpan took = time.GetElapsedTime(start);
            ended[(int)reply.Status]++;
            Assert.True(took <= (timeout + settings.WireTime(8 + 25)) * 1.2, $"trial {trial}: {took} with a timeout of {timeout}, {reply}");
            Assert.False(reply.IsOk);
        }

        Assert.All([BusStatus.Timeout, BusStatus.Exception], status => Assert.True(ended[(int)status] > 1_000, $"{status}: {ended[(int)status]}"));
    });

    [Fact]
    public Task M2_a_line_that_goes_half_open_is_left_in_time_and_made_anew() => Task.Run(async () =>
    {
        Dice dice = new(23);
        for (int trial = 0; trial < 2_000; trial++)
        {
            ManualTime time = new();
            int left = dice.Below(20);
            bool isDead = false;
            ScriptedSettings settings = new(time, WireFraming.Mbap, false, request => isDead || left-- <= 0 ? [] : [new(3, Frames.ReadReply(WireFraming.Mbap, request))]) { TransactionTimeout = TimeSpan.FromMilliseconds(500) };
            await using ModbusMaster master = new(settings, time);
            ushort[] into = new ushort[1];
            int good = 0;
            long start;
            BusReply reply;
            do
            {
                start = time.GetTimestamp();
                reply = time.Run(master.ReadAsync(Holding(7), into, default));
                good += reply.IsOk ? 1 : 0;
            }
            while (reply.IsOk);
            Assert.Equal(BusStatus.Timeout, reply.Status);
            Assert.True(time.GetElapsedTime(start) <= settings.TransactionTimeout * 1.2);
            left = int.MaxValue;
            Assert.True(time.Run(master.ReadAsync(Holding(7), into, default)).IsOk);
            Assert.Equal((good + 2, 1, 2), (master.Health.Transactions, master.Health.Failures, master.Health.Connects));
        }
    });

    [Theory]
    [InlineData(WireFraming.Mbap, false)]
    [InlineData(WireFraming.Rtu, false)]
    [InlineData(WireFraming.Rtu, true)]
    public Task M4_no_answer_is_ever_taken_for_another_requests(WireFraming framing, bool isBus) => Task.Run(async () =>
    {
        const int requests = 100_000;
        Dice dice = new(41);
        ManualTime time = new();
        byte[]? before = null;
        ScriptedSettings settings = new(time, framing, isBus, request => Mixed(dice, framing, isBus, request, ref before))
        {
            TransactionTimeout = TimeSpan.FromMilliseconds(400),
            LeastTimeout = TimeSpan.FromMilliseconds(60),
        };
        await using ModbusMaster master = new(settings, time);
        int good = 0, wrong = 0;
        ushort[] into = new ushort[4];
        for (int i = 0; i < requests; i++)
        {
            RegisterSpan span = Holding(dice.Below(60_000), 1 + dice.Below(2), (byte)(1 + dice.Below(2)));
            BusReply reply = time.Run(master.ReadAsync(span, into.AsMemory(0, span.Count), default));
            good += reply.IsOk ? 1 : 0;
            for (int k = 0; reply.IsOk && k < span.Count; k++)
                wrong += into[k] == TestTable.Original(span.Unit, RegisterSpace.HoldingRegister, span.Address + k) ? 0 : 1;
            if (dice.Chance(0.3))
                time.Advance(TimeSpan.FromMilliseconds(dice.Below(500)));
        }

        Assert.Equal(0, wrong);
        Assert.InRange(good, requests / 4, requests * 9 / 10);
    });

    [Fact]
    public Task M10_a_gateway_with_one_socket_and_a_gap_of_20_ms_is_never_hurried() => Task.Run(async () =>
    {
        const int requests = 100_000;
        TimeSpan gap = TimeSpan.FromMilliseconds(20);
        Dice dice = new(101);
        ManualTime time = new();
        long repliedAt = long.MinValue / 2;
        int hasty = 0, seen = 0;
        IEnumerable<Arrival> Gateway(byte[] request)
        {
            seen++;
            hasty += time.GetTimestamp() - repliedAt < gap.Ticks ? 1 : 0;
            double afterMs = dice.Between(1, 15);
            repliedAt = time.GetTimestamp() + TimeSpan.FromMilliseconds(afterMs).Ticks;
            return [new(afterMs, Frames.ReadReply(WireFraming.Mbap, request))];
        }

        await using ModbusLines lines = new(time);
        ScriptedSettings settings = new(time, WireFraming.Mbap, false, Gateway) { Gap = gap };
        ModbusLease[] devices = [lines.Lease(settings), lines.Lease(settings with { TransactionTimeout = TimeSpan.FromSeconds(3) }), lines.Lease(settings)];
        ushort[] into = new ushort[1];
        for (int i = 0; i < requests; i++)
        {
            int device = dice.Below(devices.Length);
            Assert.True(time.Run(devices[device].ReadAsync(Holding(i % 1_000, unit: (byte)(device + 1)), into, default)).IsOk);
            if (dice.Chance(0.3))
                time.Advance(TimeSpan.FromMilliseconds(dice.Below(40)));
        }

        Assert.Equal((requests, 0, 1), (seen, hasty, devices[0].Master.Health.Connects));
    });

    [Fact]
    public Task A_timeout_is_learnt_from_latency_and_forgotten_with_the_first_silence() => Task.Run(async () =>
    {
        ManualTime time = new();
        double latencyMs = 30;
        ScriptedSettings settings = new(time, WireFraming.Mbap, false, request => latencyMs < 0 ? [] : [new(latencyMs, Frames.ReadReply(WireFraming.Mbap, request))])
        {
            TransactionTimeout = TimeSpan.FromSeconds(3),
            LeastTimeout = TimeSpan.FromMilliseconds(100),
        };
        await using ModbusMaster master = new(settings, time);
        ushort[] into = new ushort[1];
        BusReply Ask() => time.Run(master.ReadAsync(Holding(1), into, default));
        for (int i = 0; i < 15; i++)
            Assert.True(Ask().IsOk);
        Assert.Equal(3_000, master.TimeoutOf(1).TotalMilliseconds, 1);
        Assert.True(Ask().IsOk);
        Assert.Equal(120, master.TimeoutOf(1).TotalMilliseconds, 1);
        Assert.Equal(3_000, master.TimeoutOf(2).TotalMilliseconds, 1);
        latencyMs = 1;
        for (int i = 0; i < 40; i++)
            Assert.True(Ask().IsOk);
        Assert.Equal(100, master.TimeoutOf(1).TotalMilliseconds, 1);
        latencyMs = -1;
        long start = time.GetTimestamp();
        Assert.Equal(BusStatus.Timeout, Ask().Status);
        Assert.Equal(100, time.GetElapsedTime(start).TotalMilliseconds, 1);
        Assert.Equal(3_000, master.TimeoutOf(1).TotalMilliseconds, 1);
        start = time.GetTimestamp();
        Assert.Equal(BusStatus.Timeout, time.Run(master.WriteAsync(Holding(1), new ushort[1], WriteFunction.Single, default)).Status);
        Assert.Equal(3_000, time.GetElapsedTime(start).TotalMilliseconds, 1);
    });

    /// <summary>Drip, busy or acknowledge for ever, the same dripped, or nothing at all.</summary>
    private static IEnumerable<Arrival> Unwell(Dice dice, WireFraming framing, byte[] request, TimeSpan timeout)
    {
        byte code = dice.Pick(ModbusExceptionCode.DeviceBusy, ModbusExceptionCode.Acknowledge);
        byte[] refusal = Frames.Exception(framing, request, code);
        return dice.Below(4) switch
        {
            0 => Dripped(Frames.ReadReply(framing, request), dice.Between(0.15, 0.9) * timeout.TotalMilliseconds),
            1 => [new(dice.Share() * timeout.TotalMilliseconds, refusal)],
            2 => Dripped(refusal, dice.Between(0.2, 0.9) * timeout.TotalMilliseconds),
            _ => [],
        };
    }

    private static IEnumerable<Arrival> Dripped(byte[] bytes, double everyMs) => bytes.Select((one, i) => new Arrival((i + 1) * everyMs, [one]));

    /// <summary>An answer as it should be, or late, doubled, too early for another, or with a part of its frame wrong.</summary>
    private static IEnumerable<Arrival> Mixed(Dice dice, WireFraming framing, bool isBus, byte[] request, ref byte[]? before)
    {
        byte[] good = Frames.ReadReply(framing, request);
        byte[] bad = [.. good];
        byte[] other = Frames.Around(framing, request, (byte)(Frames.UnitOf(framing, request) ^ 3), [3, 2, (byte)dice.Below(256), (byte)dice.Below(256)]);
        int at = Frames.PduAt(framing);
        byte[]? earlier = before;
        before = good;
        switch (dice.Below(10))
        {
            case 0: return [new(dice.Between(61, 400), good)];
            case 1: return [new(5, good), new(dice.Between(5, 6), good)];
            case 2: return isBus || framing == WireFraming.Rtu || earlier is null ? [new(3, other), new(9, good)] : [new(5, earlier)];
            case 3: return [new(4, other)];
            case 4: bad[at] ^= 7; break;
            case 5: bad[at + 1] ^= (byte)(1 << dice.Below(8)); break;
            case 6: bad[dice.Below(at)] ^= (byte)(1 << dice.Below(8)); break;
            default: return [new(dice.Between(1, 12), good)];
        }

        return [new(5, bad)];
    }
}
