using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>P3: the kernel ends the binary for want of memory in the middle of limiting; the restart limits again, under the same decision and with the whole ledger.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class MemoryTests(ITestOutputHelper story)
{
    private const string Groups = "/sys/fs/cgroup/memory";
    private const int LimitBytes = 128 << 20;
    private const int KilledByKernel = 128 + 9;

    /// <summary>What leaks lies in a file system of memory, so the group runs full while its only large process is the daemon: the kernel takes that one.</summary>
    [GroupFact]
    public async Task P3_the_kernel_ends_it_for_want_of_memory_and_the_restart_controls()
    {
        await using var site = await SiteOnWire.StartAsync(KillTests.Limiting);
        var group = Directory.CreateDirectory(Path.Combine(Groups, $"smartems-test-{Environment.ProcessId}")).FullName;
        var leak = Path.Combine("/dev/shm", $"smartems-test-{Environment.ProcessId}");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(group, "memory.limit_in_bytes"), LimitBytes.ToString(CultureInfo.InvariantCulture));
            var acknowledged = await LimitsUntilKilledAsync(site, group, leak);
            await using var restarted = DaemonUnderTest.Start(site);
            await restarted.UntilAsync(now => now.GetProperty("follow_steps").GetInt64() >= 2, "control");
            story.WriteLine($"control {restarted.Age.TotalSeconds:0.0} s after the restart");
            await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit again: {site.State}\n{restarted.Said}");
            story.WriteLine($"limits again {restarted.Age.TotalSeconds:0.0} s after the restart: {site.State}");
            Assert.Equal(acknowledged, Entries(restarted.Store).Take(acknowledged.Length));
            var verified = await Bundle.RunAsync("ledger", "verify", "--store", restarted.Store);
            Assert.True(verified.Exit == 0, verified.ToString());
            story.WriteLine($"{acknowledged.Length} entries acknowledged before: 0 lost; {verified.Out.Split('\n')[0]}");
        }
        finally
        {
            File.Delete(leak);
            await Bundle.UntilAsync(() => File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0, () => "the group does not empty");
            Directory.Delete(group);
        }
    }

    private async Task<(long, LedgerKind)[]> LimitsUntilKilledAsync(SiteOnWire site, string group, string leak)
    {
        await using var daemon = new DaemonUnderTest(site.PathOf, Bundle.Prepare("sh", ["-c", $"echo $$ >{group}/cgroup.procs && exec \"$@\"", "sh", Bundle.Binary, .. DaemonUnderTest.Arguments(site)]));
        await Bundle.UntilAsync(() => HangTests.IsLimiting(site), () => $"it does not limit: {site.State}\n{daemon.Said}");
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        var acknowledged = Entries(daemon.Store);
        story.WriteLine($"limiting with {long.Parse((await File.ReadAllTextAsync(Path.Combine(group, "memory.usage_in_bytes"))).Trim(), CultureInfo.InvariantCulture) >> 20} MiB of {LimitBytes >> 20} MiB");
        var leaking = Tool.RunAsync("coreutils", "sh", "-c", $"echo $$ >{group}/cgroup.procs && exec head -c {2 * LimitBytes} /dev/zero >{leak}");
        Assert.Equal(KilledByKernel, await daemon.EndAsync());
        await leaking;
        return acknowledged;
    }

    private static (long, LedgerKind)[] Entries(string file)
    {
        using var store = SqliteStore.OpenReadOnly(file);
        return [.. store.After(0, int.MaxValue).Select(entry => (entry.Sequence, entry.Kind))];
    }

    /// <summary>Skipped where no group of processes with a bound of memory can be made.</summary>
    private sealed class GroupFactAttribute : FactAttribute
    {
        public GroupFactAttribute() => Skip = Environment.UserName == "root" && File.Exists(Path.Combine(Groups, "memory.limit_in_bytes")) ? null : $"no memory group can be made under {Groups}";
    }
}
