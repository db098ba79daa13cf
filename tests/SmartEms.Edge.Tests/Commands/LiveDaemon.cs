using SmartEms.Edge.Control;
using SmartEms.Edge.Tests.EndToEnd;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>A whole daemon in this process with its control socket, moved step by step by the test.</summary>
internal sealed class LiveDaemon : IAsyncDisposable
{
    private readonly Scratch scratch = new();
    private readonly Composition built;
    private readonly LocalServer server;

    private LiveDaemon(Composition built)
    {
        this.built = built;
        server = new(Socket, () => built.Desk, _ => { });
    }

    public string Socket => scratch.Of("ctl.sock");

    /// <summary>It has looked at every device once when this returns, and listens.</summary>
    public static async Task<LiveDaemon> StartAsync(Composition built)
    {
        LiveDaemon live = new(built);
        await live.StepAsync();
        await live.server.StartAsync(CancellationToken.None);
        return live;
    }

    public async Task StepAsync()
    {
        await built.Field.RoundAsync(CancellationToken.None);
        await built.Daemon.FollowOnceAsync();
    }

    /// <summary>A command line of this program, at this daemon.</summary>
    public Task<Ran> RunAsync(params string[] args) => Shell.RunAsync([.. args, "--socket", Socket]);

    public Task<byte[]> GetAsync(string target) => new LocalClient(Socket, TimeProvider.System).GetAsync(target, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }
}
