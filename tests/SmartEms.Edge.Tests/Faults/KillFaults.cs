using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>The writing process is killed, at random or as it enters a chosen system call; what it acknowledged is there.</summary>
[Collection(FaultRun.Name)]
public sealed class KillFaults(ITestOutputHelper output) : IDisposable
{
    private readonly StoreFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void S4_kill_at_random_loses_nothing_acknowledged()
    {
        var (kills, random) = (Effort.Of(10, 1_000), new Random(Effort.Seed));
        output.WriteLine($"seed {Effort.Seed}, {kills} kills");
        var store = new StoreFolder();
        for (var kill = 0; kill < kills; kill++)
        {
            if (kill % 20 == 0)
            {
                // The proof reads everything, so a store that only grew would cost the square of the kills.
                store.Dispose();
                store = new StoreFolder();
            }

            using var child = new FaultChild(store.File);
            StoreProof.AssertWhole(store.File, child.KillAfter(random.Next(1, 60)), $"seed {Effort.Seed} kill {kill}");
        }

        store.Dispose();
        Evidence.Passed("S4", "kill -9 at random", kills, "0 acknowledged lost, 0 partial, 0 unopenable");
    }

    [Theory]
    [InlineData("pwrite64", 3, 140)]
    [InlineData("fdatasync", 2, 100)]
    [InlineData("ftruncate", 1, 10)]
    [InlineData("fsync", 1, 10)]
    [InlineData("unlink", 1, 10)]
    public void S5_kill_at_the_nth_system_call_loses_nothing_acknowledged(string call, int ordinary, int whole)
    {
        var times = Effort.Of(ordinary, whole);
        var hit = 0;
        for (var i = 1; i <= times; i++)
        {
            var nth = Effort.IsLong ? i * (call == "pwrite64" ? 2 : 1) : 1 + ((i - 1) * 13);
            using var store = new StoreFolder();
            using var child = new FaultChild(store.File, "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={nth}", "-o", "/dev/null");
            StoreProof.AssertWhole(store.File, child.KillAfter(40), $"killed at {call} {nth}");
            hit += child.HasEndedItself ? 1 : 0;
        }

        output.WriteLine($"{call}: {hit} of {times} runs reached the call");
        Assert.True(hit > 0 || call is "fsync" or "ftruncate" or "unlink", $"no run reached its {call}");
        Evidence.Passed($"S5 {call}", $"kill -9 at the Nth {call} of a new store", hit, "0 acknowledged lost, 0 partial, 0 unopenable");
    }
}
