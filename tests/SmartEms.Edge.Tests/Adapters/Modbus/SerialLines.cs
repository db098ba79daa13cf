using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Serial;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>RTU over pseudo-terminals: what is said arrives; fault matrix M11 (noise, echo, collision) and the serial half of M5 (malformed frames).</summary>
[Collection(Faults.FaultRun.Name)] // RTU answers carry no number: beside others, a machine's own lateness would look like a late device
public sealed class SerialLines
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(9_600)]
    [InlineData(115_200)]
    [InlineData(31_250)]
    public async Task Reads_writes_and_exceptions_go_over_a_serial_line(int baud)
    {
        await using PtyBus bus = new();
        await using ModbusRtuSlave slave = await bus.ServeAsync(new TestTable { Size = 60_000 });
        await using ModbusRtuMaster master = bus.Master(HangGuard, baud: baud);
        await master.AssertReadsAsync(5);
        ushort[] many = new ushort[125];
        Assert.Equal(BusReply.Ok, await master.ReadAsync(Holding(1_000, 125, 3), many, default).AsTask().Guarded());
        for (int i = 0; i < many.Length; i++)
            Assert.Equal(TestTable.Original(3, RegisterSpace.HoldingRegister, 1_000 + i), many[i]);
        Assert.Equal(BusReply.Ok, await master.WriteAsync(Holding(20, 3), new ushort[] { 7, 8, 9 }, WriteFunction.Multiple, default).AsTask().Guarded());
        Assert.Equal(BusReply.Ok, await master.WriteAsync(Holding(21), new ushort[] { 80 }, WriteFunction.Single, default).AsTask().Guarded());
        Assert.Equal((ushort)80, (await master.ReadOneAsync(21)).Value);
        Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress), (await master.ReadOneAsync(60_000)).Reply);
        Assert.Equal((1, 0), (master.Health.Connects, master.Health.Failures));
        Assert.Equal((6, 1, 0), (slave.Counts.Requests, slave.Counts.Exceptions, slave.Counts.Noise));
    }

    [Fact]
    public async Task A_port_that_is_not_there_or_is_taken_or_is_none_says_what_to_do()
    {
        await using PtyBus bus = new();
        await using ModbusRtuMaster holder = bus.Master(Quick);
        await using ModbusRtuSlave slave = await bus.ServeAsync();
        await holder.AssertReadsAsync(1);
        Assert.Contains("in use by another program", await FaultOfAsync(bus.Near), StringComparison.Ordinal);
        Assert.Contains("ls /dev/serial/by-id", await FaultOfAsync("/dev/ttyNotThere"), StringComparison.Ordinal);
        Assert.Contains("is not a serial port", await FaultOfAsync("/dev/null"), StringComparison.Ordinal);
        await holder.DisposeAsync();
        await using ModbusRtuMaster next = bus.Master(Quick);
        await next.AssertReadsAsync(1);
        SerialPortException refused = Assert.Throws<SerialPortException>(() => SerialPort.Open(new SerialSettings(bus.Far + "0") { Rs485 = true }));
        Assert.Contains("there is no", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M11_after_noise_echo_or_collision_the_bus_recovers_within_three_frames()
    {
        int lanes = Faults.Effort.Of(1, 24), rounds = Faults.Effort.Of(60, 10_000);
        (int Worst, int Disturbed, long Connects)[] seen = await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(() => DisturbedAsync(11 + (ulong)lane, (rounds + lanes - 1) / lanes))));
        Assert.True(seen.Max(lane => lane.Worst) <= 3, $"{seen.Max(lane => lane.Worst)} frames were lost after a disturbance");
        Assert.InRange(seen.Sum(lane => lane.Disturbed), rounds / 3, rounds + lanes);
        Assert.All(seen, lane => Assert.Equal(1, lane.Connects));
    }

    /// <summary>So many disturbances of one bus, each followed by reads until one is answered.</summary>
    private static async Task<(int Worst, int Disturbed, long Connects)> DisturbedAsync(ulong seed, int rounds)
    {
        Dice dice = new(seed);
        int worst = 0, disturbed = 0;
        await using PtyBus bus = new();
        await using ModbusRtuSlave slave = await bus.ServeAsync();
        // Many buses side by side make the machine late, and a device later than its timeout may deceive.
        await using ModbusRtuMaster master = bus.Master(Faults.Effort.IsLong ? Quick * 4 : Quick);
        for (int round = 0; round < rounds; round++)
        {
            Disturb(bus, dice, round % 6);
            (BusReply reply, ushort? value) = await master.ReadOneAsync(round);
            disturbed += reply.IsOk ? 0 : 1;
            if (reply.IsOk)
                Assert.Equal(TestTable.Original(1, RegisterSpace.HoldingRegister, round), value);
            (bus.OnRequest, bus.OnReply, bus.Echo) = (bytes => bytes, bytes => bytes, _ => []);
            int lost = 0;
            while (!(await master.ReadOneAsync(1_000 + round)).Reply.IsOk)
                lost++;
            worst = Math.Max(worst, lost);
        }

        return (worst, disturbed, master.Health.Connects);
    }

    [Fact]
    public async Task An_echo_is_taken_off_or_named()
    {
        await using PtyBus bus = new() { Echo = bytes => bytes }, other = new() { Echo = bytes => bytes };
        await using ModbusRtuSlave slave = await bus.ServeAsync();
        await using ModbusRtuMaster deaf = other.Master(Quick);
        Assert.Equal(BusStatus.Malformed, (await deaf.ReadOneAsync(1)).Reply.Status);
        Assert.Contains("echo=1", deaf.Health.LastFault, StringComparison.Ordinal);
        await using ModbusRtuMaster master = bus.Master(HangGuard, echoes: true);
        for (int i = 0; i < 20; i++)
            await master.AssertReadsAsync(i);
        Assert.Equal(BusReply.Ok, await master.WriteAsync(Holding(21), new ushort[] { 80 }, WriteFunction.Single, default).AsTask().Guarded());
        bus.Echo = bytes => [.. bytes.Select(one => (byte)(one | 0x11))];
        Assert.Equal(BusStatus.Malformed, (await master.ReadOneAsync(1)).Reply.Status);
        Assert.Contains("two talk at once", master.Health.LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_unit_says_is_waited_out()
    {
        await using PtyBus bus = new();
        await using ModbusRtuSlave slave = await bus.ServeAsync();
        byte[] stranger = new byte[7];
        (stranger[1], stranger[2], stranger[4]) = (3, 2, 99);
        RtuFrame.Write(stranger, 9, 4);
        bus.OnReply = bytes => [.. stranger, .. bytes];
        await using ModbusRtuMaster master = bus.Master(HangGuard);
        await master.AssertReadsAsync(3);
        await using ModbusRtuMaster hasty = bus.Master(TimeSpan.FromSeconds(2));
        await master.DisposeAsync();
        bus.OnReply = _ => stranger;
        Assert.Equal(BusStatus.Timeout, (await hasty.ReadOneAsync(3)).Reply.Status);
        Assert.Contains("unit 9 answered", hasty.Health.LastFault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task M5_ten_thousand_malformed_frames_cause_no_hang_no_throw_and_no_value_without_its_check_sum()
    {
        const int lanes = 32;
        const int frames = 10_016;
        int[] ended = new int[Enum.GetValues<BusStatus>().Length];
        int wrong = 0;
        await Task.WhenAll(Enumerable.Range(1, lanes).Select(seed => Task.Run(async () =>
        {
            await using PtyBus bus = new();
            await using ModbusRtuSlave slave = await bus.ServeAsync();
            Dice dice = new((ulong)seed), requests = new((ulong)seed + 1_000);
            bus.OnReply = bytes => Malformed(dice, bytes);
            await using ModbusRtuMaster master = bus.Master(TimeSpan.FromMilliseconds(150));
            ushort[] into = new ushort[30];
            for (int i = 0; i < frames / lanes; i++)
            {
                RegisterSpan span = Holding(requests.Below(60_000), 1 + requests.Below(30), (byte)(1 + requests.Below(3)));
                BusReply reply = await master.ReadAsync(span, into.AsMemory(0, span.Count), default).AsTask().Guarded();
                Interlocked.Increment(ref ended[(int)reply.Status]);
                for (int k = 0; reply.IsOk && k < span.Count; k++)
                    Interlocked.Add(ref wrong, into[k] == TestTable.Original(span.Unit, span.Space, span.Address + k) ? 0 : 1);
            }
        }))).WaitAsync(TimeSpan.FromMinutes(3));
        Assert.Equal((frames, 0), (ended.Sum(), wrong));
        Assert.All([BusStatus.Ok, BusStatus.Malformed], status => Assert.True(ended[(int)status] > 500, $"{status}: {ended[(int)status]}"));
        Assert.Equal(0, ended[(int)BusStatus.Unreachable] + ended[(int)BusStatus.Dropped]);
    }

    private static async Task<string> FaultOfAsync(string device)
    {
        await using ModbusRtuMaster master = new(new ModbusRtuSettings(new SerialSettings(device)), TimeProvider.System);
        Assert.Equal(BusStatus.Unreachable, (await master.ReadOneAsync(1)).Reply.Status);
        return master.Health.LastFault!;
    }

    private static void Disturb(PtyBus bus, Dice dice, int kind)
    {
        byte[] noise = new byte[1 + dice.Below(40)];
        for (int i = 0; i < noise.Length; i++)
            noise[i] = (byte)dice.Below(256);
        byte[] Flipped(byte[] bytes)
        {
            byte[] flipped = [.. bytes];
            flipped[dice.Below(flipped.Length)] ^= (byte)(1 << dice.Below(8));
            return flipped;
        }

        switch (kind)
        {
            case 0: bus.OnRequest = bytes => [.. noise, .. bytes]; break;
            case 1: bus.OnReply = bytes => [.. noise, .. bytes]; break;
            case 2: bus.OnReply = bytes => [.. bytes[..(bytes.Length / 2)], .. noise]; break;
            case 3: bus.OnRequest = Flipped; break;
            case 4: bus.Echo = bytes => bytes; break;
            default:
                bus.Echo = Flipped;
                bus.OnRequest = Flipped;
                break;
        }
    }

    private static byte[] Malformed(Dice dice, byte[] bytes)
    {
        byte[] bad = [.. bytes];
        switch (dice.Below(6))
        {
            case 0:
                return bytes;
            case 1:
                return bytes[..dice.Below(bytes.Length)];
            case 2:
                return [.. bytes, .. bytes[..(1 + dice.Below(bytes.Length))]];
            case 3:
                for (int i = 0; i < bad.Length; i++)
                    bad[i] = (byte)dice.Below(256);
                return bad;
            default:
                for (int flips = 1 + dice.Below(3); flips > 0; flips--)
                    bad[dice.Below(bad.Length)] ^= (byte)(1 << dice.Below(8));
                return bad;
        }
    }
}
