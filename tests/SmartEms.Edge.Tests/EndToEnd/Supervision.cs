using System.Net.Sockets;
using System.Text;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>What systemd is to a service: the far end of its notify socket.</summary>
internal sealed class Supervision : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] buffer = new byte[4096];

    public Supervision(string path) => socket.Bind(new UnixDomainSocketEndPoint(path));

    public async Task<string> NextAsync(string beginning)
    {
        var said = await TryNextAsync(beginning, Bundle.Guard);
        Assert.True(said is not null, $"{beginning} was not said");
        return said;
    }

    public async Task<string?> TryNextAsync(string beginning, TimeSpan within)
    {
        using CancellationTokenSource limit = new(within);
        try
        {
            while (true)
            {
                var said = Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
                if (said.StartsWith(beginning, StringComparison.Ordinal))
                    return said;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Reads away what was sent before.</summary>
    public async Task DrainAsync()
    {
        while (await TryNextAsync("", TimeSpan.FromMilliseconds(100)) is not null)
            continue;
    }

    public void Dispose() => socket.Dispose();
}
