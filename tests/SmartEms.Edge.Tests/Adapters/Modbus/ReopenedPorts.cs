using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A port that is opened while a reply to somebody else's question is still on its way: RTU gives it no number, so it must never meet a question of ours.</summary>
[Collection(Faults.FaultRun.Name)]
public sealed class ReopenedPorts
{
    [Fact]
    public async Task A_reply_to_the_one_before_is_nobodys_answer()
    {
        TimeSpan slow = TimeSpan.FromMilliseconds(700);
        await using PtyBus bus = new();
        await using ModbusRtuSlave slave = await bus.ServeAsync();
        slave.Misbehaviour = Misbehaviour.LateReply(slow);
        await using (ModbusRtuMaster before = bus.Master(TimeSpan.FromMilliseconds(100)))
            Assert.Equal(BusStatus.Timeout, (await before.ReadOneAsync(10)).Reply.Status);
        slave.Misbehaviour = Misbehaviour.None;
        await using ModbusRtuMaster master = bus.Newcomer(TimeSpan.FromSeconds(3));
        await master.AssertReadsAsync(20);
        await master.AssertReadsAsync(21);
        Assert.Equal((0, 1), (master.Health.Failures, master.Health.Connects));
        Assert.Equal(3, slave.Counts.Requests);
    }

    [Fact]
    public Task Two_thousand_owners_of_one_port_one_after_the_other_mix_nothing_up() => Task.Run(async () =>
    {
        const int owners = 2_000;
        TimeSpan timeout = TimeSpan.FromMilliseconds(400);
        Dice dice = new(71);
        ManualTime time = new();
        int questions = 0;
        IEnumerable<Arrival> Answer(byte[] request)
        {
            questions++;
            return [new(dice.Between(5, 390), Frames.ReadReply(WireFraming.Rtu, request))];
        }

        ScriptedSettings settings = new(time, WireFraming.Rtu, IsBus: true, Answer)
        {
            TransactionTimeout = timeout,
            Kept = new ScriptedLink(time, Answer, isConnection: false),
        };
        int good = 0, left = 0, wrong = 0;
        for (int owner = 0; owner < owners; owner++)
        {
            await using ModbusMaster master = new(settings, time);
            ushort[] into = new ushort[1];
            int address = dice.Below(60_000);
            using CancellationTokenSource impatient = new();
            ValueTask<BusReply> read = master.ReadAsync(Holding(address), into, impatient.Token);
            if (dice.Chance(0.5))
            {
                // It ends in the midst of its question, as a process does that is stopped.
                Task<BusReply> asked = read.AsTask();
                for (int before = questions; questions == before; Thread.Yield())
                    time.Step();
                await impatient.CancelAsync();
                await asked.ContinueWith(_ => { }, TaskScheduler.Default);
                left++;
                continue;
            }

            BusReply reply = time.Run(read);
            good += reply.IsOk ? 1 : 0;
            wrong += reply.IsOk && into[0] != TestTable.Original(1, RegisterSpace.HoldingRegister, address) ? 1 : 0;
        }

        Assert.Equal((0, owners), (wrong, good + left));
        Assert.InRange(left, owners / 3, owners * 2 / 3);
    });
}
