using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SmartEms.Cloud.Sending;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;
using SmartEms.Edge.Tests.Syncing;
using Xunit;
using Xunit.Abstractions;
using Mosquitto = SmartEms.Edge.Tests.Adapters.Mqtt.Mosquitto;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The shipped binary with a cloud: what it tells, what it hears, and that control does not care.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CloudLinkTests(ITestOutputHelper story) : IDisposable
{
    private readonly ECDsa root = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa ada = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static Task<SiteOnWire> SiteAsync(string broker) => SiteOnWire.StartAsync(new()
    {
        Lines = [("site:\n", $"cloud:\n  tenant: acme\n  box: box-1\n  reconnect_spread_s: 1\n  telemetry_period_s: 1\n  brokers: [{{connect: \"{broker}\"}}]\nsite:\n")],
    });

    private static async Task<JsonElement?> LinkAsync(DaemonUnderTest daemon) => await daemon.AskAsync("mqtt", "status", "-o", "json") is { Exit: 0 } ended ? ended.Json.GetProperty("cloud") : null;

    private async Task PinAsync(SiteOnWire site)
    {
        var list = OperatorKeys.Sign(1, [new("ada", CommandRole.Operator, ada.ExportSubjectPublicKeyInfo())], root);
        await File.WriteAllTextAsync(site.PathOf("root.pem"), root.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllBytesAsync(site.PathOf("keys.bin"), list);
        Assert.Equal(0, (await Bundle.RunAsync("keys", "pin", site.PathOf("root.pem"), "--store", site.PathOf("store.db"))).Exit);
        Assert.Equal(0, (await Bundle.RunAsync("keys", "install", site.PathOf("keys.bin"), "--store", site.PathOf("store.db"))).Exit);
    }

    [Fact]
    public async Task It_tells_what_happens_and_a_signed_limit_acts_and_is_answered()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var site = await SiteAsync($"mqtt://127.0.0.1:{broker.Port}");
        await PinAsync(site);
        using var far = Client.Open(Client.Settings(broker.Plain) with { Filters = ["smartems/v1/#"] });
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() == 1, "the first decision");
        var said = new HashSet<string>();
        await Bundle.UntilAsync(() =>
        {
            far.Events.AddRange(far.Uplink.Turn(TimeSpan.FromMilliseconds(20)));
            said.UnionWith(far.Received.Select(one => one.Topic[(one.Topic.LastIndexOf('/') + 1)..]));
            return said.IsSupersetOf(["state", "decision", "telemetry"]);
        }, () => $"only {string.Join(", ", said)} came; {daemon.Said}");
        var box = new UplinkTopics("acme", "demo-house", "box-1");
        var command = Sender.Sign(box, CommandRule.Named("limit-import")!, Encoding.UTF8.GetBytes("""{"w":4200,"lease_s":900,"reason":"grid"}"""), (ada, null), (Instant.From(TimeProvider.System.GetUtcNow()), TimeSpan.FromMinutes(1)));
        var started = TimeProvider.System.GetTimestamp();
        var answer = await Task.Run(() => Sender.Send(broker.Plain, box, command, TimeProvider.System));
        story.WriteLine($"answered after {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0} ms");
        using var device = KeyRing.Read(site.PathOf("device-key.pub.pem"));
        Assert.Equal("ok", CommandResult.Verified(answer, device)?.Code);
        await daemon.UntilAsync(now => now.GetProperty("limits").GetProperty("import_max_w").GetDouble() == 4_200, "the limit");
        Assert.Equal(CommandResult.Refused, await Task.Run(() => Sender.Send(broker.Plain, box, command, TimeProvider.System))); // the same again
        await daemon.SignalAsync("KILL");
        await daemon.EndAsync();
        await using var again = DaemonUnderTest.Start(site);
        await Bundle.UntilAsync(async () => await LinkAsync(again) is { } link && link.GetProperty("state").GetString() is "live" or "syncing", () => again.Said);
        Assert.Equal(CommandResult.Refused, await Task.Run(() => Sender.Send(broker.Plain, box, command, TimeProvider.System))); // and after a crash
        await again.SignalAsync("TERM");
        Assert.Equal(0, await again.EndAsync());
        await Bundle.UntilAsync(() =>
        {
            far.Events.AddRange(far.Uplink.Turn(TimeSpan.FromMilliseconds(20)));
            return far.Received.Last(one => one.Topic == box.State).Payload.AsSpan().SequenceEqual(NowText.Offline);
        }, () => "the box did not say that it is gone");
    }

    /// <summary>The house's broker and the cloud's are two, each with a process of its own.</summary>
    [Fact]
    public async Task Home_assistant_finds_it_on_the_broker_of_the_house()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var site = await SiteOnWire.StartAsync(new()
        {
            Lines = [("site:\n", $"home:\n  broker: {{connect: \"mqtt://127.0.0.1:{broker.Port}\"}}\n  period_s: 1\nsite:\n")],
        });
        using var far = Client.Open(Client.Settings(broker.Plain) with { Filters = ["homeassistant/#", "smartems/home/#"] });
        var topics = new HomeTopics("demo-house", "homeassistant");
        await using (var daemon = DaemonUnderTest.Start(site))
        {
            far.Until(() => far.Received.Count(one => one.Topic == topics.Values) >= 3, "the values, again and again");
            var home = new HomeAssistant();
            home.Discover(topics.Discovery, far.Received.First(one => one.Topic == topics.Discovery).Payload);
            Assert.Contains($"{topics.Device}_import_kwh", home.Entities.Keys);
            var links = (await daemon.AskAsync("mqtt", "status", "-o", "json")).Json;
            Assert.Equal(JsonValueKind.Null, links.GetProperty("cloud").ValueKind);
            Assert.Equal("live", links.GetProperty("home").GetProperty("state").GetString());
            await daemon.SignalAsync("TERM");
            Assert.Equal(0, await daemon.EndAsync());
        }
        far.Until(() => far.Received.Last(one => one.Topic == topics.Availability).Payload.AsSpan().SequenceEqual("offline"u8), "its goodbye");
    }

    /// <summary>A broker whose packets kill the library, one that floods, one that is silent and one that is gone: the site is kept, and no step of Follow is late.</summary>
    [Fact]
    public async Task A_broker_that_does_its_worst_does_not_touch_control()
    {
        var turn = 0;
        var flood = Enumerable.Repeat(new byte[] { 0x30, 5, 0, 1, (byte)'a', 0, 7 }, 10_000).SelectMany(one => one).ToArray();
        await using var broker = new FakeBroker(async (stream, stop) =>
        {
            switch (turn++ % 4)
            {
                case 0:
                    await stream.WriteAsync(new byte[] { 0x20, 5, 0, 0, 2, 99, 99 }, stop);
                    break;
                case 1:
                    await stream.WriteAsync(FakeBroker.Welcome, stop);
                    for (var i = 0; i < 100; i++)
                        await stream.WriteAsync(flood, stop);
                    break;
                case 2:
                    await stream.WriteAsync(FakeBroker.Welcome, stop);
                    await stream.WriteAsync(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, (byte)'a', 0 }, stop);
                    for (var i = 0; i < 4_096; i++)
                        await stream.WriteAsync(new byte[1 << 16], stop);
                    break;
                default:
                    await Task.Delay(TimeSpan.FromSeconds(5), stop);
                    break;
            }
        });
        await using var site = await SiteAsync($"mqtt://127.0.0.1:{broker.Address.Port}");
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() > 3, "the first steps");
        var first = await daemon.StatusAsync();
        await Bundle.UntilAsync(() => Task.FromResult(broker.Connections >= 1), () => "nobody comes to the broker");
        await daemon.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() > first!.Value.GetProperty("follow_steps").GetInt64() + 40, "forty more steps", TimeSpan.FromSeconds(90));
        var link = await LinkAsync(daemon);
        story.WriteLine($"{link}; {broker.Connections} connections");
        Assert.NotEqual("live", link!.Value.GetProperty("state").GetString());
        Assert.False(string.IsNullOrEmpty(link.Value.GetProperty("trouble").GetString()));
        Assert.Equal(0, site.Judgement.Violations);
    }

    public void Dispose()
    {
        root.Dispose();
        ada.Dispose();
    }
}
