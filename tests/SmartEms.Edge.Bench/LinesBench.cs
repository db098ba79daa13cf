using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Bench;

/// <summary>Whether sick devices cost the others their rhythm: the daemon on healthy meters beside devices that refuse, swallow, ignore, drip or put off.</summary>
internal static class LinesBench
{
    private const int Healthy = 10;
    private const int WarmUpSeconds = 10;
    private const double PeriodMs = 1_000;
    private const double MostStrayMs = 50;
    private const double MostOfTimeout = 1.2;

    /// <summary>What the site's profile and the master's settings allow, ms.</summary>
    private const double TimeoutMs = 1_000;
    private const double ConnectTimeoutMs = 3_000;

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var seconds = arguments switch
        {
            [] => 70,
            ["--seconds", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var given) && given is >= 20 and <= 3_600 => given,
            _ => throw new BenchException("lines knows --seconds N, 20 to 3600"),
        };
        var alone = await MeasureAsync(isAmongSick: false, seconds).ConfigureAwait(false);
        yield return Figure.Told("stray_p99_without_sick_devices", alone.StrayP99, "ms");
        var among = await MeasureAsync(isAmongSick: true, seconds).ConfigureAwait(false);
        yield return new Figure("beats_among_sick_devices", among.Beats, "reads", double.PositiveInfinity, Healthy * (seconds - WarmUpSeconds - 2));
        yield return new Figure("stray_p99_among_sick_devices", among.StrayP99, "ms", MostStrayMs);
        yield return Figure.Told("stray_max_among_sick_devices", among.StrayMost, "ms");
        yield return new Figure("longest_request_of_timeout", among.LongestOfTimeout, "ratio", MostOfTimeout);
        yield return new Figure("longest_connect_of_timeout", among.LongestOfConnect, "ratio", MostOfTimeout);
    }

    private static async Task<Seen> MeasureAsync(bool isAmongSick, int seconds)
    {
        await using var well = new PolledDevices(Healthy, 40);
        await using var sick = await SickDevices.StartAsync().ConfigureAwait(false);
        using var folder = new BenchFolder();
        List<double> ages = [];
        DeviceView[] devices = [];
        await PollBench.DaemonAsync(well, folder, seconds, (_, second) =>
        {
            if (second == WarmUpSeconds)
                well.TakeAges();
            if (second == seconds)
                (ages, devices) = (well.TakeAges(), Devices(folder.File("ctl.sock")));
        }, isAmongSick ? sick.Lines : "").ConfigureAwait(false);
        double[] strays = [.. ages.Select(age => Math.Abs(age - PeriodMs)).Order()];
        double Slowest(string name) => devices.FirstOrDefault(device => device.Name == name)?.SlowestMs ?? double.NaN;
        return new Seen(
            strays.Length, strays.Length == 0 ? double.NaN : strays[(strays.Length - 1) * 99 / 100], strays.Length == 0 ? double.NaN : strays[^1],
            Math.Max(Math.Max(Slowest("silent"), Slowest("dripping")), Slowest("busy")) / TimeoutMs,
            Slowest("filtered") / ConnectTimeoutMs);
    }

    private static DeviceView[] Devices(string socket)
    {
        var json = new LocalClient(socket, TimeProvider.System).GetAsync("/v1/devices", CancellationToken.None).GetAwaiter().GetResult();
        return LocalClient.Read(json, ViewsJson.Wire.DevicesView).Devices;
    }

    /// <summary>What one run showed.</summary>
    private sealed record Seen(int Beats, double StrayP99, double StrayMost, double LongestOfTimeout, double LongestOfConnect);

    /// <summary>Five devices, each unwell in its own way.</summary>
    private sealed class SickDevices : IAsyncDisposable, IRegisterTable
    {
        private readonly List<ModbusTcpSlave> _slaves = [];
        private readonly Socket _deaf = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _filler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        /// <summary>Their lines of the site file.</summary>
        public string Lines { get; private set; } = "";

        public static async Task<SickDevices> StartAsync()
        {
            var made = new SickDevices();
            var refusing = made.Add("refusing", Misbehaviour.None);
            await refusing.StopListeningAsync().ConfigureAwait(false);
            made.Add("silent", Misbehaviour.Silent);
            made.Add("dripping", Misbehaviour.Drip(TimeSpan.FromMilliseconds(800)));
            made.Add("busy", Misbehaviour.Busy);
            // With its queue full, the kernel drops what else would connect: a filtered host on loopback.
            made._deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            made._deaf.Listen(0);
            await made._filler.ConnectAsync(made._deaf.LocalEndPoint!).ConfigureAwait(false);
            made.Add("filtered", ((IPEndPoint)made._deaf.LocalEndPoint!).Port);
            return made;
        }

        public byte Read(RegisterSpan span, Span<ushort> into)
        {
            into.Clear();
            return 0;
        }

        public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function) => 1;

        public async ValueTask DisposeAsync()
        {
            foreach (var slave in _slaves)
                await slave.DisposeAsync().ConfigureAwait(false);
            _filler.Dispose();
            _deaf.Dispose();
        }

        private ModbusTcpSlave Add(string name, Misbehaviour how)
        {
            var slave = ModbusTcpSlave.Start(ModbusTcpSlaveSettings.Loopback(), this, TimeProvider.System);
            slave.Misbehaviour = how;
            _slaves.Add(slave);
            Add(name, slave.BoundPort);
            return slave;
        }

        private void Add(string name, int port) =>
            Lines += string.Create(CultureInfo.InvariantCulture, $"  - {{name: {name}, profile: bench-floats, connect: \"tcp://127.0.0.1:{port}\", unit: 1}}\n");
    }
}
