using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Discovery;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>The DER models (7xx): chosen before the older ones where a device shows both, and never a setpoint without its reversion timer.</summary>
public sealed class SunSpecDerTests
{
    [Theory]
    [InlineData("sunspec-der", "charging", "sunspec-der")]
    [InlineData("sunspec-der", "both", "sunspec-der")]
    [InlineData("sunspec-hybrid", "day", "sunspec-hybrid")]
    public async Task Discovery_chooses_the_newer_models(string owner, string name, string chosen)
    {
        var capture = Hardware.Capture(owner, name);
        var chain = await SunSpecWalk.FindAsync(capture, 1, [40_000], default);
        ProfileMatch match = new(capture, 1, chain.Models);
        List<Match> sure = [];
        foreach (var profile in Hardware.ProfileNames().Select(Hardware.Profile).Where(profile => profile.Layout == ProfileLayout.SunSpec))
            sure.Add(new(profile.Name, await match.PercentAsync(profile, default)));
        var best = sure.MaxBy(one => one.Percent);
        Assert.Equal(chosen, best.Profile);
        Assert.Single(sure, one => one.Percent == best.Percent);
    }

    /// <summary>The published models themselves, laid out as a map with both generations in any order: not one device's, everybody's.</summary>
    [Theory]
    [InlineData(new ushort[] { 1, 103, 120, 121, 122, 123, 160, 124, 701, 702, 703, 704, 713 })]
    [InlineData(new ushort[] { 1, 701, 702, 703, 704, 713, 101, 120, 121, 122, 123 })]
    [InlineData(new ushort[] { 1, 701, 702, 703, 704 })]
    public async Task A_map_made_from_the_published_models_is_taken_by_them(ushort[] ids)
    {
        MadeMap map = new(ids);
        var chain = await SunSpecWalk.FindAsync(map, 1, [40_000], default);
        Assert.Equal(ids, chain.Models.Select<SunSpecModel, ushort>(model => model.Id));
        ProfileMatch match = new(map, 1, chain.Models);
        var (newer, older) = (await match.PercentAsync(Hardware.Profile("sunspec-der"), default), await match.PercentAsync(Hardware.Profile("sunspec-hybrid"), default));
        Assert.True(newer > older, $"the newer models are {newer} % sure, the older {older} %");
        var located = Located.InChain(Hardware.Profile("sunspec-der"), 1, chain.Models);
        map.Set(701, 10, 0xF7C8);
        map.Set(701, 116, 1);
        var table = ProfileMapTests.Poll(located, map);
        Assert.Equal((-21_040, -21_040), (table.Get("ac_power"), table.Get("battery_discharge")));
    }

    [Fact]
    public void Every_setpoint_of_a_sunspec_profile_carries_a_timer_that_brings_the_device_back()
    {
        var controls = 0;
        foreach (var profile in Hardware.ProfileNames().Select(Hardware.Profile).Where(profile => profile.Layout == ProfileLayout.SunSpec))
            foreach (var control in profile.Controls.Where(control => control.Apply.Any(step => !profile.Points[profile.IndexOf(step.Point)].Models.IsEmpty)))
            {
                controls++;
                var timer = Assert.Single(control.Apply, step => step.Point.EndsWith("_rvrt_tms", StringComparison.Ordinal));
                Assert.Equal(control.TimeoutMs / 1_000.0, timer.Constant);
                Assert.InRange(control.TimeoutMs, 1, 300_000);
                // What makes the setpoint hold is written last: nothing holds before its timer is set.
                Assert.NotNull(control.Apply[^1].Constant);
                Assert.NotSame(timer, control.Apply[^1]);
            }
        Assert.True(controls >= 4);
    }

    [Fact]
    public async Task A_setpoint_becomes_watts_in_model_704_with_its_timer()
    {
        var profile = Hardware.Profile("sunspec-der");
        var capture = Hardware.Capture("sunspec-der", "both");
        var chain = await SunSpecWalk.FindAsync(capture, 1, [40_000], default);
        var table = ProfileMapTests.Poll(Located.InChain(profile, 1, chain.Models), capture);
        var start = chain.Models.Single(model => model.Id == 704).Address;
        (int At, string Words)[] Written(ControlKind kind, double target) =>
            [.. ControlRecipe.Of(profile.Controls.Single(control => control.Kind == kind), ControlPhase.Apply, target, table, 250).Writes.Select(write => (write.Span.Address - start, Convert.ToHexString([.. write.Words.SelectMany(word => new[] { (byte)(word >> 8), (byte)(word & 0xFF) })])))];
        Assert.Equal([(30, "0000"), (31, "0000003C"), (23, "0001"), (24, "FFFFFF06"), (22, "0001")], Written(ControlKind.BatteryDischarge, -2_500)); // in tens of watts
        Assert.Equal([(17, "0000"), (18, "0000003C"), (15, "01F4"), (14, "0001")], Written(ControlKind.PvLimit, 2_400)); // 50.0 % of 4800 W
    }

    /// <summary>A map of zeroes whose models are those of the packed table, each as long as published.</summary>
    private sealed class MadeMap : IRegisterBus
    {
        private const ushort Base = 40_000;
        private static readonly SunSpecCatalogue Models = SunSpecTable.Models;
        private readonly List<ushort> words = [0x5375, 0x6E53];
        private readonly Dictionary<ushort, int> starts = [];

        public MadeMap(ushort[] ids)
        {
            foreach (var id in ids)
            {
                var model = Models.Find(id)!;
                var length = (id switch { 1 => 66, 120 => 26, _ => model.FixedLength - 2 }) + 4 * model.GroupLength; // the table leaves out padding
                starts[id] = words.Count;
                words.AddRange([id, (ushort)length, .. new ushort[length]]);
            }
            words.AddRange([0xFFFF, 0]);
        }

        public void Set(ushort model, int offset, ushort word) => words[starts[model] + offset] = word;

        public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
        {
            var at = span.Address - Base;
            if (span.Space != RegisterSpace.HoldingRegister || at < 0 || at + span.Count > words.Count)
                return ValueTask.FromResult(new BusReply(BusStatus.Exception, 2));
            words.GetRange(at, span.Count).ToArray().CopyTo(into);
            return ValueTask.FromResult(BusReply.Ok);
        }

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
            ValueTask.FromResult(new BusReply(BusStatus.Exception, 1));

        public ValueTask DisposeAsync() => default;
    }
}
