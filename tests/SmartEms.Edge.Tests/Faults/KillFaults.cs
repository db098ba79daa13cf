using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>The writing process is killed, at random or as it enters a chosen system call; what it acknowledged is there.</summary>
[Collection(FaultRun.Name)]
public sealed class KillFaults(ITestOutputHelper output)
{
    private const int KillsPerStore = 10;

    [Fact]
    public void S4_kill_at_random_loses_nothing_acknowledged()
    {
        var kills = Effort.Of(10, 1_000);
        var acknowledged = 0L;
        // The proof reads everything, so a store that only grew would cost the square of the kills.
        Parallel.For(0, kills / KillsPerStore, new() { MaxDegreeOfParallelism = 2 }, batch =>
        {
            using var store = new StoreFolder();
            var last = 0L;
            for (var kill = batch * KillsPerStore; kill < (batch + 1) * KillsPerStore; kill++)
            {
                using var child = new FaultChild($"100000 {store.File}");
                last = Math.Max(last, child.KillAfter(1 + Effort.Dice(kill).Below(60)));
                StoreProof.AssertWhole(store.File, last, $"seed {Effort.Seed} kill {kill}");
            }

            Interlocked.Add(ref acknowledged, last);
        });
        output.WriteLine($"seed {Effort.Seed}, {kills} kills, {acknowledged} acknowledged");
        Assert.True(acknowledged > kills, "nothing was acknowledged");
        Evidence.Passed("S4", "kill -9 of the writing process at random, acknowledgements by pipe", kills, $"{acknowledged} entries acknowledged: 0 lost, 0 partial, 0 unopenable");
    }

    [Theory]
    [InlineData("pwrite64", 3)]
    [InlineData("fdatasync", 3)]
    [InlineData("ftruncate", 1)]
    [InlineData("fsync", 2)]
    [InlineData("rename", 1)]
    [InlineData("unlink", 1)]
    public void S5_kill_at_the_nth_system_call_loses_nothing_acknowledged(string call, int ordinary)
    {
        const int most = 300;
        var (hit, n) = (0, 0);
        for (var tries = Effort.Of(ordinary, most); tries > 0; tries--)
        {
            // In the ordinary run the first, then ever further ones.
            n = Effort.IsLong ? n + 1 : (n * 12) + 1;
            using var store = new StoreFolder();
            using var child = new FaultChild($"200 {store.File}", FaultChild.Injecting(store.File, call, $"signal=KILL:when={n}"));
            StoreProof.AssertWhole(store.File, child.LastNumber(), $"killed at {call} {n}");
            if (!child.IsKilled)
                break; // the script makes no more of these calls
            hit++;
        }

        output.WriteLine($"{call}: killed at {hit}, the last at {n}");
        Assert.True(hit > 0, $"no run reached its {call}");
        Evidence.Passed($"S5 {call}", $"kill -9 as the Nth {call} begins, N = 1…{hit}{(hit < most ? " (the script of 200 entries makes no more)" : "")}", hit, "0 acknowledged lost, 0 partial, 0 unopenable");
    }
}
