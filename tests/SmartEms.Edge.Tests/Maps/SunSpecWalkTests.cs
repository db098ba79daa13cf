using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>Finding a SunSpec map on devices that are late, shy, off by one or lying; the registers are the day capture's.</summary>
public class SunSpecWalkTests
{
    private static readonly DeviceProfile Profile = Hardware.Profile("sunspec-hybrid");

    [Theory]
    [InlineData(40_000)]
    [InlineData(50_000)]
    [InlineData(0)]
    [InlineData(40_001)]
    [InlineData(39_999)]
    [InlineData(50_001)]
    [InlineData(1)]
    public void The_map_is_found_wherever_it_may_lie(int start)
    {
        var chain = Walk(At(start));
        Assert.Null(chain.Reason);
        Assert.Equal(start, chain.Base);
        Assert.Equal([1, 103, 120, 121, 122, 123, 160, 124], chain.Models.Select<SunSpecModel, int>(model => model.Id));
        Assert.Equal(new SunSpecModel(124, (ushort)(start + 343), 24, 0), chain.Models[^1]);
    }

    [Fact]
    public void Bases_that_time_out_or_refuse_are_passed_over()
    {
        var device = At(0);
        device.Faults[40_000] = new(BusStatus.Timeout);
        device.Faults[50_000] = new(BusStatus.Malformed);
        Assert.Equal(0, Walk(device).Base);
        Assert.Equal([40_000, 50_000, 0], device.Asked.Take(3).Select(span => (int)span.Address));
    }

    [Fact]
    public void An_unreachable_device_is_not_probed_nine_times()
    {
        var device = At(50_000);
        device.Faults[40_000] = new(BusStatus.Unreachable);
        Assert.Equal("the device cannot be reached", Walk(device).Reason);
        Assert.Single(device.Asked);
    }

    [Fact]
    public void Without_the_marker_there_is_no_map()
    {
        var device = At(40_000);
        device[40_001] = 0x6E54;
        var chain = Walk(device);
        Assert.False(chain.IsFound);
        Assert.Contains("40000: no \"SunS\"", chain.Reason);
        Assert.Contains("50000: exception 0x02", chain.Reason);
        Assert.DoesNotContain("65535", chain.Reason); // nothing lies below 0
    }

    [Fact]
    public void An_endless_chain_ends_after_64_models()
    {
        var device = new Capture();
        (device[40_000], device[40_001]) = (0x5375, 0x6E53);
        (device[40_002], device[40_003]) = (1, 65);
        for (var at = 40_069; at < 40_400; at += 2)
            (device[at], device[at + 1]) = (900, 0);
        Assert.Equal("the chain at 40000 has more than 64 models", Walk(device).Reason);
        Assert.True(device.Asked.Count < 70);
    }

    [Theory]
    [InlineData(40_122, 49, "the chain at 40000 breaks at 40172 ")]
    [InlineData(40_122, 2_001, "model 120 claims 2001 registers")]
    [InlineData(40_122, 25, "model 120 claims 25 registers, the standard has 26")]
    [InlineData(40_070, 2_000, "the chain at 40000 breaks at 42071 (exception 0x02), after model 103 at 40069 of length 2000")]
    [InlineData(40_003, 64, "model 1 claims 64 registers")]
    [InlineData(40_002, 103, "the first model is 103, not the common model 1")]
    [InlineData(40_002, 0xFFFF, "the map at 40000 holds no model")]
    public void A_chain_that_lies_is_not_used_at_all(int at, ushort word, string reason)
    {
        var device = At(40_000);
        device[at] = word;
        if (at == 40_122)
            device.Forget(40_172);
        var chain = Walk(device);
        Assert.Contains(reason, chain.Reason);
        Assert.Empty(chain.Models);
    }

    [Fact]
    public void A_chain_does_not_wrap_around_the_end_of_the_table()
    {
        var device = new Capture();
        (device[65_000], device[65_001], device[65_002], device[65_003]) = (0x5375, 0x6E53, 1, 66);
        (device[65_070], device[65_071]) = (900, 500);
        Assert.Contains("runs past the last register", Walk(device, [65_000]).Reason);
    }

    [Fact]
    public void A_second_device_in_the_chain_is_counted_and_the_first_one_used()
    {
        var device = At(40_000);
        var (at, second) = (40_369, 40_369 + 67);
        (device[at], device[at + 1]) = (1, 65);
        (device[second], device[second + 1]) = (103, 50);
        (device[second + 52], device[second + 53]) = (0xFFFF, 0);
        var chain = Walk(device);
        Assert.Equal(new SunSpecModel(103, (ushort)second, 50, 1), chain.Models[^1]);
        var located = Located.InChain(Profile, 1, chain.Models);
        Assert.Equal(40_069 + 14, located.Places[Profile.IndexOf("ac_power")].Span.Address);
    }

    [Fact]
    public async Task Stopping_stops_the_walk()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => SunSpecWalk.FindAsync(At(0), 1, Profile.SunSpecBases, stop.Token).AsTask());
    }

    private static Capture At(int start) => Hardware.Capture("sunspec-hybrid", "day").Moved(start - 40_000);

    private static SunSpecChain Walk(Capture device) => Walk(device, Profile.SunSpecBases);

    private static SunSpecChain Walk(Capture device, ImmutableArray<ushort> bases) => SunSpecWalk.FindAsync(device, 1, bases, default).AsTask().Result;
}
