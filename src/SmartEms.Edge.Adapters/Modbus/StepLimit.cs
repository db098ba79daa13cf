namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A reusable absolute limit for one step at a time: it ends at its deadline, when the caller stops, or when the owner closes.</summary>
/// <remarks>One cancellation source serves step after step as long as none is cut short, so a well line allocates nothing for its deadlines.</remarks>
internal sealed class StepLimit(TimeProvider time, CancellationToken closing) : IDisposable
{
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _onStop;
    private CancellationTokenRegistration _onClosing;

    /// <summary>Starts a step; every <see cref="Begin"/> needs its <see cref="End"/>. <see cref="Timeout.InfiniteTimeSpan"/> means no deadline.</summary>
    public CancellationToken Begin(TimeSpan limit, CancellationToken stop)
    {
        if (_source is null)
            _source = new CancellationTokenSource(limit, time);
        else
            _source.CancelAfter(limit);
        _onStop = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _onClosing = closing.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        return _source.Token;
    }

    /// <summary>Ends the step: from here on neither the deadline nor the caller can cut anything.</summary>
    public void End()
    {
        _onStop.Dispose();
        _onClosing.Dispose();
        // A source that fired, or whose timer is not the system's own, cannot serve again.
        if (_source is not null && !_source.TryReset())
        {
            _source.Dispose();
            _source = null;
        }
    }

    public void Dispose()
    {
        End();
        _source?.Dispose();
        _source = null;
    }
}
