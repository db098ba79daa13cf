using System.Net;
using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>The beginning of a connection. A name is resolved on a thread of its own, because that waits for as long as resolv.conf(5) lets it; the library's client is
/// left alone meanwhile.</summary>
internal sealed class Opening
{
    private const int LooksEveryMs = 20;

    private readonly Task<(int Result, int Error)> begun;

    /// <param name="begin">Resolves and begins to connect; the library's result, and errno as the last error.</param>
    public Opening(string host, Func<int> begin)
    {
        (int, int) Begin() => (begin(), Marshal.GetLastPInvokeError());
        begun = IPAddress.TryParse(host, out _) ? Task.FromResult(Begin()) : Task.Factory.StartNew(Begin, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What came of it, waiting at most a moment; null while the name is not resolved.</summary>
    public (int Result, int Error)? Look(int milliseconds, int wakes)
    {
        if (!begun.IsCompleted)
            SocketWatch.Wait(-1, false, Math.Min(milliseconds, LooksEveryMs), wakes);
        return begun.IsCompleted ? begun.Result : null;
    }

    /// <summary>Nothing can take back a question to the resolver: what it needs is freed when it has ended.</summary>
    public void WhenOver(Action act) => begun.ContinueWith(_ => act(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
