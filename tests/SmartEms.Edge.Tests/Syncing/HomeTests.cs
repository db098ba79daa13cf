using System.Text;
using System.Text.Json;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Adapters.Mqtt;
using SmartEms.Edge.Tests.Configuring;
using Xunit;
using Mosquitto = SmartEms.Edge.Tests.Adapters.Mqtt.Mosquitto;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>Home Assistant on the broker of the house: one device, ready for its energy dashboard, and gone without a trace when it shall be.</summary>
public class HomeTests
{
    private static readonly HomeLink Link = new(new("127.0.0.1", 1, false));

    private static readonly TallyMark Counted = new(1_500, 250, 800.4, 12, 433.3, 2_000);

    private static HomeAssistant Discovered(Site site, HomeAssistant? into = null, HomeLink? link = null)
    {
        var topics = HomeTopics.Of(link ?? Link, site.Id);
        var home = into ?? new HomeAssistant(topics.Prefix);
        home.Discover(topics.Discovery, HomeText.Discovery(topics, link ?? Link, site, "0.1.0"));
        return home;
    }

    [Fact]
    public void Every_field_is_as_home_assistant_wants_it()
    {
        var home = Discovered(Given.Site());
        Assert.Equal(12, home.Entities.Count);
        Assert.All(home.Entities.Keys, id => Assert.StartsWith($"smartems-{Given.Site().Id}_", id, StringComparison.Ordinal));
        Assert.Equal(12, Discovered(Given.Site(), link: Link with { DiscoveryPrefix = "ha-2" }).Entities.Count);
    }

    /// <summary>Its energy dashboard takes grid import and export, production, both ways of a battery, and devices: each in kWh, and never falling.</summary>
    [Theory]
    [InlineData("import_kwh", "1.5")]
    [InlineData("export_kwh", "0.25")]
    [InlineData("pv_kwh", "0.8")]
    [InlineData("charged_kwh", "0.012")]
    [InlineData("discharged_kwh", "0.433")]
    [InlineData("ev_kwh", "2")]
    public void What_the_energy_dashboard_needs_is_there(string key, string state)
    {
        var (site, home) = (Given.Site(), Discovered(Given.Site()));
        var one = home.Entities[$"smartems-{site.Id}_{key}"];
        Assert.Equal(("energy", "total_increasing", "kWh"), (one.GetProperty("device_class").GetString(), one.GetProperty("state_class").GetString(), one.GetProperty("unit_of_measurement").GetString()));
        var values = JsonDocument.Parse(HomeText.Values(Given.Image(site, 1_200), site, Counted, false)).RootElement;
        Assert.Equal(state, home.State($"smartems-{site.Id}_{key}", values));
    }

    [Fact]
    public void Every_entity_finds_its_value_and_what_is_not_known_is_not_zero()
    {
        var (site, home) = (Given.Site(), Discovered(Given.Site()));
        var image = Given.Image(site, 1_200);
        image = image with { Grid = image.Grid with { Import = Given.Missing<Core.Quantities.Power>() } };
        var values = JsonDocument.Parse(HomeText.Values(image, site, Counted, true)).RootElement;
        Assert.Equal(home.Entities.Count, home.Entities.Keys.Select(id => home.State(id, values)).Count(state => state.Length > 0));
        Assert.Equal("None", home.State($"smartems-{site.Id}_import_w", values));
        Assert.Equal("ON", home.State($"smartems-{site.Id}_problem", values));
    }

    [Fact]
    public void What_a_site_no_longer_has_goes_and_an_empty_payload_takes_everything()
    {
        var home = Discovered(Given.Site());
        Discovered(Given.Site(batteries: 0, chargers: 0), home);
        Assert.DoesNotContain(home.Entities.Keys, id => id.EndsWith("_soc_pct", StringComparison.Ordinal) || id.EndsWith("_ev_kwh", StringComparison.Ordinal));
        Assert.Equal(6, home.Entities.Count);
        home.Discover(HomeTopics.Of(Link, Given.Site().Id).Discovery, []);
        Assert.Empty(home.Entities);
    }

    [Theory]
    [InlineData("\"state_class\":\"total_increasing\"", "\"state_class\":\"measurement\"")]
    [InlineData("\"unit_of_measurement\":\"kWh\"", "\"unit_of_measurement\":\"kwh\"")]
    [InlineData("\"expire_after\":60", "\"expire_after\":\"60\"")]
    [InlineData("\"identifiers\"", "\"identifier\"")]
    [InlineData("_pv_w\"", "_import_w\"")]
    public void The_rules_can_say_no(string right, string wrong)
    {
        var topics = HomeTopics.Of(Link, Given.Site().Id);
        var text = Encoding.UTF8.GetString(HomeText.Discovery(topics, Link, Given.Site(), "0.1.0"));
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => new HomeAssistant().Discover(topics.Discovery, Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_site_file_says_where_the_house_listens()
    {
        var home = SiteFileTests.Read(SiteFileTests.DemoText() + "\nhome:\n  broker: {connect: \"mqtt://localhost:1884\", user: ems, password_file: /etc/pw}\n  discovery: false\n  discovery_prefix: ha\n  period_s: 5\n").Value!.Home!;
        Assert.Equal(("mqtt://localhost:1884", "ems", "/etc/pw"), (home.Broker.ToString(), home.Broker.User, home.Broker.PasswordFile));
        Assert.Equal((false, "ha", TimeSpan.FromSeconds(5)), (home.IsAnnounced, home.DiscoveryPrefix, home.Every));
        Assert.Null(SiteFileTests.Read(SiteFileTests.DemoText()).Value!.Home);
    }

    private static HomeSpeaker Speaker(HomeLink link)
    {
        var (site, topics) = (Given.Site(), HomeTopics.Of(link, Given.Site().Id));
        var image = Given.Image(site, 1_200);
        var uplink = new MqttUplink(HomeSpeaker.Settings(link, topics) with { ReconnectSpread = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, Random.Shared.NextDouble);
        return new(new(link, site, uplink, new(TimeProvider.System), Log.Silent)
        {
            Latest = () => new Snapshot(image.TakenAt, image, null, null, null, []),
            Counted = () => Counted,
            Program = "0.1.0",
        });
    }

    private static string[] Retained(Mosquitto broker)
    {
        using var late = Client.Open(Client.Settings(broker.Plain) with { Filters = ["homeassistant/#", "smartems/home/#"] });
        late.Confirmed(late.Publish("warm", "up")); // what is retained comes before
        return [.. late.Received.Select(one => one.Topic).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task On_a_real_broker_it_is_found_lives_and_is_taken_away_without_a_trace()
    {
        await using var broker = await Mosquitto.StartAsync();
        var link = new HomeLink(broker.Plain) { Every = TimeSpan.FromSeconds(1) };
        var topics = HomeTopics.Of(link, Given.Site().Id);
        using var far = Client.Open(Client.Settings(broker.Plain) with { Filters = ["homeassistant/#", "smartems/home/#"] });
        int Count(string topic) => far.Received.Count(one => one.Topic == topic);
        string Last(string topic) => Encoding.UTF8.GetString(far.Received.Last(one => one.Topic == topic).Payload);
        using (var speaker = Speaker(link))
        {
            speaker.Start();
            far.Until(() => Count(topics.Values) >= 2, "values, and again");
            Assert.Equal("online", Last(topics.Availability));
            var home = new HomeAssistant();
            home.Discover(topics.Discovery, far.Received.First(one => one.Topic == topics.Discovery).Payload);
            Assert.Equal("1200", home.State($"smartems-{Given.Site().Id}_import_w", JsonDocument.Parse(Last(topics.Values)).RootElement));
            far.Publish(topics.Status, "online");
            far.Until(() => Count(topics.Discovery) == 2, "the device again for a Home Assistant that has begun anew");
        }
        far.Until(() => Last(topics.Availability) == "offline", "its goodbye");
        Assert.Equal([topics.Discovery, topics.Availability], Retained(broker));
        using (var silent = Speaker(link with { IsAnnounced = false }))
        {
            silent.Start();
            far.Until(() => Last(topics.Availability).Length == 0, "its end");
        }
        Assert.Empty(Retained(broker));
    }

    [Fact]
    public async Task The_broker_says_offline_for_a_box_that_died()
    {
        await using var broker = await Mosquitto.StartAsync();
        var link = new HomeLink(broker.Plain);
        var topics = HomeTopics.Of(link, Given.Site().Id);
        using var far = Client.Open(Client.Settings(broker.Plain) with { Filters = [topics.Availability] });
        Client.Open(HomeSpeaker.Settings(link, topics) with { ReconnectSpread = TimeSpan.FromMilliseconds(100) }).Dispose();
        far.Until(() => far.Received.Any(), "the word of the broker");
        Assert.Equal("offline", Encoding.UTF8.GetString(far.Received.Single().Payload));
    }
}
