using System.Collections.Immutable;
using System.Text;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>Each device profile against its captures: found, planned, read and decoded as the poller does it; every point stands in the golden file.</summary>
public class ProfileMapTests
{
    public static TheoryData<string> Maps => Golden.Files("Golden");

    [Theory]
    [MemberData(nameof(Maps))]
    public void A_capture_decodes_to_what_its_device_showed(string name) => Golden.Check("Golden", name, given =>
    {
        var told = given.Split('\n').Where(line => line.Contains(':')).ToDictionary(line => line.Split(':')[0], line => line.Split(':')[1].Trim());
        var profile = Hardware.Profile(told["profile"]);
        return Tell(profile, Hardware.Capture(profile.Name, told["capture"]));
    });

    [Fact]
    public void Every_profile_has_a_map()
    {
        var mapped = ((IEnumerable<object[]>)Maps).Select(row => ((string)row[0]).Split('.')[0]).ToHashSet();
        foreach (var profile in Hardware.ProfileNames())
            Assert.Contains(mapped, name => name == profile || name.StartsWith(profile + "-", StringComparison.Ordinal));
    }

    internal static DeviceTable Poll(Located device, IRegisterBus bus, List<string>? refused = null)
    {
        var table = new DeviceTable(device);
        var plan = RegisterPlan.Of(device);
        var words = new ushort[125];
        var blocks = new Queue<ReadBlock>([.. plan.Once, .. plan.High, .. plan.Low]);
        while (blocks.TryDequeue(out var block))
        {
            var reply = bus.ReadAsync(block.Span, words.AsMemory(0, block.Span.Count), default).AsTask().Result;
            if (reply.IsOk)
            {
                table.Store(block, words, 0);
                continue;
            }
            refused?.Add($"{block.Span}: {reply}");
            table.Fail(block, BadReason.DeviceException);
            foreach (var part in RegisterPlan.Split(block, device))
                blocks.Enqueue(part);
        }
        return table;
    }

    private static string Tell(DeviceProfile profile, Capture capture)
    {
        var story = new StringBuilder();
        var device = Located.Fixed(profile, profile.Link.DefaultUnit);
        if (profile.Layout == ProfileLayout.SunSpec)
        {
            var chain = SunSpecWalk.FindAsync(capture, profile.Link.DefaultUnit, profile.SunSpecBases, default).AsTask().Result;
            Assert.True(chain.IsFound, chain.Reason);
            story.Append($"base {chain.Base}: {string.Join(", ", chain.Models.Select(model => $"{model.Id} at {model.Address}+{model.Length}"))}\n");
            device = Located.InChain(profile, profile.Link.DefaultUnit, chain.Models);
        }
        var plan = RegisterPlan.Of(device);
        foreach (var (word, blocks) in new (string, ImmutableArray<ReadBlock>)[] { ("high", plan.High), ("low", plan.Low), ("once", plan.Once) })
            story.Append($"{word}: {(blocks.IsEmpty ? "-" : string.Join(", ", blocks.Select(block => $"#{block.Span.Unit} {block.Span.Address}+{block.Span.Count}")))}\n");
        var refused = new List<string>();
        var table = Poll(device, capture, refused);
        foreach (var line in refused)
            story.Append($"refused {line}\n");
        for (var i = 0; i < profile.Points.Length; i++)
            story.Append(Line(profile.Points[i], table, i)).Append('\n');
        return story.ToString();
    }

    private static string Line(PointDefinition point, DeviceTable table, int index)
    {
        var sample = table.Get(index, 250);
        var value = !sample.IsKnown ? "?" : point.Type == RegisterType.Text ? $"\"{table.Text(index)}\""
            : point.Type == RegisterType.F32 && point.Scale == 1 ? $"{(float)sample.Value}" : $"{Math.Round(sample.Value, 6)}";
        var measure = point.Measure == Measure.None ? "" : $"-> {Measures.Fact(point.Measure).Name}";
        return $"{point.Name,-32} {value,14} {point.Unit,-5} {sample.Quality,-20} {measure}".TrimEnd();
    }
}
