namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A clock that stands still until the test moves it; its timers fire on the test's own thread.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly List<Alarm> _alarms = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_sync)
            return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        List<Alarm> due;
        lock (_sync)
        {
            _now += by;
            due = _alarms.FindAll(alarm => alarm.Due <= _now);
            _alarms.RemoveAll(due.Contains);
        }

        foreach (Alarm alarm in due)
            alarm.Fire();
    }

    /// <summary>Goes on to the next timer; false when there is none.</summary>
    public bool Step()
    {
        TimeSpan next = TimeSpan.MaxValue;
        lock (_sync)
        {
            foreach (Alarm alarm in _alarms)
                next = alarm.Due < next ? alarm.Due : next;
            if (next == TimeSpan.MaxValue)
                return false;
            next -= _now;
        }

        Advance(next > TimeSpan.Zero ? next : TimeSpan.Zero);
        return true;
    }

    /// <summary>Runs one thing to its end, moving the clock from timer to timer. Call it where no synchronisation context holds continuations back.</summary>
    public T Run<T>(ValueTask<T> act)
    {
        Task<T> task = act.AsTask();
        while (!task.IsCompleted)
        {
            if (!Step())
                Thread.Yield();
        }

        return task.GetAwaiter().GetResult();
    }

    private sealed class Alarm(ManualTime time, Action fire) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._sync)
            {
                time._alarms.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = time._now + dueTime;
                time._alarms.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._sync)
                time._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
