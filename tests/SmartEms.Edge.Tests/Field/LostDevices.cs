using System.Net.Sockets;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.EndToEnd;
using SmartEms.Edge.Tests.Maps;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Field;

/// <summary>Fault matrix M1: who is not there is asked once per back-off, and costs nobody else a beat. The figure itself (50 ms) is told by the bench "lines".</summary>
[Collection(Faults.FaultRun.Name)] // a rhythm is measured
public sealed class LostDevices(ITestOutputHelper story)
{
    private const int Second = 1_000;

    /// <summary>An hour of a device that is gone, second by second on simulated time.</summary>
    [Theory]
    [InlineData("eastron-sdm630", "import", BusStatus.Unreachable)]
    [InlineData("eastron-sdm630", "import", BusStatus.Dropped)]
    [InlineData("eastron-sdm630", "import", BusStatus.Timeout)]
    [InlineData("sunspec-hybrid", "day", BusStatus.Unreachable)]
    [InlineData("sunspec-hybrid", "day", BusStatus.Dropped)]
    [InlineData("sunspec-hybrid", "day", BusStatus.Timeout)]
    public async Task M1_one_attempt_per_back_off(string profile, string capture, BusStatus how)
    {
        ManualTime time = new();
        SiteClock clock = new(time);
        LosableBus bus = new(Hardware.Capture(profile, capture), clock);
        await using DeviceSession session = new(0, new("gone", profile, new("h", 502, 1)), Hardware.Profile(profile), new(bus, clock, new(_ => { }, new WriteBudget()), 1));
        await LiveAsync(5);
        Assert.Equal(LinkState.Up, session.Link.Link);
        bus.Fails = how;
        bus.AskedAtMs.Clear();
        await LiveAsync(3_600);
        long[] asked = [.. bus.AskedAtMs];
        Assert.Equal(LinkState.Down, session.Link.Link);
        long expected = 3;
        for (long at = 2, step = 2; at + step < 3_600; at += step, step = Math.Min(step + 2, 300))
            expected++;
        Assert.Equal(expected, asked.Length);
        for (int i = 3; i < asked.Length; i++)
            Assert.True(asked[i] - asked[i - 1] >= Math.Min(2 * Second * (i - 2), 300 * Second), $"attempt {i + 1} came {asked[i] - asked[i - 1]} ms after the one before");
        bus.Fails = null;
        int seconds = 0;
        while (session.Link.Link != LinkState.Up)
        {
            await LiveAsync(1);
            Assert.True(++seconds <= 300, "it is not found again");
        }

        async Task LiveAsync(int howMany)
        {
            for (int i = 0; i < howMany; i++)
            {
                await session.RoundAsync(default);
                time.Advance(TimeSpan.FromMilliseconds(Second));
            }
        }
    }

    /// <summary>Three hosts that are gone, each in another way, and one device that is well: real sockets, the daemon's own loops.</summary>
    [Fact]
    public async Task M1_no_listener_reset_and_filtered_hosts_cost_the_others_no_beat()
    {
        const int seconds = 8;
        NotedTable well = new();
        await using ModbusTcpSlave slave = Shared.Serve(well);
        using HandSlave closed = new(), filtered = new(backlog: 0), resetting = new();
        closed.Dispose(); // its port refuses from now on
        using HandClient filler = await HandClient.ConnectAsync(filtered.Port); // its queue is full: the kernel drops what else comes
        int resets = 0;
        using CancellationTokenSource over = new();
        Task resetter = Task.Run(async () =>
        {
            while (true)
            {
                using Socket taken = await resetting.TakeAsync(over.Token);
                resets++;
                taken.Close(0); // discards and resets
            }
        });
        Device[] devices = [At("well", slave.BoundPort), At("closed", closed.Port), At("filtered", filtered.Port), At("reset", resetting.Port)];
        var site = Control.House.Site with { Devices = [.. devices], Batteries = [], PvPlants = [], EvChargers = [] };
        await using ModbusLines lines = new(TimeProvider.System);
        await using FieldLayer layer = new(site, new(TimeProvider.System), device => Hardware.Profile(device.Profile), (device, profile) => lines.Lease(Composition.SettingsOf(device, profile)), new(_ => { }, new WriteBudget()));
        await using MachineLateness machine = new();
        over.CancelAfter(TimeSpan.FromSeconds(seconds));
        await layer.RunAsync(TimeSpan.FromSeconds(1), over.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await resetter.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        double[] strays = well.StraysMs(TimeSpan.FromSeconds(1));
        story.WriteLine($"{strays.Length} beats, strayed {strays.Max():0.0} ms at most, the machine itself {machine.P99Ms:0.0} ms; reset {resets} times, failures {string.Join(", ", layer.Sessions.Select(session => session.Counts.Failures))}");
        Assert.InRange(strays.Length, seconds - 3, seconds);
        Assert.InRange(strays.Max(), 0, 500 + machine.P99Ms);
        Assert.Equal((0, LinkState.Up), (layer.Sessions[0].Counts.Failures, layer.Sessions[0].Link.Link));
        Assert.All(layer.Sessions.Skip(1), session => Assert.InRange(session.Counts.Failures, 2, 5)); // at 0, 1, 2, 4 and 8 s, or every 3 s where it is waited for
        Assert.InRange(resets, 2, 5);
    }

    private static Device At(string name, int port) => new(name, "eastron-sdm630", new("127.0.0.1", port, 1));

    /// <summary>A device's registers that can go away; every question is noted.</summary>
    private sealed class LosableBus(IRegisterBus inner, SiteClock clock) : IRegisterBus
    {
        public BusStatus? Fails { get; set; }
        public List<long> AskedAtMs { get; } = [];

        public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
        {
            AskedAtMs.Add(clock.UptimeMs);
            return Fails is { } how ? ValueTask.FromResult(new BusReply(how)) : inner.ReadAsync(span, into, stop);
        }

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) => inner.WriteAsync(span, values, function, stop);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Registers that note when each was read.</summary>
    private sealed class NotedTable : IRegisterTable
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<int, List<long>> _reads = [];

        public byte Read(RegisterSpan span, Span<ushort> into)
        {
            into.Clear();
            lock (_gate)
            {
                if (!_reads.TryGetValue(span.Address, out List<long>? reads))
                    _reads.Add(span.Address, reads = []);
                reads.Add(TimeProvider.System.GetTimestamp());
            }

            return 0;
        }

        public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function) => 0;

        /// <summary>How far the intervals of the block that is read most strayed from the period.</summary>
        public double[] StraysMs(TimeSpan period)
        {
            lock (_gate)
            {
                List<long> most = _reads.Values.MaxBy(reads => reads.Count)!;
                return [.. most.Zip(most.Skip(1), (a, b) => Math.Abs((TimeProvider.System.GetElapsedTime(a, b) - period).TotalMilliseconds))];
            }
        }
    }
}
