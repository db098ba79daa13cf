namespace SmartEms.Edge.Core.Simulating;

/// <summary>A device's own watchdog on the last command it got; counts in whole milliseconds, so that it never runs out a step late.</summary>
internal struct FallbackTimer
{
    private long _leftMs;

    /// <summary>A command stands.</summary>
    public readonly bool IsRunning => _leftMs > 0;

    /// <summary>Starts anew; throws unless the timeout lies in 0.001 s to 30 days or is infinite: devices without a timer obey for ever.</summary>
    public void Start(double timeoutSeconds)
    {
        if (double.IsPositiveInfinity(timeoutSeconds))
        {
            _leftMs = long.MaxValue;
            return;
        }

        if (timeoutSeconds is not (>= 0.001 and <= 30 * 86400.0))
            throw new ArgumentOutOfRangeException(nameof(timeoutSeconds), timeoutSeconds, "A device's timeout must lie in 0.001 s to 30 days or be infinite.");
        _leftMs = (long)Math.Floor((timeoutSeconds * 1000) + 0.5);
    }

    public void Stop() => _leftMs = 0;

    /// <summary>Lets time pass; true when the command has just run out.</summary>
    public bool RunsOut(long milliseconds)
    {
        if (_leftMs <= 0)
            return false;
        _leftMs -= milliseconds;
        return _leftMs <= 0;
    }
}
