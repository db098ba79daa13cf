using System.Net;
using System.Net.Sockets;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>One request as it passed on the wire: when it was sent, and when its answer began or the client hung up. Timestamps of the system's monotonic clock.</summary>
internal sealed record Passed(long SentAt, byte Function, int Address, int Count)
{
    /// <summary>When the exchange was over for the client; null while it waits.</summary>
    public long? OverAt { get; set; }

    public double WaitedMs => TimeProvider.System.GetElapsedTime(SentAt, OverAt ?? TimeProvider.System.GetTimestamp()).TotalMilliseconds;
}

/// <summary>A wire with a clock: passes Modbus TCP between the daemon and one simulated device, and writes down when what was asked.</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private const int Header = 7;

    private readonly IPEndPoint device;
    private readonly CancellationTokenSource closing = new();
    private readonly List<Passed> log = [];
    private readonly List<Socket> open = [];
    private readonly List<Task> tasks = [];
    private Socket listener;

    public WireTap(IPEndPoint device)
    {
        this.device = device;
        listener = Listen(0);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public IReadOnlyList<Passed> Log
    {
        get
        {
            lock (log)
                return [.. log];
        }
    }

    /// <summary>Nobody listens here any more, and who was connected is thrown out.</summary>
    public void CutOff()
    {
        lock (log)
        {
            listener.Dispose();
            foreach (var socket in open)
                socket.Dispose();
            open.Clear();
        }
    }

    public void PlugIn() => listener = Listen(Port);

    private Socket Listen(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        Keep(AcceptAsync(socket));
        return socket;
    }

    private async Task AcceptAsync(Socket on)
    {
        while (true)
        {
            var client = await on.AcceptAsync(closing.Token);
            Socket onwards = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            await onwards.ConnectAsync(device, closing.Token);
            lock (log)
                open.AddRange([client, onwards]);
            Keep(AskAsync(client, onwards));
            Keep(AnswerAsync(onwards, client));
        }
    }

    private async Task AskAsync(Socket client, Socket onwards)
    {
        var buffer = new byte[1024];
        using (onwards)
            while (await client.ReceiveAsync(buffer, closing.Token) is > 0 and var count)
            {
                var now = TimeProvider.System.GetTimestamp();
                lock (log)
                    if (count >= Header + 5) // one transaction at a time, and a request fits a segment
                        log.Add(new(now, buffer[Header], (buffer[Header + 1] << 8) | buffer[Header + 2], (buffer[Header + 3] << 8) | buffer[Header + 4]));
                await onwards.SendAsync(buffer.AsMemory(0, count), closing.Token);
            }
        Over();
    }

    private async Task AnswerAsync(Socket onwards, Socket client)
    {
        var buffer = new byte[1024];
        using (client)
            while (await onwards.ReceiveAsync(buffer, closing.Token) is > 0 and var count)
            {
                Over();
                await client.SendAsync(buffer.AsMemory(0, count), closing.Token);
            }
        Over();
    }

    private void Over()
    {
        lock (log)
            if (log.Count > 0)
                log[^1].OverAt ??= TimeProvider.System.GetTimestamp();
    }

    private void Keep(Task task)
    {
        lock (tasks)
            tasks.Add(task);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        CutOff();
        Task[] all;
        lock (tasks)
            all = [.. tasks];
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // cancelled, or cut off by the peer
        closing.Dispose();
    }
}
