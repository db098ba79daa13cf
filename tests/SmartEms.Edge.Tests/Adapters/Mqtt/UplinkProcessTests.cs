using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Syncing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>The uplink in a process of its own: as good as without, and what kills it kills nothing else.</summary>
public class UplinkProcessTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    /// <summary>The program as it was built with these tests.</summary>
    public static ProcessStartInfo Start => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "smartems.dll"), "uplink"]);

    private static List<UplinkEvent> Until(UplinkProcess uplink, Func<List<UplinkEvent>, bool> wanted)
    {
        var (events, started) = (new List<UplinkEvent>(), TimeProvider.System.GetTimestamp());
        while (!wanted(events))
        {
            events.AddRange(uplink.Turn(TimeSpan.FromMilliseconds(50)));
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Guard, $"did not come; {uplink.Look}; {string.Join(", ", events.Select(one => one.Kind))}");
        }
        return events;
    }

    [Fact]
    public async Task Messages_go_and_come_through_it()
    {
        await using var broker = await Mosquitto.StartAsync();
        using var uplink = new UplinkProcess(Client.Settings(broker.Plain) with { Filters = ["a/#"], Will = new("w", "gone"u8.ToArray()) }, Start, TimeProvider.System, () => 0.5);
        Until(uplink, events => events.Any(one => one.Kind == UplinkEventKind.Connected));
        var number = uplink.Publish(new("a/b", "text"u8.ToArray()) { ContentType = "t", Correlation = new byte[] { 9 } });
        var events = Until(uplink, events => events.Any(one => one.Kind == UplinkEventKind.Received) && events.Any(one => one.Kind == UplinkEventKind.Confirmed));
        Assert.Equal(number, events.Single(one => one.Kind == UplinkEventKind.Confirmed).Number);
        var got = events.Single(one => one.Kind == UplinkEventKind.Received);
        Assert.Equal(("a/b", "t"), (got.Topic, got.ContentType));
        Assert.Equal([9], got.Correlation);
        Assert.Equal(UplinkState.Syncing, uplink.Look.State);
        uplink.Leave();
        Assert.Equal(1, uplink.Starts);
    }

    /// <summary>libmosquitto 2.0.11 aborts its process on a property that MQTT 5 does not know.</summary>
    [Fact]
    public async Task A_packet_that_kills_the_library_kills_its_process_alone()
    {
        await using var broker = new FakeBroker(async (stream, stop) => await stream.WriteAsync(new byte[] { 0x20, 5, 0, 0, 2, 99, 99 }, stop));
        using var uplink = new UplinkProcess(Client.Settings(broker.Address) with { Rest = TimeSpan.FromMilliseconds(100) }, Start, TimeProvider.System, () => 0.5);
        Until(uplink, _ => uplink.Look.Trouble?.Contains("the process of the uplink ended", StringComparison.Ordinal) == true);
        Until(uplink, _ => uplink.Starts >= 2); // which has no trouble of its own yet
        Assert.Null(uplink.Publish(new("a", "b"u8.ToArray())));
    }

    [Fact]
    public async Task A_process_that_is_killed_is_started_again()
    {
        await using var broker = await Mosquitto.StartAsync();
        var (start, mark) = (Start, $"KILLED_{Guid.NewGuid():N}"); // tests beside this one have children of the same name
        start.Environment[mark] = "1";
        using var uplink = new UplinkProcess(Client.Settings(broker.Plain) with { ClientId = "killed", Rest = TimeSpan.FromMilliseconds(100) }, start, TimeProvider.System, () => 0.5);
        Until(uplink, events => events.Any(one => one.Kind == UplinkEventKind.Connected));
        Assert.Single(Process.GetProcessesByName("dotnet"), one => EnvironmentOf(one.Id).Contains(mark, StringComparison.Ordinal)).Kill();
        var events = Until(uplink, events => events.Any(one => one.Kind == UplinkEventKind.Connected));
        Assert.Equal(UplinkEventKind.Lost, events[0].Kind);
    }

    [Fact]
    public void A_program_that_is_not_there_is_told_of()
    {
        using var uplink = new UplinkProcess(Client.Settings(new Core.Describing.BrokerAddress("127.0.0.1", 1, false)), new("/nowhere/smartems"), TimeProvider.System, () => 0.5);
        Until(uplink, _ => uplink.Look.Trouble is not null);
        Assert.Contains("cannot be started", uplink.Look.Trouble!, StringComparison.Ordinal);
    }

    /// <summary>The machine's only name server takes every question and answers none.</summary>
    [DeafResolverFact]
    public async Task A_name_that_nobody_resolves_is_told_of_in_time()
    {
        using var deaf = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.77"), 53));
        var resolver = Path.GetTempFileName();
        await File.WriteAllTextAsync(resolver, "nameserver 127.0.0.77\noptions timeout:30 attempts:5\n");
        var start = new ProcessStartInfo("unshare", ["-m", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", resolver, Start.FileName, .. Start.ArgumentList]);
        using var uplink = new UplinkProcess(Client.Settings(new Core.Describing.BrokerAddress("broker.example", 1883, false)), start, TimeProvider.System, () => 0.5);
        Until(uplink, _ => uplink.Look.Trouble is not null);
        Assert.Contains("broker.example is not resolved within 20 s", uplink.Look.Trouble!, StringComparison.Ordinal);
        Assert.Equal(1, uplink.Starts);
        uplink.Leave();
        File.Delete(resolver);
    }

    /// <summary>Only root may serve names, and lay a file over another.</summary>
    private sealed class DeafResolverFactAttribute : FactAttribute
    {
        public DeafResolverFactAttribute() => Skip = Environment.UserName == "root" ? null : "needs root for a name server of its own";
    }

    /// <summary>Empty for a process that has just ended.</summary>
    private static string EnvironmentOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
