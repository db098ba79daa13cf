namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Lets one caller through at a time: the urgent before the others, and each kind strictly in order of arrival; a caller that gives up leaves
/// the others' order alone.</summary>
/// <remarks>SemaphoreSlim promises no order. An uncontended entry allocates nothing.</remarks>
internal sealed class TurnGate
{
    /// <summary>So many urgent ones may pass in a row while others wait; then one of those has its turn, lest a storm of writes blinds the controller.</summary>
    public const int UrgentInARow = 8;

    private readonly Lock _sync = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly Queue<TaskCompletionSource> _urgent = new();
    private int _passed;
    private bool _held;

    public ValueTask EnterAsync(CancellationToken stop, bool isUrgent = false)
    {
        if (stop.IsCancellationRequested)
            return ValueTask.FromCanceled(stop);
        TaskCompletionSource turn;
        lock (_sync)
        {
            if (!_held)
            {
                _held = true;
                return default;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (isUrgent ? _urgent : _waiting).Enqueue(turn);
        }

        return new ValueTask(WaitAsync(turn, stop));
    }

    /// <summary>Hands the gate on to whoever's turn it is and still wants it.</summary>
    public void Leave()
    {
        lock (_sync)
        {
            while (Next() is { } next)
            {
                if (next.TrySetResult())
                    return;
            }

            _held = false;
        }
    }

    private TaskCompletionSource? Next()
    {
        if (_urgent.Count > 0 && (_passed < UrgentInARow || _waiting.Count == 0))
        {
            _passed++;
            return _urgent.Dequeue();
        }

        _passed = 0;
        return _waiting.TryDequeue(out TaskCompletionSource? next) ? next : null;
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken stop)
    {
        using (stop.UnsafeRegister(static (turn, token) => ((TaskCompletionSource)turn!).TrySetCanceled(token), turn))
            await turn.Task.ConfigureAwait(false);
    }
}
