using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace SmartEms.Edge.Control;

/// <summary>Answers the table of requests on a Unix socket. Kestrel alone, without a web host: no configuration, no routing, no logging to start up.</summary>
internal sealed class LocalServer(string socketPath, Func<Desk> desk, Action<string> onFault) : IAsyncDisposable
{
    public const int BodyBytes = 64 * 1024;
    public const int Connections = 8;

    private IServer? server;
    private SocketClaim? claim;

    /// <summary>The right to the socket when the caller has taken it already; it is given back with the server.</summary>
    public SocketClaim? Claim { init => claim = value; }

    /// <summary>Begins to listen. <see cref="IOException"/> with the remedy in words when the socket cannot be had.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        claim ??= await SocketClaim.TakeAsync(socketPath, stop);
        var path = claim.Path;
        try
        {
            server = PlainKestrel.Make(Settings(path), Transport(path));
            await server.StartAsync(new Door(desk, onFault), stop);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or SocketException)
        {
            await DisposeAsync();
            throw SocketClaim.Unheard(path, failure);
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
        claim?.Dispose();
        claim = null;
        return ValueTask.CompletedTask;
    }

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
    private sealed class Door(Func<Desk> desk, Action<string> onFault) : IHttpApplication<HttpContext>
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
                return await Requests.AnswerAsync(desk(), asked.Method, asked.Path.Value ?? "", new(name => asked.Query.TryGetValue(name, out var value) ? value.ToString() : null, Caller.Of(context.Features.Get<IConnectionSocketFeature>()?.Socket)), context.RequestAborted);
            }
            catch (ObjectDisposedException) when (desk().Reload is not null)
            {
                return Reply.Error(503, "reloading", "the site file was being changed over", "ask again in a second");
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                onFault($"{asked.Method} {asked.Path}: {failure.GetType().Name}: {failure.Message}");
                return Reply.Error(500, "failed", $"the answer failed: {failure.Message}", "this is a fault of the program: please report it with journalctl -u smartems");
            }
        }
    }
}
