using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace SmartEms.Edge.Control;

/// <summary>Answers the table of requests on a Unix socket. Kestrel alone, without a web host: no configuration, no routing, no logging to start up.</summary>
internal sealed class LocalServer(string socketPath, Desk desk, Action<string> onFault) : IAsyncDisposable
{
    public const int BodyBytes = 64 * 1024;
    public const int Connections = 8;
    private const int LongestPath = 107; // sun_path holds 108 bytes with its closing zero (unix(7))

    private KestrelServer? server;
    private FileStream? sole;

    /// <summary>Begins to listen. <see cref="IOException"/> with the remedy in words when the socket cannot be had.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        var path = Path.GetFullPath(socketPath);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new IOException($"{path}: a socket's path has at most {LongestPath} bytes; choose a shorter one with --socket");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            sole = Sole(path);
            await ClearAsync(path, stop);
            server = new(Options.Create(Settings(path)), new SocketTransportFactory(Options.Create(Transport(path)), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
            await server.StartAsync(new Door(desk, onFault), stop);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or SocketException)
        {
            await DisposeAsync();
            throw new IOException($"cannot listen on {path}: {failure.Message}; run as the user of the service, or choose another path with --socket", failure);
        }
    }

    /// <summary>Lets running answers end until <paramref name="stop"/> fires, then takes the socket away.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (server is not null)
            await server.StopAsync(stop);
        await DisposeAsync();
    }

    public ValueTask DisposeAsync()
    {
        server?.Dispose();
        server = null;
        sole?.Dispose();
        sole = null;
        return ValueTask.CompletedTask;
    }

    /// <summary>Held as long as we listen, so that two daemons starting at once cannot take each other's socket away.</summary>
    private static FileStream Sole(string path)
    {
        try
        {
            return new($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists($"{path}.lock"))
        {
            throw Taken(path);
        }
    }

    /// <summary>Removes a socket that a dead daemon left behind, and only that.</summary>
    private static async Task ClearAsync(string path, CancellationToken stop)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (new FileInfo(path).Length > 0) // a socket has no length; connecting to a plain file is refused just the same
                throw new IOException($"{path} is a file, not a socket; move it away or choose another path with --socket");
            File.Delete(path);
            return;
        }
        throw Taken(path);
    }

    private static IOException Taken(string path) => new($"another smartems is running and answers on {path}; stop it (systemctl stop smartems), or choose another path with --socket");

    private static KestrelServerOptions Settings(string path)
    {
        var settings = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = Nothing.Instance };
        settings.Limits.MaxRequestBodySize = BodyBytes;
        settings.Limits.MaxRequestBufferSize = BodyBytes;
        settings.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        settings.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        settings.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        settings.Limits.MaxConcurrentConnections = Connections;
        settings.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
        return settings;
    }

    /// <summary>The file gets its mode between bind and listen: nobody can connect before it is right.</summary>
    private static SocketTransportOptions Transport(string path) => new()
    {
        IOQueueCount = 1,
        CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            return socket;
        },
    };

    /// <summary>Kestrel asks for optional services; there are none.</summary>
    private sealed class Nothing : IServiceProvider
    {
        public static readonly Nothing Instance = new();

        public object? GetService(Type serviceType) => null;
    }

    /// <summary>Turns HTTP into the table of requests and back.</summary>
    private sealed class Door(Desk desk, Action<string> onFault) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var reply = await AnswerAsync(context);
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = reply.Json.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
                await context.Response.Body.WriteAsync(reply.Json, context.RequestAborted);
        }

        /// <summary>The isolation point: a request that fails is an answer that says so, and never the daemon's end.</summary>
        private async Task<Reply> AnswerAsync(HttpContext context)
        {
            var asked = context.Request;
            if (asked.ContentLength > BodyBytes)
                return Reply.Error(413, "too_large", $"a request has at most {BodyBytes / 1024} KiB", "send less");
            try
            {
                return await Requests.AnswerAsync(desk, asked.Method, asked.Path.Value ?? "", new(name => asked.Query.TryGetValue(name, out var value) ? value.ToString() : null), context.RequestAborted);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                onFault($"{asked.Method} {asked.Path}: {failure.GetType().Name}: {failure.Message}");
                return Reply.Error(500, "failed", $"the answer failed: {failure.Message}", "this is a fault of the program: please report it with journalctl -u smartems");
            }
        }
    }
}
