using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Simulation;

/// <summary>A site whose meter hangs on a serial port and whose inverter on a plain serial server, with a whole daemon in this process that reads and steers it.</summary>
[Collection(Faults.FaultRun.Name)]
public sealed class SerialHouse
{
    /// <summary>The demo house as an installer would have wired it: two devices share one RS-485 bus.</summary>
    private static readonly string SiteText = new[]
    {
        ("tcp://127.0.0.1:5021\"", "rtu:///dev/ttyUSB0?baud=115200&parity=even\""),
        ("tcp://127.0.0.1:5022\"", "rtutcp://127.0.0.1:4196\""),
        ("tcp://127.0.0.1:5024\"", "rtu:///dev/ttyUSB0?baud=115200&parity=even\""),
        ("unit: 255", "unit: 7"),
    }.Aggregate(DemoSite.SiteText, (text, change) => text.Contains(change.Item1, StringComparison.Ordinal) ? text.Replace(change.Item1, change.Item2, StringComparison.Ordinal) : throw new InvalidDataException(change.Item1));

    [Fact]
    public async Task A_daemon_reads_and_steers_over_a_serial_port_and_over_rtu_through_tcp()
    {
        ProfileSource profiles = new(null);
        var loaded = SiteSource.Parse(SiteText, "site.yaml", profiles);
        Assert.True(loaded.IsUsable, string.Join('\n', loaded.Problems));
        await using var run = await DemoRun.StartAsync(loaded.Value!, profiles, new(3_600, 1, null, TimeProvider.System, Log.Silent));
        var links = run.Built.Site.Devices.Select(device => device.Link).ToArray();
        Assert.Equal([LinkKind.Rtu, LinkKind.RtuOverTcp, LinkKind.Tcp, LinkKind.Rtu], links.Select(link => link.Kind));
        Assert.StartsWith("/dev/pts/", links[0].Host, StringComparison.Ordinal);
        Assert.Equal(links[0].Place, links[3].Place);
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(2)); // a hang guard
        var running = run.RunAsync(stop.Token);
        await Bundle.UntilAsync(
            () => running.IsCompleted || run.Daemon.Latest is { Cycles: >= 2 } now && now.Image.Devices.All(device => device.Link == LinkState.Up) && now.Receipts.Length > 0,
            () => $"the house is not well: {string.Join("; ", run.Built.Field.Sessions.Select(session => $"{session.Device.Name} {session.Link.Link} {session.Counts}"))}", TimeSpan.FromMinutes(2));
        var image = run.Daemon.Latest!.Image;
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.True(image.Grid.Import.IsGood && image.Batteries[0].Discharge.IsGood && image.PvPlants[0].Production.IsGood && image.EvChargers[0].Charge.IsGood);
        Assert.All(run.Built.Field.Sessions, session => Assert.True(session.Counts.Failures <= 1, $"{session.Device.Name}: {session.Counts}"));
        Assert.True(run.Built.Desk.Trace("meter1")!.Trace.Count > 0);
    }

    /// <summary>The message of the port itself reaches the table and the JSON, with what to do about it.</summary>
    [Theory]
    [InlineData("/dev/ttyNotThere", "there is no /dev/ttyNotThere; is the adapter plugged in? ls /dev/serial/by-id lists those that are")]
    [InlineData("/dev/null", "/dev/null is not a serial port; ls /dev/serial/by-id lists them")]
    [InlineData("taken", " is in use by another program; sudo fuser ")]
    public async Task A_port_that_cannot_be_had_is_told_by_smartems_devices(string port, string says)
    {
        await using PtyBus bus = new();
        await using var slave = await bus.ServeAsync();
        await using var holder = bus.Master(Shared.HangGuard);
        if (port == "taken")
        {
            await holder.AssertReadsAsync(1);
            port = bus.Near;
        }
        ProfileSource profiles = new(null);
        var loaded = SiteSource.Parse(SiteText.Replace("/dev/ttyUSB0", port, StringComparison.Ordinal), "site.yaml", profiles);
        Assert.True(loaded.IsUsable, string.Join('\n', loaded.Problems));
        await using var built = Composition.Build(loaded.Value!, profiles, new(null, TimeProvider.System, TimeProvider.System, Log.Silent));
        await using var asked = await LiveDaemon.StartAsync(built);
        var table = await asked.RunAsync("devices");
        Assert.Contains($"meter1: {(says[0] == ' ' ? port + says + port : says)}", string.Join(' ', table.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        var view = LocalClient.Read(await asked.GetAsync("/v1/devices"), ViewsJson.Wire.DevicesView);
        Assert.Contains(says, view.Devices.Single(device => device.Name == "meter1").Fault, StringComparison.Ordinal);
        Assert.Equal(view.Devices[0].Fault, view.Devices[3].Fault);
    }

    [Fact]
    public async Task A_port_without_permission_names_the_group()
    {
        // Root may open every port, so the words are looked at where they are made.
        var refused = SmartEms.Edge.Adapters.Serial.SerialPortException.NotOpened(new("/dev/ttyUSB0"), 13);
        Assert.Contains("usermod -aG dialout smartems", refused.Message, StringComparison.Ordinal);
        await using var bus = new RefusingBus(refused.Message);
        await using DeviceSession session = new(0, new("meter1", "eastron-sdm630", new("/dev/ttyUSB0", 0, 1) { Kind = LinkKind.Rtu }), Maps.Hardware.Profile("eastron-sdm630"), new(bus, new(TimeProvider.System), new(_ => { }, new()), 1));
        await session.RoundAsync(default);
        Assert.Equal(refused.Message, session.Fault);
    }

    private sealed class RefusingBus(string why) : IRegisterBus
    {
        public string? Fault => why;

        public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop) => ValueTask.FromResult(new BusReply(BusStatus.Unreachable));

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) => ValueTask.FromResult(new BusReply(BusStatus.Unreachable));

        public ValueTask DisposeAsync() => default;
    }
}
