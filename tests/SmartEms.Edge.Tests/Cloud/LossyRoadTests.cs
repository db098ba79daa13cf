using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;
using SmartEms.Edge.Tests.Syncing;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>Q5: of a hundred packets to and from the broker thirty are lost: it goes on, nothing is lost, and memory stays.</summary>
[Collection(SmartEms.Edge.Tests.Faults.FaultRun.Name)]
public class LossyRoadTests(ITestOutputHelper story)
{
    private const int LostPercent = 30;
    private const int Rounds = 4;
    private const int SlotsPerRound = 12;
    private const long MostGrowth = 5_000_000;
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(4);

    [LossyFact]
    public async Task A_road_that_loses_thirty_packets_of_a_hundred_loses_no_entry()
    {
        await using var network = new LossyNetwork(LostPercent);
        UplinkProcess Over(UplinkSettings settings) => new(settings, network.Inside(UplinkProcessTests.Start), TimeProvider.System, Random.Shared.NextDouble);
        using var listener = Over(Client.Settings(LossyNetwork.Clean) with { Filters = ["smartems/v1/acme/#"] });
        await using var box = new LiveBox(LossyNetwork.Lossy, differing: new() { Over = Over });
        var (far, topics, started) = (new Far(), box.Topics, TimeProvider.System.GetTimestamp());
        void Until(Func<bool> wanted, string what)
        {
            while (!wanted())
            {
                var before = far.Through;
                foreach (var one in listener.Turn(TimeSpan.FromMilliseconds(50)))
                    if (one.Kind == UplinkEventKind.Received && one.Topic != topics.Acknowledge)
                        far.Take(new(one.Topic, one.Payload) { ContentType = one.ContentType }, 0);
                if (far.Through > before && listener.Room > 0)
                    listener.Publish(new(topics.Acknowledge, System.Text.Encoding.UTF8.GetBytes(far.Ack)));
                Assert.True(TimeProvider.System.GetElapsedTime(started) < Guard, $"{what}: {far.Through} of {box.Store.Head.Sequence}; {box.Uplinker.Look}; {listener.Look}");
            }
        }
        Until(() => listener.Look.State == UplinkState.Syncing && box.Uplinker.Look.State == UplinkState.Live, "two sessions");
        var memory = new List<long>();
        for (var round = 0; round < Rounds; round++)
        {
            box.Slots(2_000_000 + (round * 100), SlotsPerRound);
            Until(() => far.Through == box.Store.Head.Sequence && box.Uplinker.Look.Acknowledged == far.Through, $"round {round}");
            memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
        var dropped = await network.DroppedAsync();
        story.WriteLine($"{far.Items.Count} entries in {far.Messages} messages, {far.Duplicates} duplicates dropped, {dropped} packets lost, {box.Uplinker.Look.Link.Sessions} sessions, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s, memory {string.Join(' ', memory.Select(one => $"{one / 1e6:0.00}"))} MB");
        Assert.Equal(box.Sendable, far.Items.Count);
        Assert.True(dropped > SlotsPerRound, $"only {dropped} packets were lost");
        Assert.True(memory[^1] - memory[0] < MostGrowth, $"{memory[^1] - memory[0]} bytes more");
    }
}
