using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace SmartEms.Edge.Control;

/// <summary>Kestrel without TLS, for a Unix socket: the registrations of its slim form, and no host around them. The server's public constructor brings TLS,
/// certificate chains and an HTTP client into the binary, more than a megabyte that a socket of this machine has no use for.</summary>
internal static class PlainKestrel
{
    public static IServer Make(KestrelServerOptions settings, SocketTransportOptions transport)
    {
        var builder = new Registrations();
        builder.UseKestrelCore();
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<DiagnosticSource>(new DiagnosticListener("smartems"));
        builder.Services.AddSingleton(Options.Create(settings));
        builder.Services.AddSingleton(Options.Create(transport));
        return builder.Services.BuildServiceProvider().GetRequiredService<IServer>();
    }

    /// <summary>Collects what a web host would register; nothing is ever hosted.</summary>
    private sealed class Registrations : IWebHostBuilder
    {
        public ServiceCollection Services { get; } = [];

        public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
        {
            configureServices(Services);
            return this;
        }

        public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
        {
            configureServices(new(), Services);
            return this;
        }

        public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

        public string? GetSetting(string key) => null;

        public IWebHostBuilder UseSetting(string key, string? value) => this;

#pragma warning disable ASPDEPR008 // the interface asks for it
        public IWebHost Build() => throw new NotSupportedException("Only Kestrel's registrations are wanted.");
#pragma warning restore ASPDEPR008
    }
}
