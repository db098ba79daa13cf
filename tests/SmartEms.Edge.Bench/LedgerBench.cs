using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Bench;

/// <summary>How many ledger entries a second become durable: in groups as under load, and one by one as before an act. Sealed and signed, as on a box.</summary>
internal static class LedgerBench
{
    private const int Groups = 100;

    /// <summary>What gathers in a tenth of a second at the target rate.</summary>
    private const int GroupEntries = 10_000;

    private const int Singles = 1_000;
    private const int BodyBytes = 60;

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        await Task.Yield();
        var parent = arguments switch
        {
            [] => Path.GetTempPath(),
            ["--directory", var named] when Directory.Exists(named) => named,
            _ => throw new BenchException("ledger knows --directory DIR, the place whose disk is measured"),
        };
        var directory = Path.Combine(parent, $"smartems-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            using var store = StoreRecovery.Open(Path.Combine(directory, "store.db"), new(TimeProvider.System, _ => { }));
            yield return new Figure("ledger_group_commit", Grouped(store), "events/s", double.PositiveInfinity, AtLeast: 100_000);
            yield return new Figure("ledger_single_commit", Single(store), "/s", double.PositiveInfinity, AtLeast: 200);
            yield return new Figure("ledger_full_verify", Verified(store), "events/s", double.PositiveInfinity, AtLeast: 100_000);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A million entries, 10,000 to a commit, each commit durable; sustained, with the log's checkpoints in it.</summary>
    private static double Grouped(SqliteStore store)
    {
        var (group, body) = (new LedgerDraft[GroupEntries], new byte[BodyBytes]);
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Groups; i++)
        {
            for (var j = 0; j < GroupEntries; j++)
                group[j] = new(LedgerKind.Receipt, new Instant((i * 1000L) + j), body);
            store.AppendAll(group);
        }

        return (double)Groups * GroupEntries / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static double Single(SqliteStore store)
    {
        var body = new byte[BodyBytes];
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Singles; i++)
            store.Append(LedgerKind.Cycle, new Instant(i * 900_000L), body);
        return Singles / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static double Verified(SqliteStore store)
    {
        var began = TimeProvider.System.GetTimestamp();
        var verdict = LedgerScan.Verify(store, []);
        return verdict.IsSound ? verdict.Entries / TimeProvider.System.GetElapsedTime(began).TotalSeconds : double.NaN;
    }
}
