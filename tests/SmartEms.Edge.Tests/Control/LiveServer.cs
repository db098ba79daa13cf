using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Tests.Control;

/// <summary>A local server on a real Unix socket in a directory of its own.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly LocalServer server;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("smartems-test-");

    private LiveServer(Desk desk)
    {
        Socket = Path.Combine(directory.FullName, "ctl.sock");
        server = new(Socket, () => desk, Faults.Add);
    }

    public string Socket { get; }
    public List<string> Faults { get; } = [];
    public LocalClient Client => new(Socket, TimeProvider.System);

    public static async Task<LiveServer> StartAsync(Desk desk, Action<string>? before = null)
    {
        var live = new LiveServer(desk);
        before?.Invoke(live.Socket);
        await live.server.StartAsync(CancellationToken.None);
        return live;
    }

    /// <summary>Says bytes to the socket and gives everything it answers until it hangs up.</summary>
    public async Task<string> SayAsync(string bytes)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(bytes));
        return await AllOf(socket);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        return socket;
    }

    public static async Task<string> AllOf(Socket socket)
    {
        using var hang = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (all, buffer) = (new StringBuilder(), new byte[4096]);
        while (await socket.ReceiveAsync(buffer, hang.Token) is > 0 and var count)
            all.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return all.ToString();
    }

    public Task StopAsync() => server.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        directory.Delete(true);
    }
}
