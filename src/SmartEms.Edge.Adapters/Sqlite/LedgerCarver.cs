using System.Buffers.Binary;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Ledger entries in the pages of a damaged database or log: one counts when its CRC says so.</summary>
internal sealed class LedgerCarver(string? file, string? log) : IDisposable
{
    private const int PageSize = 4096;

    private readonly PageCarver _pages = new(file, log, PageSize);

    /// <summary>The highest number seen on any row that looks like an entry, sound or not.</summary>
    public long Highest { get; private set; }

    /// <summary>Every sound entry, in the order of the pages; one that stands in file and log comes twice.</summary>
    public IEnumerable<LedgerEntry> Entries()
    {
        foreach (var row in _pages.Rows(one => Entry(one) is not null, newestOnly: false))
            if (Entry(row) is { } entry)
                yield return entry;
    }

    public void Dispose() => _pages.Dispose();

    /// <summary>A row of the ledger: seq (as the row's number), at_ms, kind, body, crc, chain.</summary>
    private LedgerEntry? Entry(CarvedRow row)
    {
        if (row.Columns != 6 || !row.IsNull(0) || !row.IsBlob(3) || !row.IsBlob(5) || row.Number < 1)
            return null;
        if (!row.TryWhole(1, out var moment) || !row.TryWhole(2, out var kind) || !row.TryWhole(4, out var crc) || row.Blob(5) is not { Length: 16 } chain)
            return null;
        Highest = Math.Max(Highest, row.Number < long.MaxValue / 2 ? row.Number : 0);
        var seal = new Seal(unchecked((uint)crc), BinaryPrimitives.ReadUInt128BigEndian(chain));
        var entry = new LedgerEntry(row.Number, new Instant(moment), unchecked((LedgerKind)kind), row.Blob(3)) { Seal = seal };
        return kind is > 0 and <= byte.MaxValue && LedgerChain.IsSound(entry) ? entry : null;
    }
}
