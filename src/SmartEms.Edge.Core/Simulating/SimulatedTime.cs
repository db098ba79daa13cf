using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// A clock that moves only when told. Timers made through it (Task.Delay, PeriodicTimer, CancellationTokenSource included)
/// fire inside <see cref="Advance"/>, in the order they fall due, each seeing the moment it was due at.
/// </summary>
public sealed class SimulatedTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _armed = [];
    private readonly long _startUtcTicks;
    private long _elapsedTicks;
    private long _wallStepTicks;
    private long _armings;

    public SimulatedTime(DateTimeOffset start) => _startUtcTicks = start.UtcTicks;

    public SimulatedTime(Instant start)
        : this(start.ToDateTimeOffset())
    {
    }

    /// <summary>Ticks of 100 ns, the same as TimeSpan's.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The wall clock as Core knows moments.</summary>
    public Instant Now => Instant.From(GetUtcNow());

    /// <summary>How far the wall clock has been stepped away from steady time, in all.</summary>
    public TimeSpan WallClockStep
    {
        get
        {
            lock (_gate)
                return TimeSpan.FromTicks(_wallStepTicks);
        }
    }

    /// <summary>How long until the next timer falls due; null when none is armed.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
                return Earliest() is { } timer ? TimeSpan.FromTicks(Math.Max(0, timer.DueTicks - _elapsedTicks)) : null;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return new DateTimeOffset(_startUtcTicks + _elapsedTicks + _wallStepTicks, TimeSpan.Zero);
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _elapsedTicks;
    }

    /// <summary>
    /// Moves wall clock and timestamp together and fires what falls due. A timer armed with no delay fires in the next call, also of zero.
    /// Code awaiting such a timer may go on running after this call returns. Throws when <paramref name="by"/> is negative.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var until = GetTimestamp() + by.Ticks;
        while (TakeDue(until) is { } timer)
            timer.Fire();
    }

    /// <summary>Steps the wall clock alone, forwards or back, as a time daemon or a flat RTC battery does; timestamps and timers do not notice.</summary>
    public void StepWallClock(TimeSpan by)
    {
        lock (_gate)
            _wallStepTicks += by.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? TakeDue(long untilTicks)
    {
        lock (_gate)
        {
            var timer = Earliest();
            if (timer is null || timer.DueTicks > untilTicks)
            {
                _elapsedTicks = Math.Max(_elapsedTicks, untilTicks);
                return null;
            }

            _elapsedTicks = Math.Max(_elapsedTicks, timer.DueTicks);
            if (timer.PeriodTicks > 0)
                Arm(timer, timer.DueTicks + timer.PeriodTicks);
            else
                _armed.Remove(timer);
            return timer;
        }
    }

    private Timer? Earliest()
    {
        Timer? earliest = null;
        foreach (var timer in _armed)
            if (earliest is null || timer.DueTicks < earliest.DueTicks || (timer.DueTicks == earliest.DueTicks && timer.Arming < earliest.Arming))
                earliest = timer;
        return earliest;
    }

    private void Arm(Timer timer, long dueTicks)
    {
        timer.DueTicks = dueTicks;
        timer.Arming = _armings++;
        if (!_armed.Contains(timer))
            _armed.Add(timer);
    }

    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long DueTicks { get; set; }
        public long PeriodTicks { get; private set; }

        /// <summary>Breaks ties: who was armed first fires first.</summary>
        public long Arming { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
            lock (time._gate)
            {
                if (_disposed)
                    return false;
                PeriodTicks = period > TimeSpan.Zero ? period.Ticks : 0;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    time._armed.Remove(this);
                else
                    time.Arm(this, time._elapsedTicks + dueTime.Ticks);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                _disposed = true;
                time._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
