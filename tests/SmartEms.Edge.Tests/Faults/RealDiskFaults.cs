using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Power cuts under a real ext4: the file system is shut down at an arbitrary moment without flushing its journal, mounted again, and goes on.</summary>
[Collection(FaultRun.Name)]
public sealed class RealDiskFaults(ITestOutputHelper output)
{
    private const int CutsPerDisk = 20;
    private static readonly string[] Options = ["data=ordered", "data=writeback", "data=ordered,commit=1", "data=journal"];

    [MountFact("ext4")]
    public void S3_power_cuts_under_a_real_file_system_lose_nothing_acknowledged()
    {
        var cuts = Effort.Of(8, 200);
        var acknowledged = 0L;
        for (var cut = 0; cut < cuts;)
        {
            using var disk = new LoopDisk(Options[cut / CutsPerDisk % Options.Length]);
            var store = Path.Combine(disk.Directory, "smartems.db");
            var last = 0L;
            for (var onDisk = 0; onDisk < CutsPerDisk && cut < cuts; onDisk++, cut++)
            {
                using (var child = new FaultChild($"100000 {store}"))
                    last = Math.Max(last, CutWhileWriting(disk, child, Effort.Dice(cut)));
                disk.PowerOn();
                StoreProof.AssertWhole(store, last, $"seed {Effort.Seed} cut {cut} ({Options[cut / CutsPerDisk % Options.Length]})");
            }

            acknowledged += last;
        }

        output.WriteLine($"seed {Effort.Seed}: {cuts} cuts, {acknowledged} acknowledged");
        Assert.True(acknowledged > cuts, "nothing was acknowledged");
        Evidence.Passed("S3", "power cut under ext4 on a loop device (shut down without a journal flush while written, mounted again); data=ordered, writeback, journal", cuts,
            $"{acknowledged} entries acknowledged: 0 lost, 0 partial, 0 unopenable");
    }

    /// <summary>Cuts some acknowledgements and an instant after the start, perhaps in the middle of the store's making; gives the last number acknowledged
    /// before the cut. What is acknowledged while the kernel shuts down counts for nothing: an fsync may come to the journal just after it was given up, find
    /// no transaction to wait for, and tell success (jbd2_complete_transaction); no disk without power answers at all.</summary>
    private static long CutWhileWriting(LoopDisk disk, FaultChild child, Dice dice)
    {
        var (last, heard) = (0L, 0);
        var hearing = Task.Run(() =>
        {
            while (child.Line() is { } line)
            {
                Volatile.Write(ref last, long.Parse(line, CultureInfo.InvariantCulture));
                Interlocked.Increment(ref heard);
            }
        });
        var wait = dice.Below(40);
        SpinWait.SpinUntil(() => Volatile.Read(ref heard) >= wait || hearing.IsCompleted);
        var (start, pause) = (TimeProvider.System.GetTimestamp(), TimeSpan.FromMicroseconds(dice.Below(wait == 0 ? 200_000 : 3_000)));
        while (TimeProvider.System.GetElapsedTime(start) < pause)
        {
            // an instant too short for a timer
        }

        var acknowledged = Volatile.Read(ref last);
        disk.CutPower();
        child.Kill();
        hearing.Wait();
        return acknowledged;
    }
}
