using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Tidy;
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

    /// <summary>Where prices vary, with forecasts, plans and who led in them: a day of the demo house on sockets, its ledger thought again by the other.</summary>
    [Fact]
    public async Task P7_each_thinks_the_others_planned_day_again()
    {
        using Scratch scratch = new();
        var (site, native, jit) = (scratch.Of("site.yaml"), scratch.Of("native.db"), scratch.Of("jit.db"));
        var text = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "hw", "demo", "site.yaml"));
        await File.WriteAllTextAsync(site, text.Replace("tariff:\n", "tariff:\n  windows: [{from: \"17:00\", to: \"21:00\", import_per_kwh: 0.55}, {from: \"00:00\", to: \"06:00\", import_per_kwh: 0.12}]\n", StringComparison.Ordinal));
        string[] Days(string store) => ["demo", "--days", "1", "--speed", "36000", "--site", site, "--store", store, "-o", "json"];
        var ran = await Task.WhenAll(Bundle.RunAsync(Bundle.Prepare(Bundle.Binary, Days(native)), Patience), Bundle.RunAsync(Bundle.PrepareJit(Days(jit)), Patience));
        Assert.All(ran, ended => Assert.Contains("\"violations\"", ended.Out, StringComparison.Ordinal));
        foreach (var ended in (Ended[])[await Bundle.RunJitAsync(Replay(native)), await Bundle.RunAsync(Replay(jit))])
        {
            Succeeded(ended);
            story.WriteLine(ended.Out.Trim());
            Assert.InRange(ended.Json.GetProperty("same").GetInt32(), 96, 96 + 1);
            Assert.Equal(0, ended.Json.GetProperty("different").GetInt32() + ended.Json.GetProperty("unreadable").GetInt32());
        }
        using var store = SqliteStore.OpenReadOnly(native);
        var led = store.Read(LedgerKind.Cycle, new(long.MinValue), new(long.MaxValue)).Select(entry => CycleRecord.FromBytes(entry.Body).Decision.LedBy).ToArray();
        Assert.True(led.Count(name => name == "policy-1") > led.Length / 2, string.Join(",", led));
    }

    /// <summary>A year's forecasts and plans of a measured home, counted to the last digit.</summary>
    [Fact]
    public async Task P7_a_backtest_pays_the_same()
    {
        var data = Path.Combine(SourceTree.Root, "tests", "data", "energy");
        string[] verb = ["backtest", "--trace", Path.Combine(data, "homes", "fontana_06.csv"), "--import", Path.Combine(data, "tariffs", "sce_tou_2016.csv"), "--from", "2016-09-01", "--to", "2016-10-15", "-o", "json"];
        var plain = Bundle.PrepareJit(verb);
        plain.Environment["DOTNET_EnableAVX"] = "0";
        var first = Costs(await Bundle.RunAsync(verb));
        Assert.Equal(7, first.Length);
        Assert.Equal(first, Costs(await Bundle.RunJitAsync(verb)));
        Assert.Equal(first, Costs(await Bundle.RunAsync(plain, Patience)));
    }

    private static string[] Costs(Ended ended)
    {
        Succeeded(ended);
        return [.. ended.Json.GetProperty("controllers").EnumerateArray().Select(one => $"{one.GetProperty("name")} {one.GetProperty("cost").GetRawText()} {one.GetProperty("export_kwh").GetRawText()} {one.GetProperty("cycles").GetRawText()}")];
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
