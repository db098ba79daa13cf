using System.Runtime.InteropServices;

namespace SmartEms.Edge.Commands;

/// <summary>SIGTERM as a token, heard from the first moment on: the command line's own handler stands only once the verb waits for something. A signal that
/// comes while the verb is ending anyway is swallowed.</summary>
internal sealed class Termination : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource asked;
    private readonly PosixSignalRegistration registration;
    private bool isOver;

    /// <param name="stop">Another reason to end.</param>
    public Termination(CancellationToken stop)
    {
        asked = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Token = asked.Token;
        registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
    }

    public CancellationToken Token { get; }

    private void Hear(PosixSignalContext signal)
    {
        signal.Cancel = true;
        lock (gate)
            if (!isOver)
                asked.Cancel();
    }

    /// <summary>A handler that has begun is not waited for by its registration, hence the gate.</summary>
    public void Dispose()
    {
        registration.Dispose();
        lock (gate)
            isOver = true;
        asked.Dispose();
    }
}
