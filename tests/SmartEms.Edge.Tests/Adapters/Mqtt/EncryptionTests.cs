using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>Q8: a broker is believed only with a certificate of our own root, for its host, and not expired; and it believes only ours.</summary>
public sealed class EncryptionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("certs").FullName;
    private readonly Certificates ours;
    private readonly Certificates strangers;

    public EncryptionTests() => (ours, strangers) = (new(folder, "ours"), new(folder, "strangers"));

    private async Task<Mosquitto> BrokerAsync((string Certificate, string Key) own) =>
        await Mosquitto.StartAsync($"cafile {ours.Root}\ncertfile {own.Certificate}\nkeyfile {own.Key}\nrequire_certificate true\nuse_identity_as_username true");

    private BrokerAddress Address(Mosquitto broker, (string Certificate, string Key) own) =>
        new("127.0.0.1", broker.Port, true) { TrustFile = ours.Root, CertificateFile = own.Certificate, KeyFile = own.Key };

    private static string Trouble(BrokerAddress broker)
    {
        using var client = new Client(Client.Settings(broker));
        client.Until(() => client.Uplink.Look.Attempts >= 3, "three attempts");
        Assert.Equal(0, client.Uplink.Look.Sessions);
        return client.Uplink.Look.Trouble ?? "none";
    }

    [Fact]
    public async Task Both_sides_show_certificates_and_messages_flow()
    {
        await using var broker = await BrokerAsync(ours.Issue("broker", "127.0.0.1"));
        var address = Address(broker, ours.Issue("box"));
        using var listener = Client.Open(Client.Settings(address) with { Filters = ["#"] });
        using var client = Client.Open(Client.Settings(address) with { Window = 500 });
        listener.Confirmed(listener.Publish("warm", "up"));
        var last = Enumerable.Range(0, 300).Select(i => client.Publish("a", $"{i} {new string('x', 900)}")).ToArray()[^1];
        client.Confirmed(last);
        listener.Until(() => listener.Received.Count() == 301, "all of them");
    }

    /// <summary>Pings go into the same encrypted stream as the library's own packets.</summary>
    [Fact]
    public async Task Pings_between_messages_leave_the_stream_whole()
    {
        await using var broker = await BrokerAsync(ours.Issue("broker", "127.0.0.1"));
        var time = new ManualTime();
        using var client = new Client(Client.Settings(Address(broker, ours.Issue("box"))) with { Filters = ["back"], Window = 100 }, time);
        client.Until(() => client.Uplink.Look.State == UplinkState.Syncing, "a session");
        for (var hour = 0; hour < 3; hour++)
        {
            for (var second = 0; second < 3_600; second += 2)
            {
                time.Advance(TimeSpan.FromSeconds(2));
                client.Events.AddRange(client.Uplink.Turn(TimeSpan.Zero));
                client.Until(() => !client.Uplink.IsOwedAnAnswer, "the answer to a ping");
            }
            foreach (var number in Enumerable.Range(0, 30).Select(i => client.Publish("back", $"{i} {new string('x', 900)}")).ToArray())
                client.Confirmed(number);
            client.Until(() => client.Received.Count() == 30 * (hour + 1), "all of them");
        }
        Assert.Equal((0, 1), (client.Count(UplinkEventKind.Lost), client.Uplink.Look.Sessions));
    }

    [Fact]
    public async Task A_certificate_that_expired_is_refused()
    {
        await using var broker = await BrokerAsync(ours.Issue("broker", "127.0.0.1", isExpired: true));
        Assert.Contains("its certificate is not accepted", Trouble(Address(broker, ours.Issue("box"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_refused()
    {
        await using var broker = await BrokerAsync(ours.Issue("broker", "elsewhere.example"));
        Assert.Contains("not for the host 127.0.0.1", Trouble(Address(broker, ours.Issue("box"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_root_is_refused()
    {
        await using var broker = await BrokerAsync(strangers.Issue("broker", "127.0.0.1"));
        Assert.Contains("its certificate is not accepted", Trouble(Address(broker, ours.Issue("box"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_box_that_shows_a_strangers_certificate_is_not_let_in()
    {
        await using var broker = await BrokerAsync(ours.Issue("broker", "127.0.0.1"));
        Assert.Contains("TLS", Trouble(Address(broker, strangers.Issue("box"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_without_encryption_is_not_taken_for_one_with()
    {
        await using var broker = await Mosquitto.StartAsync();
        Assert.Contains("TLS", Trouble(Address(broker, ours.Issue("box"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_not_there_are_named()
    {
        var address = new BrokerAddress("127.0.0.1", 1, true) { TrustFile = ours.Root, CertificateFile = "/nowhere/box.pem", KeyFile = "/nowhere/box.key" };
        Assert.Contains("/nowhere/box.pem, the box's certificate, cannot be read", Trouble(address), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        ours.Dispose();
        strangers.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
