using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Control;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Control;

/// <summary>The socket itself: who may use it, who owns it, and what happens when the other side is not what it should be.</summary>
public class LocalSocketTests
{
    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Only_the_user_and_the_group_may_use_it()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        Assert.Equal("UserWrite, UserRead, GroupWrite, GroupRead".Split(", ").Order(), File.GetUnixFileMode(server.Socket).ToString().Split(", ").Order());
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_socket_that_nobody_answers_on_is_replaced()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well), LeaveBehind);
        await server.Client.GetAsync("/v1/version", default);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_socket_that_somebody_answers_on_is_left_to_him()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        await using var second = new LocalServer(server.Socket, () => House.Desk(null), _ => { });
        var taken = await Assert.ThrowsAsync<SocketTakenException>(() => second.StartAsync(default));
        Assert.Contains("another smartems is running", taken.Message, StringComparison.Ordinal);
        await server.Client.GetAsync("/v1/status", default);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_foreign_socket_without_our_lock_is_left_alone_too()
    {
        using var foreign = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var taken = await Assert.ThrowsAsync<SocketTakenException>(() => LiveServer.StartAsync(House.Desk(House.Well), path =>
        {
            foreign.Bind(new UnixDomainSocketEndPoint(path));
            foreign.Listen();
        }));
        Assert.Contains("another smartems is running", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_file_that_is_no_socket_is_never_deleted()
    {
        var path = "";
        var refused = await Assert.ThrowsAsync<IOException>(() => LiveServer.StartAsync(House.Desk(House.Well), socket => File.WriteAllText(path = socket, "precious")));
        Assert.Contains("is a file, not a socket", refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_path_too_long_for_a_socket_is_told_as_such()
    {
        await using var server = new LocalServer($"/tmp/{new string('x', 120)}.sock", () => House.Desk(null), _ => { });
        Assert.Contains("at most 107 bytes", (await Assert.ThrowsAsync<IOException>(() => server.StartAsync(default))).Message, StringComparison.Ordinal);
        var client = new LocalClient($"/tmp/{new string('x', 120)}.sock", TimeProvider.System);
        Assert.Equal(Exit.Usage, (await Assert.ThrowsAsync<Refusal>(() => client.GetAsync("/v1/status", default))).Exit);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Stopping_takes_the_socket_away_and_the_next_may_have_it()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        await server.StopAsync();
        Assert.False(File.Exists(server.Socket));
        await using var next = new LocalServer(server.Socket, () => House.Desk(House.Well), _ => { });
        await next.StartAsync(default);
        await server.Client.GetAsync("/v1/status", default);
        await next.StopAsync(default);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task The_ninth_connection_is_hung_up_on()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        var held = new List<Socket>();
        for (var i = 0; i < LocalServer.Connections; i++)
        {
            var socket = await server.ConnectAsync();
            held.Add(socket);
            await socket.SendAsync("GET /v1/version HTTP/1.1\r\nHost: box\r\n\r\n"u8.ToArray());
            Assert.True(await socket.ReceiveAsync(new byte[16]) > 0); // an answer: now it is counted, and stays
        }
        Assert.Equal(Exit.DaemonNotReachable, (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync("/v1/status", default))).Exit);
        held.ForEach(socket => socket.Dispose());
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Who_dawdles_over_his_request_is_hung_up_on()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        Assert.StartsWith("HTTP/1.1 408", await server.SayAsync("GET /v1/status HTTP/1.1\r\nHost:"), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task No_socket_and_a_dead_one_are_a_daemon_not_reachable()
    {
        var directory = Directory.CreateTempSubdirectory("smartems-test-");
        var client = new LocalClient(Path.Combine(directory.FullName, "ctl.sock"), TimeProvider.System);
        var absent = await Assert.ThrowsAsync<Refusal>(() => client.GetAsync("/v1/status", default));
        Assert.Equal((Exit.DaemonNotReachable, "daemon_not_reachable"), (absent.Exit, absent.Code));
        Assert.Contains("systemctl status smartems", absent.Hint, StringComparison.Ordinal);
        LeaveBehind(Path.Combine(directory.FullName, "ctl.sock"));
        var dead = await Assert.ThrowsAsync<Refusal>(() => client.GetAsync("/v1/status", default));
        Assert.Contains("nobody answers", dead.Message, StringComparison.Ordinal);
        directory.Delete(true);
    }

    [Theory]
    [InlineData("hello\r\n\r\n", "answer_garbled")]
    [InlineData("HTTP/1.1 200 OK\r\n", "answer_garbled")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "answer_garbled")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{}", "answer_garbled")]
    [InlineData("HTTP/1.1 \r\nContent-Length: 0\r\n\r\n", "answer_garbled")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "refused")]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n[]", "answer_unknown")]
    [InlineData("", "daemon_busy")]
    public async Task An_answer_that_is_not_ours_is_refused(string answer, string code)
    {
        await using var stranger = new Stranger();
        var asking = new LocalClient(stranger.Path, TimeProvider.System).GetAsync("/v1/status", default);
        await stranger.AnswerAsync(answer);
        Assert.Equal(code, (await Assert.ThrowsAsync<Refusal>(() => asking)).Code);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_silent_daemon_is_given_five_seconds()
    {
        await using var stranger = new Stranger();
        var time = new ManualTime();
        var asking = new LocalClient(stranger.Path, time).GetAsync("/v1/status", default);
        using var taken = await stranger.TakeAsync();
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        var silent = await Assert.ThrowsAsync<Refusal>(() => asking);
        Assert.Equal((Exit.DaemonNotReachable, "daemon_silent"), (silent.Exit, silent.Code));
    }

    /// <summary>What a killed daemon leaves: a socket file nobody listens on. Renamed before closing, because .NET removes the path it bound.</summary>
    private static void LeaveBehind(string path)
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(path + ".was"));
        File.Move(path + ".was", path);
    }

    /// <summary>A listener that is not our server.</summary>
    private sealed class Stranger : IAsyncDisposable
    {
        private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("smartems-test-");
        private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public Stranger()
        {
            Path = System.IO.Path.Combine(directory.FullName, "ctl.sock");
            listener.Bind(new UnixDomainSocketEndPoint(Path));
            listener.Listen();
        }

        public string Path { get; }

        /// <summary>Accepts one caller and hears his request out.</summary>
        public async Task<Socket> TakeAsync()
        {
            using var hang = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var caller = await listener.AcceptAsync(hang.Token);
            var (heard, buffer) = (new StringBuilder(), new byte[1024]);
            while (!heard.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                heard.Append(Encoding.ASCII.GetString(buffer, 0, await caller.ReceiveAsync(buffer, hang.Token)));
            return caller;
        }

        public async Task AnswerAsync(string answer)
        {
            using var caller = await TakeAsync();
            await caller.SendAsync(Encoding.ASCII.GetBytes(answer));
        }

        public ValueTask DisposeAsync()
        {
            listener.Dispose();
            directory.Delete(true);
            return ValueTask.CompletedTask;
        }
    }
}
