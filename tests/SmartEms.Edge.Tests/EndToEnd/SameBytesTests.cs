using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The native binary and the just-in-time compiler decide the same, byte by byte, as often as they are asked.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SameBytesTests(ITestOutputHelper story)
{
    [Theory]
    [InlineData("365", "60s")]
    [InlineData("3", "1s")]
    public async Task P7_simulated_days_give_one_hash(string days, string follow)
    {
        string[] verb = ["simulate", "--days", days, "--follow", follow, "-o", "json"];
        var (first, second, jit) = (await HashesAsync(Bundle.RunAsync(verb)), await HashesAsync(Bundle.RunAsync(verb)), await HashesAsync(Bundle.RunJitAsync(verb)));
        var plain = Bundle.PrepareJit(verb);
        foreach (var (name, value) in ((string, string)[])[("DOTNET_EnableAVX", "0"), ("DOTNET_TieredCompilation", "0")])
            plain.Environment[name] = value;
        story.WriteLine($"{days} days at {follow}: decisions and memory {first.Decisions}, setpoints of every Follow step {first.Follow}");
        Assert.Equal((64, 64), (first.Decisions.Length, first.Follow.Length));
        Assert.NotEqual(first.Decisions, first.Follow);
        Assert.Equal(first, second);
        Assert.Equal(first, jit);
        Assert.Equal(first, await HashesAsync(Bundle.RunAsync(plain, Patience))); // another machine: no wide registers, other code
    }

    [Fact]
    public async Task P7_each_thinks_the_others_week_again()
    {
        using Scratch scratch = new();
        var (native, jit) = (scratch.Of("native.db"), scratch.Of("jit.db"));
        var ran = await Task.WhenAll(Bundle.RunAsync(Bundle.Prepare(Bundle.Binary, Week(native)), Patience), Bundle.RunAsync(Bundle.PrepareJit(Week(jit)), Patience));
        Assert.All(ran, ended => Assert.Contains("\"violations\"", ended.Out, StringComparison.Ordinal)); // at steps of 15 s brief excesses are no fault of this test's matter
        foreach (var ended in (Ended[])[await Bundle.RunJitAsync(Replay(native)), await Bundle.RunAsync(Replay(jit))])
        {
            Succeeded(ended);
            story.WriteLine(ended.Out.Trim());
            Assert.InRange(ended.Json.GetProperty("same").GetInt32(), 7 * 96, (7 * 96) + 1);
            Assert.Equal(0, ended.Json.GetProperty("different").GetInt32() + ended.Json.GetProperty("unreadable").GetInt32());
        }
    }

    private static readonly TimeSpan Patience = Bundle.Guard * 20;

    private static string[] Week(string store) => ["demo", "--days", "7", "--speed", "36000", "--store", store, "-o", "json"];

    private static string[] Replay(string store) => ["replay", "--assert", "--store", store, "-o", "json"];

    private static void Succeeded(Ended ended) => Assert.True(ended.Exit == 0, ended.ToString());

    private async Task<(string Decisions, string Follow)> HashesAsync(Task<Ended> run)
    {
        var ended = await run;
        Succeeded(ended);
        story.WriteLine($"{ended.Json.GetProperty("seconds").GetDouble():0.0} s, {ended.Json.GetProperty("steps_per_s").GetDouble():0} steps/s");
        return (ended.Json.GetProperty("decision_hash").GetString()!, ended.Json.GetProperty("follow_hash").GetString()!);
    }
}
