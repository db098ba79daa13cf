using SmartEms.Edge.Core.Recording;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Damage to the files themselves: it is seen, what is sound is saved, what is lost is a gap, and the daemon starts.</summary>
[Collection(FaultRun.Name)]
public sealed class DamageFaults(ITestOutputHelper output)
{
    private const string Ledger = "smartems.db";
    private const string Telemetry = "smartems.telemetry.db";
    private static readonly string[] Files = [Ledger, Ledger, Ledger + "-wal", Ledger + "-wal", Ledger + "-shm", Ledger + ".head", Telemetry, Telemetry, Telemetry + "-wal", "device-key.pem"];

    [Fact]
    public void S8_a_flipped_bit_anywhere_in_the_ledger_is_seen_and_costs_at_most_its_entry()
    {
        var flips = Effort.Of(80, 1_000);
        using var store = DamagedStore.Make(isClosed: true);
        var (hit, saved) = (0, 0);
        for (var flip = 0; flip < flips; flip++)
        {
            var bytes = store.Bytes(Ledger).ToArray();
            var bit = Effort.Dice(flip).Below(bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var when = $"seed {Effort.Seed} flip {flip} (bit {bit % 8} of byte {bit / 8})";
            store.Put(Ledger, bytes);
            var changes = store.Intact().Count < store.Original.Count;
            var verdict = store.Verify();
            Assert.True(!changes || verdict is null or { IsSound: false }, $"{when}: an entry is not as it was, and nobody saw it");
            hit += changes ? 1 : 0;
            var number = store.GoOn(when);
            Assert.True(number > store.Original[^1].Sequence, $"{when}: {number} was given before");
            var intact = store.Intact().Count;
            Assert.True(intact >= store.Original.Count - 1, $"{when}: {intact} of {store.Original.Count} were saved");
            saved += AssertKept(store, (Ledger, bytes), when) ? 1 : 0;
            Assert.True(store.Verify() is { IsSound: true }, $"{when}: not sound after the start");
        }

        output.WriteLine($"seed {Effort.Seed}: {flips} flips, {hit} changed what is read, {saved} salvages");
        Evidence.Passed("S8", $"one random bit flipped anywhere in the closed ledger file of {store.Original.Count} entries", flips,
            $"{hit} changed what is read: all seen by verify; ≥ n − 1 entries intact after every start; started {flips} of {flips}; {saved} salvaged, the damaged file kept");
    }

    [Theory]
    [InlineData(Ledger)]
    [InlineData(Telemetry)]
    public void S8_no_bit_of_a_header_keeps_the_daemon_from_starting(string file)
    {
        const int header = 100, version = 60;
        using var store = DamagedStore.Make(isClosed: true);
        var flips = Enumerable.Range(0, header * 8).Where(bit => Effort.IsLong || bit % 40 == 0 || bit / 8 is 18 or 19 || bit / 8 is >= version and < version + 4).ToList();
        foreach (var bit in flips)
        {
            var bytes = store.Bytes(file).ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            store.Put(file, bytes);
            var when = $"{file}, bit {bit % 8} of byte {bit / 8}";
            store.GoOn(when);
            Assert.True(store.Intact().Count == store.Original.Count, $"{when}: entries were lost");
            Assert.True(store.Verify() is { IsSound: true }, $"{when}: not sound after the start");
        }

        Evidence.Passed($"S8 header {(file == Ledger ? "ledger" : "telemetry")}", "each bit of the file's header flipped", flips.Count, $"started {flips.Count} of {flips.Count}, every ledger entry intact");
    }

    [Fact]
    public void S8_a_flipped_bit_anywhere_in_the_telemetry_costs_at_most_its_block()
    {
        var flips = Effort.Of(40, 500);
        using var store = DamagedTelemetry.Make();
        var (anew, hit) = (0, 0);
        for (var flip = 0; flip < flips; flip++)
        {
            var bit = Effort.Dice(flip, 1).Below(store.Bytes * 8);
            var when = $"seed {Effort.Seed} flip {flip} (bit {bit % 8} of byte {bit / 8})";
            var found = store.Flip(bit, when);
            Assert.True(found.Wrong == 0, $"{when}: {found.Wrong} rows that nobody wrote; {found.Said}");
            Assert.True(found.Unsaid == 0, $"{when}: {found.Unsaid} rows are gone and no gap says so; {found.Said}");
            Assert.True(found.Unread <= 1, $"{when}: {found.Unread} of {store.Blocks} blocks cannot be read; {found.Said}");
            anew += found.IsAnew ? 1 : 0;
            hit += found.Unread;
        }

        output.WriteLine($"seed {Effort.Seed}: {flips} flips, {anew} salvaged, {hit} lost one of {store.Blocks} blocks");
        Evidence.Passed("S8 telemetry", $"one random bit flipped anywhere in the closed telemetry file of {store.Blocks} blocks", flips, $"started and went on {flips} of {flips}; 0 invented values; {anew} salvaged, ≥ n − 1 blocks readable ({hit} lost one); every lost row in a gap");
    }

    [Fact]
    public void S9_mutated_files_never_keep_the_daemon_from_starting()
    {
        var runs = Effort.Of(60, 500);
        using var closed = DamagedStore.Make(isClosed: true);
        using var crashed = DamagedStore.Make(isClosed: false);
        var counts = new Dictionary<string, (int Runs, int Kept)>();
        for (var run = 0; run < runs; run++)
        {
            var dice = Effort.Dice(run, 2);
            var store = run / Files.Length % 3 == 0 ? closed : crashed;
            var name = Files[run % Files.Length];
            var (bytes, how) = Mutated(store.Bytes(name), dice);
            var when = $"seed {Effort.Seed} run {run}, {name} {how}";
            store.Put(name, bytes);
            var number = store.GoOn(when);
            var isKept = AssertKept(store, (name, bytes), when);
            AssertNothingUnsaid(store, (name, how), number, when);
            var count = counts.GetValueOrDefault(name);
            counts[name] = (count.Runs + 1, count.Kept + (isKept ? 1 : 0));
        }

        var words = string.Join(", ", counts.Select(c => $"{c.Key}: {c.Value.Runs} ({c.Value.Kept} set aside)"));
        output.WriteLine($"seed {Effort.Seed}: {words}");
        Evidence.Passed("S9", "a file gone, emptied, cut short, overwritten in part or whole, in closed and in crashed stores", runs, $"started {runs} of {runs}; what was set aside is kept; what is lost stands in gap records; {words}");
    }

    /// <summary>Whatever was set aside is kept; as it was, unless its log was copied into it before the damage showed.</summary>
    private static bool AssertKept(DamagedStore store, (string Name, byte[]? Bytes) mutated, string when)
    {
        var kept = store.Kept();
        Assert.True(kept.Count == 0 || mutated.Name is not (Ledger + ".head" or Ledger + "-shm"), $"{when}: {string.Join(' ', kept)} set aside for a hint");
        foreach (var name in kept.Where(k => mutated.Name is Ledger or Telemetry && k.StartsWith($"{mutated.Name}.", StringComparison.Ordinal) && !k.EndsWith("-wal", StringComparison.Ordinal) && !k.EndsWith("-shm", StringComparison.Ordinal)))
            Assert.True(mutated.Bytes is null || store.Bytes($"{mutated.Name}-wal").Length > 0 || store.Read(name).AsSpan().SequenceEqual(mutated.Bytes), $"{when}: {name} is not what was found");
        return kept.Count > 0;
    }

    /// <summary>Every entry is there as it was, or in a gap record; and the ledger is sound. Only the end of a log can go unsaid: cut there it
    /// is what a power cut leaves of entries never acknowledged.</summary>
    private static void AssertNothingUnsaid(DamagedStore store, (string Name, string How) mutation, long number, string when)
    {
        var verdict = store.Verify() ?? throw new InvalidOperationException($"{when}: cannot be read after the start");
        Assert.True(verdict.IsSound, $"{when}: {string.Join("; ", verdict.Faults.Take(3).Select(f => $"{f.Sequence} {f.What}"))}");
        var intact = store.Intact();
        var lost = store.Original.Select(e => e.Sequence).Where(s => !intact.Contains(s) && !verdict.Gaps.Any(g => g.From <= s && s <= g.To)).ToList();
        var isCut = mutation.Name == Ledger + "-wal" && lost.Count > 0 && lost[0] > (intact.Count == 0 ? 0 : intact.Max());
        Assert.True(lost.Count == 0 || isCut, $"{when}: entries {lost.FirstOrDefault()}… are lost and no gap says so");
        Assert.True(isCut || number > store.Original[^1].Sequence, $"{when}: {number} was given before");
        Assert.True(mutation.Name.StartsWith(Ledger, StringComparison.Ordinal) || intact.Count == store.Original.Count, $"{when}: the ledger is not whole");
        Assert.True(mutation.Name != Ledger || intact.Count == store.Original.Count || verdict.Gaps.Count > 0, $"{when}: no gap record");
        Assert.Equal(0, store.Telemetry().Wrong);
    }

    private static (byte[]? Bytes, string How) Mutated(byte[] bytes, Dice dice)
    {
        switch (dice.Below(5))
        {
            case 0:
                return (null, "gone");
            case 1:
                return ([], "emptied");
            case 2:
                var length = dice.Below(Math.Max(1, bytes.Length));
                return (bytes[..length], $"cut to {length}");
            default:
                var copy = bytes.ToArray();
                var from = dice.Chance(0.8) ? dice.Below(Math.Max(1, bytes.Length)) : 0;
                var to = from == 0 ? bytes.Length : Math.Min(bytes.Length, from + 1 + dice.Below(6_000));
                for (var i = from; i < to; i++)
                    copy[i] = (byte)dice.Below(256);
                return (copy, $"overwritten from {from} to {to} of {bytes.Length}");
        }
    }
}
