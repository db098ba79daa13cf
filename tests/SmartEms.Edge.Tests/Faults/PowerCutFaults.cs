using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Power cuts on a disk whose cache forgets. What the writing process did to the disk is noted; the cut at operation N is then what the disk
/// would hold had the power gone there, and every N and many survivals can be tried.</summary>
[Collection(FaultRun.Name)]
public sealed class PowerCutFaults(ITestOutputHelper output)
{
    private const int Cuts = 6;

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void S1_power_cuts_at_random_operations_lose_nothing_acknowledged(int sector)
    {
        var runs = Effort.Of(15, 1_000);
        using var writer = new NotedWriter();
        var acknowledgedInAll = 0L;
        for (var run = 0; run < runs; run++)
        {
            var dice = Effort.Dice(run, sector);
            List<(string, byte[])> disk = [];
            var acknowledged = 0L;
            for (var cut = 1; cut <= Cuts; cut++)
            {
                using var folder = Image(disk);
                var operations = writer.Boot(folder.File, 1 + dice.Below(12));
                (disk, acknowledged) = CutAt(operations, dice.Below(operations.Count + 1), (disk, acknowledged, sector), dice);
                AssertWhole(disk, acknowledged, $"seed {Effort.Seed}, sector {sector}, run {run}, cut {cut}");
            }

            acknowledgedInAll += acknowledged;
        }

        output.WriteLine($"seed {Effort.Seed}: {runs} runs of {Cuts} cuts, sectors of {sector} B, {acknowledgedInAll} entries acknowledged");
        Assert.True(acknowledgedInAll > runs, "nothing was acknowledged");
        Evidence.Passed($"S1 {sector} B", "power cut at a random I/O operation, un-synced sectors and names survive or not; 6 cuts in a row on one store", runs * Cuts,
            $"{runs} runs × {Cuts} cuts, {acknowledgedInAll} entries acknowledged: 0 lost, 0 partial, 0 unopenable");
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void S2_power_cut_at_every_operation_loses_nothing_acknowledged(int sector)
    {
        using var writer = new NotedWriter();
        using var folder = StoreFolder.InMemory();
        var operations = writer.Boot(folder.File, Effort.Of(45, 200));
        var step = Effort.Of(5, 1);
        var survivals = Effort.Of(1, 2);
        Assert.Contains(operations, o => o.Act == DiskAct.Acknowledge);
        var disk = new VolatileDisk(sector, []);
        var acknowledged = 0L;
        for (var n = 0; n <= operations.Count; n++)
        {
            for (var survival = 0; survival < survivals && n % step == 0; survival++)
                AssertWhole(disk.Cut(Effort.Dice(n, survival)), acknowledged, $"seed {Effort.Seed}, sector {sector}, operation {n} of {operations.Count}, survival {survival}");
            if (n < operations.Count && operations[n] is { Act: DiskAct.Acknowledge } said)
                acknowledged = said.At;
            else if (n < operations.Count)
                disk.Do(operations[n]);
        }


        output.WriteLine($"seed {Effort.Seed}: {operations.Count} operations, sectors of {sector} B");
        Evidence.Passed($"S2 {sector} B", $"power cut at every {(step == 1 ? "" : $"{step}th ")}I/O operation of a fixed script of {Effort.Of(45, 200)} entries, from the first creation on, {survivals} survivals each",
            ((operations.Count / step) + 1) * survivals, "0 acknowledged lost, 0 partial, 0 unopenable");
    }

    /// <summary>The disk after a cut before operation n, and what was acknowledged by then.</summary>
    private static (List<(string Name, byte[] Bytes)> Disk, long Acknowledged) CutAt(
        List<DiskOperation> operations, int n, (List<(string Name, byte[] Bytes)> Disk, long Acknowledged, int Sector) from, Dice dice)
    {
        var disk = new VolatileDisk(from.Sector, from.Disk);
        var acknowledged = from.Acknowledged;
        foreach (var operation in operations.Take(n))
        {
            disk.Do(operation);
            if (operation.Act == DiskAct.Acknowledge)
                acknowledged = operation.At;
        }

        return (disk.Cut(dice), acknowledged);
    }

    private static void AssertWhole(List<(string Name, byte[] Bytes)> disk, long acknowledged, string when)
    {
        using var image = Image(disk);
        StoreProof.AssertWhole(image.File, acknowledged, when);
    }

    private static StoreFolder Image(List<(string Name, byte[] Bytes)> disk)
    {
        var folder = StoreFolder.InMemory();
        foreach (var (name, bytes) in disk)
        {
            var path = Path.Combine(folder.Directory, name);
            File.WriteAllBytes(path, bytes);
            if (name.EndsWith(".pem", StringComparison.Ordinal) || name.EndsWith(".new", StringComparison.Ordinal))
                StoreFolder.Allow(path, UnixFileMode.UserRead | UnixFileMode.UserWrite); // as it was made
        }

        return folder;
    }
}
