using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;
using SmartEms.Edge.Tests.Syncing;
using Xunit;
using Xunit.Abstractions;
using Mosquitto = SmartEms.Edge.Tests.Adapters.Mqtt.Mosquitto;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>Q5: a road of 64 kbit/s that stands still for five seconds now and then, and breaks: nothing is lost, and memory stays.</summary>
[Collection(SmartEms.Edge.Tests.Faults.FaultRun.Name)]
public class SlowRoadTests(ITestOutputHelper story)
{
    private const int BytesPerSecond = 8_000;
    private const int Stalls = 4;
    private const long MostGrowth = 5_000_000;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_slow_road_that_stands_still_and_breaks_loses_nothing_and_fills_no_memory()
    {
        await using var broker = await Mosquitto.StartAsync();
        await using var road = new SlowRoad(broker.Plain, BytesPerSecond);
        using var listener = Client.Open(Client.Settings(broker.Plain) with { Filters = ["smartems/v1/acme/#"], Rest = TimeSpan.Zero });
        await using var box = new LiveBox(road.Address);
        var (far, seen) = (new Far(), 0);
        void Take()
        {
            foreach (var one in listener.Received.Skip(seen).Where(one => one.Topic != box.Topics.Acknowledge).ToArray())
                far.Take(new(one.Topic, one.Payload) { ContentType = one.ContentType }, 0);
            seen = listener.Received.Count();
        }
        void Until(Func<bool> wanted, string what) => listener.Until(
            () =>
            {
                var before = far.Through;
                Take();
                if (far.Through > before && listener.Uplink.Room > 0)
                    listener.Publish(box.Topics.Acknowledge, far.Ack);
                return wanted();
            },
            what);
        box.Slots(2_000_000, 8);
        Until(() => far.Through == box.Store.Head.Sequence, "the first entries");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 1; round <= Stalls; round++)
        {
            road.Stall(Stall);
            box.Slots(2_001_000 + (round * 100), 48);
            if (round % 2 == 0)
            {
                broker.Kill();
                await broker.StartAsync();
            }
            Until(() => far.Through == box.Store.Head.Sequence, $"what was written in stall {round}; {far.Through} of {box.Store.Head.Sequence}, {box.Uplinker.Look}");
        }
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        story.WriteLine($"{far.Items.Count} entries in {far.Messages} messages, {far.Duplicates} duplicates dropped, {road.Connections} connections, memory {growth / 1e6:+0.00;-0.00} MB");
        Assert.Equal(box.Sendable, far.Items.Count);
        Assert.True(growth < MostGrowth, $"{growth} bytes more");
    }
}
