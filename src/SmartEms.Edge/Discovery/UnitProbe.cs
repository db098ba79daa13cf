using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>One table of one unit: where it answered, the longest read it took, and how it bears requests without a pause.</summary>
internal sealed record ProbedSpace(RegisterSpace Space, int[] AnswersAt, int LargestRead, TimeSpan Median, int Lost);

/// <summary>Finds out by reading alone what a unit answers to.</summary>
internal sealed class UnitProbe(ModbusMaster bus, byte unit)
{
    /// <summary>Requests sent one after the other without a pause.</summary>
    public const int Burst = 11;

    /// <summary>Where the tables of known devices begin (registers.csv of the profiles): enough to meet most devices once.</summary>
    private static readonly int[] Tried = [0, 1, 100, 1000, 3000, 5000, 13000, 30000, 30775, 32000, 35100, 40000, 40069, 50000];
    private static readonly int[] Lengths = [125, 120, 100, 64, 60, 50, 32, 20, 16, 10, 8, 4, 2, 1];

    /// <summary>The tables that answer; empty when the unit is silent.</summary>
    public async Task<List<ProbedSpace>> RunAsync(CancellationToken stop)
    {
        var found = new List<ProbedSpace>();
        foreach (var space in new[] { RegisterSpace.HoldingRegister, RegisterSpace.InputRegister, RegisterSpace.Coil, RegisterSpace.DiscreteInput })
        {
            var (answers, isThere) = await AnswersAsync(space, stop);
            if (answers.Count > 0)
                found.Add(await MeasureAsync(space, answers, stop));
            else if (!isThere && found.Count == 0)
                break; // no answer at all: the other tables would only be waited for
        }
        return found;
    }

    private async Task<(List<int> At, bool IsThere)> AnswersAsync(RegisterSpace space, CancellationToken stop)
    {
        var (answers, isThere, silent) = (new List<int>(), false, 0);
        foreach (var at in Tried)
        {
            var reply = await ReadAsync(space, at, 1, stop);
            isThere |= reply.Status is BusStatus.Ok or BusStatus.Exception && reply.ExceptionCode is not (0x0A or 0x0B);
            silent = reply.Status is BusStatus.Ok or BusStatus.Exception ? 0 : silent + 1;
            if (reply.IsOk)
                answers.Add(at);
            if (silent == 3 || reply.Status == BusStatus.Unreachable || reply.Status == BusStatus.Exception && reply.ExceptionCode is 1 or 0x0A or 0x0B)
                break;
        }
        return (answers, isThere);
    }

    private async Task<ProbedSpace> MeasureAsync(RegisterSpace space, List<int> answers, CancellationToken stop)
    {
        var (largest, from) = (1, answers[0]);
        foreach (var at in answers)
        {
            foreach (var length in Lengths)
            {
                if (length <= largest || at + length > 0x10000)
                    break;
                if ((await ReadAsync(space, at, length, stop)).IsOk)
                    (largest, from) = (length, at);
            }
        }
        var (times, lost) = (new List<TimeSpan>(), 0);
        for (var i = 0; i < Burst; i++)
        {
            if ((await ReadAsync(space, from, 1, stop)).IsOk)
                times.Add(bus.Health.LastLatency);
            else
                lost++;
        }
        times.Sort();
        return new(space, [.. answers], largest, times.Count > 0 ? times[times.Count / 2] : TimeSpan.Zero, lost);
    }

    private ValueTask<BusReply> ReadAsync(RegisterSpace space, int at, int count, CancellationToken stop) =>
        bus.ReadAsync(new(unit, space, (ushort)at, (ushort)count), new ushort[count], stop);
}
