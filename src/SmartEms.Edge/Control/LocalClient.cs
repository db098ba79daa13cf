using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmartEms.Edge.Control;

/// <summary>Asks the daemon over its Unix socket: one HTTP/1.1 request per connection. Written out because HttpClient would bring TLS, proxies and
/// HTTP/2 into the binary for a socket that has none of them. Whatever goes wrong is a <see cref="Refusal"/> that says what to do.</summary>
internal sealed class LocalClient(string socketPath, TimeProvider time)
{
    private const int LongestAnswer = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>For what takes as long as a start.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(45);

    /// <summary>The answer's JSON as the daemon wrote it: one object on one line.</summary>
    public Task<byte[]> GetAsync(string target, CancellationToken stop) => SendAsync("GET", target, Patience, stop);

    public Task<byte[]> PostAsync(string target, CancellationToken stop) => PostAsync(target, Patience, stop);

    public Task<byte[]> PostAsync(string target, TimeSpan within, CancellationToken stop) => SendAsync("POST", target, within, stop);

    /// <summary>The answer as a view.</summary>
    public static T Read<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new Refusal(Exit.Failed, "answer_unknown", "the daemon speaks another version of the local API", "restart it after the update: sudo systemctl restart smartems");
        }
    }

    private async Task<byte[]> SendAsync(string method, string target, TimeSpan within, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), both.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), both.Token);
            return Body(await AllAsync(socket, both.Token));
        }
        catch (SocketException refused)
        {
            throw NotReached(refused);
        }
        catch (ArgumentException)
        {
            throw new Refusal(Exit.Usage, "socket_path", $"{socketPath} cannot be a socket's path", "a path of at most 107 bytes, as in --socket /run/smartems/ctl.sock");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new Refusal(Exit.DaemonNotReachable, "daemon_silent", $"the daemon took the call on {socketPath} but did not answer within {within.TotalSeconds:0} s", "journalctl -u smartems -n 50");
        }
    }

    private Refusal NotReached(SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AccessDenied => new(Exit.NoPermission, "no_permission", $"you may not use {socketPath}", "join the group smartems (sudo usermod -aG smartems $USER, then log in again), or use sudo"),
        SocketError.ConnectionReset or SocketError.Shutdown => new(Exit.DaemonNotReachable, "daemon_busy", "the daemon hung up: it is stopping, or too many clients are connected", "ask again in a second"),
        _ => new(
            Exit.DaemonNotReachable,
            "daemon_not_reachable",
            File.Exists(socketPath) ? $"nobody answers on {socketPath}: the daemon is not running" : $"there is no {socketPath}: the daemon is not running, or listens elsewhere",
            "systemctl status smartems, or name its socket with --socket"),
    };

    private static async Task<byte[]> AllAsync(Socket socket, CancellationToken stop)
    {
        var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, stop) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
            if (all.Length > LongestAnswer)
                throw NotOurs();
        }
        return all.Length > 0 ? all.ToArray() : throw new SocketException((int)SocketError.ConnectionReset);
    }

    /// <summary>Our server always says how long its answer is; anything else is not our server, or was cut off.</summary>
    private static byte[] Body(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0 || !answer.AsSpan().StartsWith("HTTP/1.1 "u8))
            throw NotOurs();
        var lines = Encoding.ASCII.GetString(answer, 0, end).Split("\r\n");
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?["Content-Length:".Length..];
        var body = answer[(end + 4)..];
        if (!int.TryParse(lines[0].AsSpan(9, Math.Min(3, lines[0].Length - 9)), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || !int.TryParse(length, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var promised) || promised != body.Length)
            throw NotOurs();
        if (status == 200)
            return body;
        if (body.Length == 0)
            throw new Refusal(Exit.Failed, "refused", $"the daemon refused the request with HTTP {status}", "smartems version shows whether program and daemon are of one version");
        throw Refused(status, Read(body, ViewsJson.Wire.ErrorView));
    }

    private static Refusal Refused(int status, ErrorView error) =>
        new(error.Code == ReloadAnswer.Invalid ? Exit.ConfigurationInvalid : status == 403 ? Exit.NoPermission : Exit.Failed, error.Code, error.Message, error.Hint)
        {
            Problems = [.. (error.Problems ?? []).Select(problem => problem.ToProblem())],
        };

    private static Refusal NotOurs() => new(Exit.Failed, "answer_garbled", "what answers on the socket is not smartems, or its answer was cut off", "check --socket");
}
