using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Power cuts on a disk whose cache forgets. The writing process runs once and its system calls are noted; the cut at operation N is then what the disk
/// would hold had the power gone there, and every N and many survivals can be tried.</summary>
[Collection(FaultRun.Name)]
public sealed class PowerCutFaults(ITestOutputHelper output) : IDisposable
{
    private const int Boots = 6;
    private readonly StoreFolder notes = new();

    public void Dispose() => notes.Dispose();

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void S1_power_cuts_at_random_operations_lose_nothing_acknowledged(int sector)
    {
        var (chains, perBoot) = (Effort.Of(1, 20), Effort.Of(40, 50));
        output.WriteLine($"seed {Effort.Seed}, {chains} chains of {Boots} boots, {perBoot} cuts each, sectors of {sector} B");
        var cuts = 0;
        for (var chain = 0; chain < chains; chain++)
        {
            var random = new Random(Effort.Seed + chain + sector);
            var image = StoreFolder.InMemory();
            long acknowledged = 0;
            for (var boot = 0; boot < Boots; boot++)
            {
                using var folder = image;
                using var before = StoreFolder.InMemory();
                var operations = Note(folder, random.Next(10, Effort.Of(50, 140)), before);
                var at = Enumerable.Range(0, perBoot).Select(_ => random.Next(operations.Count)).Order().ToList();
                image = StoreFolder.InMemory(); // the last cut of this boot is what the next boot starts from
                acknowledged = Cuts((before, operations, sector), acknowledged, at, random, image);
                cuts += perBoot;
            }

            image.Dispose();
        }

        Evidence.Passed($"S1 {sector} B", "power cut at a random I/O operation, un-synced sectors survive or not, 6 boots in a row", cuts, "0 acknowledged lost, 0 partial, 0 unopenable");
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void S2_power_cut_at_every_operation_loses_nothing_acknowledged(int sector)
    {
        using var folder = StoreFolder.InMemory();
        using var last = StoreFolder.InMemory();
        using var before = StoreFolder.InMemory();
        var operations = Note(folder, Effort.Of(12, 200), before);
        output.WriteLine($"seed {Effort.Seed}, {operations.Count} operations, sectors of {sector} B");
        var step = Effort.Of(5, 1);
        var at = Enumerable.Range(0, operations.Count).Where(n => n % step == 0).ToList();
        Cuts((before, operations, sector), 0, at, new Random(Effort.Seed), last);
        Evidence.Passed($"S2 {sector} B", $"power cut at every {(step == 1 ? "" : $"{step}th ")}I/O operation of a fixed script, from the first creation on", at.Count, "0 acknowledged lost, 0 partial, 0 unopenable");
    }

    /// <summary>Lets the child write in a folder, and gives what it did and the folder's files as they were before.</summary>
    private List<DiskOperation> Note(StoreFolder folder, int acknowledgements, StoreFolder before)
    {
        Copy(folder, before);
        var noted = Path.Combine(notes.Directory, "trace");
        using (var child = new FaultChild(folder.File, DiskTrace.Noting(noted)))
            Assert.True(child.KillAfter(acknowledgements) > 0, "the child has acknowledged nothing");
        var operations = DiskTrace.Read(noted, folder.Directory);
        Assert.Contains(operations, o => o.Act == DiskAct.Sync);
        return operations;
    }

    private static void Copy(StoreFolder from, StoreFolder to)
    {
        foreach (var file in Directory.GetFiles(from.Directory).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to.Directory, Path.GetFileName(file)));
    }

    /// <summary>Cuts at each operation in <paramref name="at"/> (ascending) and checks; the last image stays in <paramref name="last"/>.</summary>
    private static long Cuts((StoreFolder Before, List<DiskOperation> Operations, int Sector) run, long acknowledged, List<int> at, Random random, StoreFolder last)
    {
        var disk = new VolatileDisk(run.Sector, Directory.GetFiles(run.Before.Directory));
        var (next, done) = (0, 0);
        foreach (var n in at)
        {
            for (; done < n; done++)
            {
                disk.Do(run.Operations[done]);
                if (run.Operations[done].Act == DiskAct.Acknowledge)
                    acknowledged = run.Operations[done].At;
            }

            using var image = StoreFolder.InMemory();
            var isLast = ++next == at.Count;
            disk.Cut(random, image.Directory);
            if (isLast)
                Copy(image, last);
            StoreProof.AssertWhole(image.File, acknowledged, $"seed {Effort.Seed}, sector {run.Sector}, cut {next} at operation {n} of {run.Operations.Count}");
        }

        return acknowledged;
    }
}
