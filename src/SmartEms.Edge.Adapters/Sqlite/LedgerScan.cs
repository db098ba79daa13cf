using System.Security.Cryptography;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>A full look at the ledger of a store, from the first entry to the last.</summary>
public static class LedgerScan
{
    private const int PageEntries = 256;

    /// <summary>Verifies everything; <paramref name="progress"/> hears the number reached now and then.</summary>
    public static LedgerVerdict Verify(SqliteStore store, IReadOnlyList<ECDsa> keys, Action<long>? progress = null)
    {
        var verifier = new LedgerVerifier(keys);
        var after = long.MinValue;
        try
        {
            for (IReadOnlyList<LedgerEntry> page; (page = store.After(after, PageEntries)).Count > 0; after = page[^1].Sequence)
            {
                foreach (var entry in page)
                    verifier.Look(entry);
                progress?.Invoke(page[^1].Sequence);
            }
        }
        catch (StoreException damage) when (damage.IsOfDisk)
        {
            verifier.Unreadable(damage.Message);
        }

        return verifier.Verdict();
    }
}
