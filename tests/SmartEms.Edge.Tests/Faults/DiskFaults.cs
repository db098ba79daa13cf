using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A disk that is full, fails or dawdles under the daemon's recorder: no step of control waits, writing resumes by itself, nothing acknowledged is
/// lost and nothing is there twice.</summary>
[Collection(FaultRun.Name)]
public sealed class DiskFaults(ITestOutputHelper output)
{
    /// <summary>No step may wait for the disk; how long one takes on a busy machine is another matter, so this is a hang guard.</summary>
    private const double MostStepMs = 1_500;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    [MountFact("tmpfs")]
    public async Task S6_a_full_disk_is_survived_and_writing_resumes_without_a_restart()
    {
        var rounds = Effort.Of(1, 10);
        var (slowest, longest, count) = (TimeSpan.Zero, 0.0, 0L);
        for (var round = 0; round < rounds; round++)
        {
            using var folder = new StoreFolder();
            Mounted.Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.Directory);
            try
            {
                var (after, steps) = await FillAndFree(folder);
                Assert.InRange(steps.LongestMs, 0, MostStepMs);
                StoreProof.AssertRecorded(folder.File, steps.Steps, $"disk full, round {round}");
                output.WriteLine($"{steps.Steps} steps, longest {steps.LongestMs:0.0} ms; resumed after {after.TotalSeconds:0.0} s; {steps.Words}");
                (slowest, longest, count) = (after > slowest ? after : slowest, Math.Max(longest, steps.LongestMs), count + steps.Steps);
            }
            finally
            {
                Mounted.Run("umount", "-l", folder.Directory);
            }
        }

        Evidence.Passed("S6 tmpfs", "disk full (8 MB tmpfs), then freed, same process", rounds, string.Create(CultureInfo.InvariantCulture,
            $"{count} control steps, 0 waited (longest {longest:0.0} ms), resumed ≤ {slowest.TotalSeconds:0.0} s after space was free, 0 lost, 0 doubled"));
    }

    /// <summary>How long after space was free the recorder wrote again, and all it was given.</summary>
    private static async Task<(TimeSpan After, RecordingSteps Steps)> FillAndFree(StoreFolder folder)
    {
        var recorder = new Recorder(Open(folder), TimeProvider.System, () => Open(folder));
        var acknowledged = 0L;
        var steps = new RecordingSteps(recorder, number => acknowledged = number);
        await Until(steps, () => acknowledged >= 20);
        var filler = Path.Combine(folder.Directory, "filler");
        Fill(filler);
        await Until(steps, () => recorder.Failure is not null);
        for (var more = 0; more < 100; more++)
            steps.Step();
        File.Delete(filler);
        var freed = TimeProvider.System.GetTimestamp();
        await Until(steps, () => recorder.Failure is null);
        var after = TimeProvider.System.GetElapsedTime(freed);
        Assert.True(after < TimeSpan.FromSeconds(20), "much later than the 5 s promised"); // a hang guard on a busy machine
        await recorder.DisposeAsync();
        Assert.Equal(0, recorder.State.DroppedEntries + recorder.State.DroppedSamples);
        return (after, steps);
    }

    [Fact]
    public void S6_no_space_in_the_middle_of_a_write_is_survived() =>
        Inject(("S6 injected", "ENOSPC from 1 to 7 writes in a row", Effort.Of(4, 60)), dice => ("record pwrite64", Window("error=ENOSPC", 1 + dice.Below(300), dice.Below(7))));

    [Fact]
    public void S7_a_failed_fsync_recycles_the_store_and_nothing_is_lost_or_doubled() =>
        Inject(("S7 injected", "EIO from the Nth fdatasync", Effort.Of(4, 100)), dice => ("record fdatasync", Window("error=EIO", 1 + dice.Below(150), 0)));

    [Fact]
    public void S10_an_fsync_of_2_s_delays_nobody_and_is_said() =>
        Inject(("S10 injected", "the Nth fdatasync takes 2 s", Effort.Of(2, 20)), dice => ("dawdle fdatasync", Window("delay_exit=2000000", 5 + dice.Below(100), 0)));

    private static string Window(string fault, int first, int more) => string.Create(CultureInfo.InvariantCulture, $"{fault}:when={first}..{first + more}");

    private void Inject((string Name, string What, int Runs) fault, Func<Dice, (string Call, string Fault)> draw)
    {
        var (gate, steps, hit, longest, told) = (new Lock(), 0L, 0, 0.0, 0.0);
        // Most of the time they wait for the recorder's next try.
        Parallel.For(0, fault.Runs, new() { MaxDegreeOfParallelism = 4 }, run =>
        {
            var (call, what) = draw(Effort.Dice(run, fault.Name.Length));
            var report = Recorded(call, what, $"seed {Effort.Seed} run {run}");
            lock (gate)
            {
                output.WriteLine($"{call} {what}: {string.Join(' ', report)}");
                steps += long.Parse(report[1], CultureInfo.InvariantCulture);
                longest = Math.Max(longest, double.Parse(report[2], CultureInfo.InvariantCulture));
                told = Math.Max(told, double.Parse(report[3], CultureInfo.InvariantCulture));
                hit += report[6].Length > 0 && (report[4] != "0" || call.StartsWith("dawdle", StringComparison.Ordinal)) ? 1 : 0;
            }
        });
        Assert.True(hit > 0, "no fault was said");
        Assert.InRange(longest, 0, MostStepMs);
        Evidence.Passed(fault.Name, $"{fault.What}, under the daemon's recorder", fault.Runs, string.Create(CultureInfo.InvariantCulture,
            $"said as failure in {hit}, at the latest {told:0} ms after an entry was handed in; {steps} control steps, 0 waited (longest {longest:0.0} ms), 0 lost, 0 doubled"));
    }

    /// <summary>Lets a child record under a fault, proves its store, and gives its report in words.</summary>
    private static string[] Recorded(string call, string what, string when)
    {
        using var store = new StoreFolder();
        using var child = new FaultChild($"{call.Split(' ')[0]} {store.File}", FaultChild.Injecting(store.File, call.Split(' ')[1], what));
        var acknowledged = 0L;
        string? line;
        while ((line = child.Line()) is not null && !line.StartsWith("end ", StringComparison.Ordinal))
            acknowledged = Math.Max(acknowledged, long.Parse(line, CultureInfo.InvariantCulture));
        Assert.True(line is not null, $"{when}: {what} ended the child: {child.Errors}");
        Assert.DoesNotContain("said:", child.Errors, StringComparison.Ordinal);
        var report = line.Split(' ', 7);
        var total = long.Parse(report[1], CultureInfo.InvariantCulture);
        Assert.InRange(acknowledged, 0, total);
        Assert.True(report[5] == "0", $"{when}: {what} cost {report[5]} entries and samples: {line}");
        StoreProof.AssertRecorded(store.File, total, $"{when}: {what}");
        return report;
    }

    private static SqliteStore Open(StoreFolder folder) => StoreRecovery.Open(folder.File, new(TimeProvider.System, words => throw new InvalidOperationException(words)));

    private static async Task Until(RecordingSteps steps, Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Hang, "it did not happen within a minute");
            steps.Step();
            await Task.Delay(5);
        }
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // full, as wanted
        }
    }
}
