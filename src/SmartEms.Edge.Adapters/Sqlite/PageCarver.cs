using System.Buffers.Binary;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Finds ledger entries in the pages of a damaged database without asking its index, its tree or its header: every leaf page is looked at by itself,
/// and an entry counts when its CRC says so (record and page forms: sqlite.org/fileformat.html §1.6, §2.1). Pages of the log are looked at too.</summary>
internal sealed class PageCarver : IDisposable
{
    private const int PageSize = 4096;
    private const int LogHeader = 32;
    private const int FrameHeader = 24;
    private const byte TableLeaf = 0x0D;

    /// <summary>The payload of an entry without a body: a header, the seal, the small columns.</summary>
    private const int LeastRow = 24;
    private const int MostBody = 64 << 20;

    private readonly FileStream? _file;
    private readonly FileStream? _log;
    private readonly Dictionary<uint, long> _inLog = [];

    /// <param name="file">The database, or null to look at a log alone.</param>
    /// <param name="log">Its log, or null to look at the database alone; it need not be there.</param>
    public PageCarver(string? file, string? log)
    {
        _file = file is null ? null : File.OpenRead(file);
        _log = File.Exists(log) ? File.OpenRead(log) : null;
        var head = new byte[4];
        for (var at = (long)LogHeader; _log is not null && at + FrameHeader + PageSize <= _log.Length; at += FrameHeader + PageSize)
            if (RandomAccess.Read(_log.SafeFileHandle, head, at) == 4)
                _inLog[BinaryPrimitives.ReadUInt32BigEndian(head)] = at + FrameHeader;
    }

    /// <summary>The highest number seen on any row that looks like an entry, sound or not.</summary>
    public long Highest { get; private set; }

    /// <summary>Every sound entry, in the order of the pages; one that stands in file and log comes twice.</summary>
    public IEnumerable<LedgerEntry> Entries()
    {
        var page = new byte[PageSize];
        for (long at = 0; at < _file?.Length; at += PageSize)
            if (Read(_file, at, page))
                foreach (var entry in InPage(page, at == 0 ? StoreFile.HeaderBytes : 0))
                    yield return entry;
        for (var at = (long)LogHeader + FrameHeader; _log is not null && at < _log.Length; at += FrameHeader + PageSize)
            if (Read(_log, at, page))
                foreach (var entry in InPage(page, 0))
                    yield return entry;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _log?.Dispose();
    }

    private static bool Read(FileStream? from, long at, byte[] page)
    {
        if (from is null)
            return false;
        var length = RandomAccess.Read(from.SafeFileHandle, page, at);
        page.AsSpan(length).Clear();
        return length > 8;
    }

    private List<LedgerEntry> InPage(byte[] page, int head)
    {
        var found = new List<LedgerEntry>();
        var cells = page[head] == TableLeaf ? Cells(page, head, found) : -1;
        if (found.Count == cells)
            return found;
        // The page's own list of its rows cannot be relied on: whatever looks like a row is tried.
        for (var at = head; at < PageSize - LeastRow; at++)
            if (IsLikeRow(page, at) && Cell(page, at) is { } entry && !found.Exists(one => one.Sequence == entry.Sequence))
                found.Add(entry);
        return found;
    }

    /// <summary>Adds the sound entries among the rows that a page lists, and gives the number of rows it claims.</summary>
    private int Cells(byte[] page, int head, List<LedgerEntry> found)
    {
        var claimed = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(head + 3));
        var cells = Math.Min(claimed, (PageSize - head - 8) / 2);
        for (var i = 0; i < cells; i++)
        {
            var at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(head + 8 + (2 * i)));
            if (at < PageSize && Cell(page, at) is { } entry)
                found.Add(entry);
        }

        return claimed;
    }

    /// <summary>A row's header that a ledger entry may have, and a length that agrees with it.</summary>
    private static bool IsLikeRow(byte[] page, int at)
    {
        if (!Number(page, ref at, out var length) || !Number(page, ref at, out _) || length is < LeastRow or > MostBody)
            return false;
        var start = at;
        if (!Number(page, ref at, out var header) || header is < 7 or > 16)
            return false;
        var total = header;
        for (var column = 0; column < 6; column++)
        {
            if (!Number(page, ref at, out var type) || (column == 0 && type != 0) || (column == 5 && type != 44))
                return false;
            total += type switch { <= 4 => type, 5 => 6, 6 or 7 => 8, 8 or 9 => 0, _ => (type - 12) / 2 };
        }

        return at - start == header && total == length;
    }

    private LedgerEntry? Cell(byte[] page, int at)
    {
        if (!Number(page, ref at, out var length) || !Number(page, ref at, out var sequence) || length is < 8 or > MostBody || sequence < 1)
            return null;
        var payload = Payload(page, at, (int)length);
        return payload is null ? null : Row(payload, sequence);
    }

    /// <summary>The whole payload, its overflow pages followed; the newest copy of such a page lies in the log.</summary>
    private byte[]? Payload(byte[] page, int at, int length)
    {
        const int most = PageSize - 35, least = ((PageSize - 12) * 32 / 255) - 23;
        var here = length;
        if (length > most)
        {
            var wanted = least + ((length - least) % (PageSize - 4));
            here = wanted <= most ? wanted : least;
        }

        if (at + here + (here < length ? 4 : 0) > PageSize)
            return null;
        var payload = new byte[length];
        page.AsSpan(at, here).CopyTo(payload);
        var next = here < length ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at + here)) : 0;
        var part = new byte[PageSize];
        for (var filled = here; filled < length;)
        {
            var read = next != 0 && (_inLog.TryGetValue(next, out var place) ? Read(_log!, place, part) : Read(_file, (next - 1L) * PageSize, part));
            if (!read)
                return null;
            var take = Math.Min(PageSize - 4, length - filled);
            part.AsSpan(4, take).CopyTo(payload.AsSpan(filled));
            (filled, next) = (filled + take, BinaryPrimitives.ReadUInt32BigEndian(part));
        }

        return payload;
    }

    /// <summary>A row of the ledger: seq (as the row's number), at_ms, kind, body, crc, chain.</summary>
    private LedgerEntry? Row(byte[] payload, long sequence)
    {
        var at = 0;
        if (!Number(payload, ref at, out var header) || header > payload.Length)
            return null;
        Span<long> types = stackalloc long[6];
        foreach (ref var type in types)
            if (at >= header || !Number(payload, ref at, out type))
                return null;
        if (at != header || types[0] != 0 || types[5] != 44 || (types[3] & 1) != 0 || types[3] < 12)
            return null;
        if (!Whole(payload, ref at, types[1], out var moment) || !Whole(payload, ref at, types[2], out var kind))
            return null;
        var length = (types[3] - 12) / 2;
        if (at + length > payload.Length)
            return null;
        var body = payload.AsSpan(at, (int)length).ToArray();
        at += (int)length;
        if (!Whole(payload, ref at, types[4], out var crc) || at + 16 > payload.Length)
            return null;
        Highest = Math.Max(Highest, sequence < long.MaxValue / 2 ? sequence : 0);
        var seal = new Seal(unchecked((uint)crc), BinaryPrimitives.ReadUInt128BigEndian(payload.AsSpan(at, 16)));
        var entry = new LedgerEntry(sequence, new Instant(moment), unchecked((LedgerKind)kind), body) { Seal = seal };
        return kind is > 0 and <= byte.MaxValue && LedgerChain.IsSound(entry) ? entry : null;
    }

    private static bool Number(ReadOnlySpan<byte> from, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < 9 && at < from.Length; i++)
        {
            var one = from[at++];
            value = unchecked(i == 8 ? (value << 8) | one : (value << 7) | (long)(one & 0x7F));
            if (one < 0x80 || i == 8)
                return value >= 0;
        }

        return false;
    }

    private static bool Whole(ReadOnlySpan<byte> from, ref int at, long type, out long value)
    {
        value = type == 9 ? 1 : 0;
        var length = type switch { >= 1 and <= 4 => (int)type, 5 => 6, 6 => 8, 8 or 9 => 0, _ => -1 };
        if (length < 0 || at + length > from.Length)
            return false;
        for (var i = 0; i < length; i++)
            value = unchecked(i == 0 ? (sbyte)from[at] : (value << 8) | from[at + i]);
        at += length;
        return true;
    }
}
