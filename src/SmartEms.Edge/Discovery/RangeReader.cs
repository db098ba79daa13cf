using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>A run of registers that gave values, or that the device refused.</summary>
internal sealed record RegisterRun(RegisterSpace Space, int First, ushort[] Words, BusReply Reply)
{
    /// <summary>Inclusive.</summary>
    public required int Last { get; init; }
}

/// <summary>Reads a range of a device we know nothing of: in blocks, and where a block is refused in halves, down to single registers.</summary>
internal sealed class RangeReader(IRegisterBus bus, byte unit, RegisterSpace space, int block)
{
    /// <summary>So many blocks in a row without any answer end the reading: the device is gone.</summary>
    private const int MostSilent = 3;

    private readonly List<RegisterRun> runs = [];
    private int silent;

    /// <summary>Requests sent.</summary>
    public int Requests { get; private set; }

    /// <summary>What was found so far, in order of addresses, neighbours of one kind together.</summary>
    public IReadOnlyList<RegisterRun> Runs => runs;

    /// <summary>The latest answer that was not one; null while the device answers.</summary>
    public BusReply? Lost { get; private set; }

    /// <summary>Reads first…last (inclusive); <paramref name="progress"/> hears the address reached. Ends early when the device falls silent (see <see cref="Lost"/>).</summary>
    public async Task ReadAsync(int first, int last, Action<int> progress, CancellationToken stop)
    {
        for (var at = first; at <= last && Lost is null; at += block)
        {
            await BlockAsync(at, Math.Min(block, last - at + 1), stop);
            progress(Math.Min(at + block - 1, last));
        }
    }

    private async Task BlockAsync(int at, int count, CancellationToken stop)
    {
        var words = new ushort[count];
        var reply = await AskAsync(at, words, stop);
        if (reply.IsOk || count == 1 || Lost is not null || reply.Status != BusStatus.Exception || IsHopeless(reply.ExceptionCode))
        {
            Add(new(space, at, reply.IsOk ? words : [], reply) { Last = at + count - 1 });
            return;
        }
        await BlockAsync(at, count / 2, stop);
        if (Lost is null)
            await BlockAsync(at + count / 2, count - count / 2, stop);
    }

    private async Task<BusReply> AskAsync(int at, ushort[] words, CancellationToken stop)
    {
        var span = new RegisterSpan(unit, space, (ushort)at, (ushort)words.Length);
        var reply = await bus.ReadAsync(span, words, stop);
        Requests++;
        if (reply.Status is not (BusStatus.Ok or BusStatus.Exception or BusStatus.Unreachable))
        {
            reply = await bus.ReadAsync(span, words, stop); // a lost frame is no silence
            Requests++;
        }
        silent = reply.Status is BusStatus.Ok or BusStatus.Exception ? 0 : silent + 1;
        if (silent == MostSilent || reply.Status == BusStatus.Unreachable)
            Lost = reply;
        return reply;
    }

    /// <summary>No smaller request will be answered otherwise: the function, or the way to the unit, is missing.</summary>
    private static bool IsHopeless(byte code) => code is 1 or 0x0A or 0x0B;

    private void Add(RegisterRun run)
    {
        if (runs.Count > 0 && runs[^1] is var before && before.Last + 1 == run.First && before.Reply == run.Reply)
            runs[^1] = before with { Words = [.. before.Words, .. run.Words], Last = run.Last };
        else
            runs.Add(run);
    }
}
