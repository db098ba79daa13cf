using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>Stored telemetry through the local API, over a real socket.</summary>
public class ApiTests
{
    [Fact]
    public async Task Points_rows_and_gaps_are_answered()
    {
        var house = StoredHouse.Afternoon();
        house.Known.Add(new(StoredHouse.Start, StoredHouse.Start + TimeSpan.FromMinutes(5), TelemetryTier.Quarter, 30, "the disk was full"));
        await using var server = await Serve(() => house, TimeProvider.System);
        var points = LocalClient.Read(await server.Client.GetAsync("/v1/telemetry/points", default), ViewsJson.Wire.TelemetryPointsView);
        Assert.Equal([new("meter1/grid_import_w", "W"), new("inv1/soc", "%"), new("inv1/dc_power_w", "W")], points.Points);
        var rows = LocalClient.Read(await server.Client.GetAsync("/v1/telemetry?points=inv1/*&since=2026-11-20T13:00:00Z&until=2026-11-20T13:45:00Z&every=15m", default), ViewsJson.Wire.TelemetryView);
        Assert.Equal(["13:00", "13:15", "13:30"], rows.Rows.Select(row => $"{row.Time:HH:mm}"));
        Assert.Equal([90, 30, 90], rows.Rows.Select(row => row.Counts![0]));
        Assert.Equal((60.0, 60.89, 60.89, "good"), (rows.Rows[0].Min![0], rows.Rows[0].Max![0], rows.Rows[0].Last![0], rows.Rows[0].Quality[0]));
        Assert.Equal("uncertain", rows.Rows[2].Quality[1]);
        Assert.Equal("the disk was full", Assert.Single(rows.Gaps).Why);
        var gaps = LocalClient.Read(await server.Client.GetAsync("/v1/telemetry/gaps?since=2026-11-20T13:00:00Z&until=2026-11-20T13:01:00Z", default), ViewsJson.Wire.TelemetryGapsView);
        Assert.Equal(("15m", 30L), (Assert.Single(gaps.Gaps).Tier, gaps.Gaps[0].Samples));
    }

    [Fact]
    public async Task Without_a_span_it_is_the_two_hours_up_to_the_sites_now_and_raw()
    {
        await using var server = await Serve(StoredHouse.Afternoon, TimeProvider.System);
        var view = LocalClient.Read(await server.Client.GetAsync("/v1/telemetry?points=inv1/soc", default), ViewsJson.Wire.TelemetryView);
        Assert.Equal(("raw", 222), (view.Every, view.Rows.Length));
        Assert.Null(view.Rows[0].Min);
        Assert.Equal(House.At.ToDateTimeOffset().UtcDateTime.AddHours(-2), view.From, TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData("?points=metre1/*", "400", "point_unknown")]
    [InlineData("?since=soon", "400", "time_unclear")]
    [InlineData("?since=1h&until=2h", "400", "span_empty")]
    [InlineData("?every=often", "400", "every_unclear")]
    [InlineData("?since=2h&every=1s", "200", "")]
    [InlineData("?since=3h&every=1s", "413", "too_many_rows")]
    [InlineData("?points=long/*&since=2026-11-10T00:00:00Z&every=raw", "413", "too_many_rows")]
    public async Task What_cannot_be_answered_says_why(string query, string status, string code)
    {
        var house = StoredHouse.Afternoon();
        house.Add("long/row_w", "W", Enumerable.Range(0, 10_001).Select(i => StoredHouse.Raw(i - 20_000, i)));
        await using var server = await Serve(() => house, TimeProvider.System);
        var answer = await server.SayAsync($"GET /v1/telemetry{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        if (code.Length > 0)
            Assert.Equal(code, JsonDocument.Parse(answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement.GetProperty("code").GetString());
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_daemon_without_a_store_says_so()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { Telemetry = null });
        Assert.Equal("no_telemetry", (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync("/v1/telemetry/points", default))).Code);
    }

    /// <summary>A store that hangs: the answer comes all the same, the rest of the API goes on, a second question waits no longer than its own limit.</summary>
    [Fact]
    public async Task A_question_that_takes_too_long_is_given_up_and_others_are_not_held()
    {
        var (time, stuck) = (new ManualTime(), new Stuck());
        await using var server = await Serve(() => stuck, time);
        var first = server.Client.GetAsync("/v1/telemetry/points", default);
        await stuck.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await server.Client.GetAsync("/v1/status", default);
        time.Advance(TelemetryWindow.Limit);
        Assert.Equal("telemetry_slow", (await Assert.ThrowsAsync<Refusal>(() => first)).Code);
        stuck.LetGo.Set();
        await server.Client.GetAsync("/v1/telemetry/points", default);
    }

    [Fact]
    public async Task A_daemon_answers_from_its_own_store_beside_the_writer()
    {
        using var store = new StoreOnDisk().WithAfternoon();
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { Telemetry = new(() => Composition.TelemetryIn(store.Path), TimeProvider.System) });
        var view = LocalClient.Read(await server.Client.GetAsync("/v1/telemetry?points=meter1/*&every=15m", default), ViewsJson.Wire.TelemetryView);
        Assert.Equal([90, 90, 90, 12], view.Rows.Select(row => row.Counts![0]));
    }

    private static Task<LiveServer> Serve(Func<ITelemetryReader> reader, TimeProvider time) =>
        LiveServer.StartAsync(House.Desk(House.Well) with { Telemetry = new(() => new(reader()), time) });

    /// <summary>A reader that does not come back until it is let go.</summary>
    private sealed class Stuck : ITelemetryReader
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ManualResetEventSlim LetGo { get; } = new();

        public IReadOnlyList<TelemetryPoint> Points()
        {
            Asked.TrySetResult();
            Assert.True(LetGo.Wait(TimeSpan.FromSeconds(60)));
            return [];
        }

        public IEnumerable<TelemetryRow> Read(int point, TelemetryTier tier, Instant from, Instant to) => [];

        public IReadOnlyList<TelemetryGap> Gaps(Instant from, Instant to) => [];
    }
}
