using Xunit;
using Xunit.Abstractions;
using SmartEms.Edge.Tests.Adapters.Sqlite;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A process that runs out of memory ends, and what it acknowledged is there when it starts again.</summary>
[Collection(FaultRun.Name)]
public sealed class MemoryFaults(ITestOutputHelper output)
{
    private const string Groups = "/sys/fs/cgroup/memory";

    [Fact]
    public void P3_out_of_memory_ends_the_process_and_loses_nothing_acknowledged()
    {
        var limits = new List<(string Name, string[] Around)> { ("the runtime's heap limit of 40 MB", ["env", "DOTNET_GCHeapHardLimit=0x2800000"]) };
        var group = Path.Combine(Groups, $"smartems-test-{Environment.ProcessId}");
        if (MadeGroup(group))
            limits.Add(("a memory cgroup of 128 MB", ["sh", "-c", $"echo $$ > {group}/cgroup.procs && DOTNET_GCHeapHardLimit=0x40000000 exec \"$@\"", "sh"]));
        else
            output.WriteLine($"no memory cgroup can be made under {Groups}: tried with the runtime's heap limit only");
        try
        {
            foreach (var (name, around) in limits)
                Exhaust(name, around);
        }
        finally
        {
            if (Directory.Exists(group))
                Directory.Delete(group);
        }
    }

    private void Exhaust(string name, string[] around)
    {
        var runs = Effort.Of(2, 50);
        using var store = new StoreFolder();
        var (last, killed) = (0L, 0);
        for (var run = 0; run < runs; run++)
        {
            using var child = new FaultChild($"leak {store.File}", around);
            last = Math.Max(last, child.LastNumber());
            Assert.NotEqual(0, child.Exit);
            killed += child.IsKilled ? 1 : 0;
            StoreProof.AssertWhole(store.File, last, $"{name}, run {run}");
        }

        output.WriteLine($"{name}: {runs} runs, {killed} killed by the kernel, {last} acknowledged");
        Assert.True(last > 0, "nothing was acknowledged");
        Evidence.Passed($"P3 {(killed > 0 ? "cgroup" : "heap")}", $"memory runs out: {name}", runs, $"each ended ({killed} by the kernel) and started again; {last} entries acknowledged: 0 lost");
    }

    private static bool MadeGroup(string group)
    {
        try
        {
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, "memory.limit_in_bytes"), "134217728");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(group) && !File.Exists(Path.Combine(group, "cgroup.procs")))
                Directory.Delete(group, recursive: true);
            return false;
        }
    }
}
