namespace SmartEms.Edge.Core.Simulating;

/// <summary>A value that arrives a fixed time after it was put in: a command on its way, a reading that is old when it is told.</summary>
internal sealed class Delayed(double seconds, double first)
{
    private readonly Queue<(double Due, double Value)> underWay = [];
    private readonly double delay = seconds;
    private double now;
    private double arrived = first;

    /// <summary>Time passes.</summary>
    public void After(double passed)
    {
        now += passed;
        while (underWay.TryPeek(out var first) && first.Due <= now + 1e-9)
            arrived = underWay.Dequeue().Value;
    }

    public void Put(double value)
    {
        if (delay <= 0)
            arrived = value;
        else
            underWay.Enqueue((now + delay, value));
    }

    /// <summary>What has arrived.</summary>
    public double Value => arrived;
}
