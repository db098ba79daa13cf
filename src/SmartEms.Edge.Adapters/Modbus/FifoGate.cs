namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Lets one caller through at a time, strictly in order of arrival; a caller that gives up leaves the others' order alone.</summary>
/// <remarks>SemaphoreSlim promises no order. An uncontended entry allocates nothing.</remarks>
internal sealed class FifoGate
{
    private readonly Lock _sync = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _held;

    public ValueTask EnterAsync(CancellationToken stop)
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
            _waiting.Enqueue(turn);
        }

        return new ValueTask(WaitAsync(turn, stop));
    }

    /// <summary>Hands the gate to the longest-waiting caller that still wants it.</summary>
    public void Leave()
    {
        lock (_sync)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    return;
            }

            _held = false;
        }
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken stop)
    {
        using (stop.UnsafeRegister(static (turn, token) => ((TaskCompletionSource)turn!).TrySetCanceled(token), turn))
            await turn.Task.ConfigureAwait(false);
    }
}
