using SmartEms.Edge.Core.Describing;

namespace SmartEms.Cloud.Fleet;

/// <summary>What a fleet did.</summary>
/// <param name="MostAttemptsPerSecond">The largest share of the fleet that tried to connect within one second, after the first minute.</param>
internal sealed record FleetFigures(int Boxes, long Made, long Acknowledged, long Messages, long Bytes, long Sessions, double MostAttemptsPerSecond)
{
    public long Lost => Made - Acknowledged;
}

/// <summary>Many boxes in one process, on a few threads, each with a connection of its own.</summary>
internal sealed class SimulatedFleet(BrokerAddress broker, TimeProvider time, (int First, int Count) which, (TimeSpan Period, TimeSpan Spread) rhythm) : IDisposable
{
    private const int Threads = 2;
    /// <summary>A box that found no broker twice may wait the longest there is.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromMinutes(11);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly int count = which.Count;
    private readonly SimulatedBox[] boxes = new SimulatedBox[which.Count];
    private double mostAttempts;

    public FleetFigures Figures => new(count, boxes.Sum(box => box.Made), boxes.Sum(box => box.Acknowledged), boxes.Sum(box => box.SentMessages), boxes.Sum(box => box.SentBytes), boxes.Sum(box => box.Sessions), mostAttempts);

    /// <summary>Lives for so long, then brings what was made to its end.</summary>
    public FleetFigures Run(TimeSpan span, Action<string> say, CancellationToken stop)
    {
        var dice = new Random(1);
        for (var i = 0; i < count; i++)
            boxes[i] = new(which.First + i, broker, time, (rhythm.Period, dice.NextDouble(), rhythm.Spread));
        using var over = new CancellationTokenSource();
        var threads = Enumerable.Range(0, Threads).Select(part => new Thread(() => Live(part, over.Token))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        Watch(span, () => false, say, stop);
        foreach (var box in boxes)
            box.IsEnding = true;
        Watch(Settles, () => Figures.Lost == 0, say, stop);
        over.Cancel();
        foreach (var thread in threads)
            thread.Join();
        return Figures;
    }

    private void Watch(TimeSpan span, Func<bool> isOver, Action<string> say, CancellationToken stop)
    {
        var (started, saidS, attempts, looked) = (time.GetTimestamp(), 0, Attempts(), time.GetTimestamp());
        while (time.GetElapsedTime(started) < span && !stop.IsCancellationRequested && !isOver())
        {
            stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
            var now = Attempts();
            if (time.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
                mostAttempts = Math.Max(mostAttempts, (now - attempts) / time.GetElapsedTime(looked).TotalSeconds / count); // a busy machine's second may be longer
            (attempts, looked) = (now, time.GetTimestamp());
            if (++saidS % 10 == 0)
                say($"{boxes.Count(box => box.IsConnected)} of {count} connected, {Figures.Made} made, {Figures.Lost} not acknowledged yet");
        }
    }

    private long Attempts() => boxes.Sum(box => box.Attempts);

    private void Live(int part, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (var i = part; i < count && !stop.IsCancellationRequested; i += Threads)
                boxes[i].Turn();
            stop.WaitHandle.WaitOne(Breath);
        }
    }

    public void Dispose()
    {
        foreach (var box in boxes)
            box?.Dispose();
    }
}
