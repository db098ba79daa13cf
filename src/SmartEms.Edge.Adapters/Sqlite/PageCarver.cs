using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Finds rows in the pages of a damaged database without asking its index, its tree or its header: every leaf page is looked at by itself (record and
/// page forms: sqlite.org/fileformat.html §1.6, §2.1). Pages of the log are looked at too. What a row is worth, the caller judges.</summary>
internal sealed class PageCarver : IDisposable
{
    private const int LogHeader = 32;
    private const int FrameHeader = 24;
    private const byte TableLeaf = 0x0D;
    private const byte TableInterior = 0x05;
    private const byte IndexLeaf = 0x0A;
    private const byte IndexInterior = 0x02;

    private const int MostPayload = 64 << 20;

    private readonly FileStream? _file;
    private readonly FileStream? _log;
    private readonly int _pageSize;
    private readonly Dictionary<uint, long> _inLog = [];
    private readonly byte[] _part;

    /// <param name="file">The database, or null to look at a log alone.</param>
    /// <param name="log">Its log, or null to look at the database alone; it need not be there.</param>
    public PageCarver(string? file, string? log, int pageSize)
    {
        (_pageSize, _part) = (pageSize, new byte[pageSize]);
        _file = file is null ? null : File.OpenRead(file);
        _log = File.Exists(log) ? File.OpenRead(log) : null;
        var (head, round) = (new byte[FrameHeader], new byte[LogHeader]);
        if (_log is null || RandomAccess.Read(_log.SafeFileHandle, round, 0) < LogHeader)
            return;
        for (var at = (long)LogHeader; at + FrameHeader + pageSize <= _log.Length; at += FrameHeader + pageSize)
        {
            // Frames of an earlier round of the log lie behind those of this one, and are older than what stands in the file.
            if (RandomAccess.Read(_log.SafeFileHandle, head, at) == FrameHeader && head.AsSpan(8, 8).SequenceEqual(round.AsSpan(16, 8)))
                _inLog[BinaryPrimitives.ReadUInt32BigEndian(head)] = at + FrameHeader;
        }
    }

    /// <summary>How many pages the file has room for, and how many its header tells of.</summary>
    public (long There, long Told) Pages
    {
        get
        {
            var page = new byte[_pageSize];
            return ((_file?.Length ?? 0) / _pageSize, Load(1, page) ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(28)) : 0);
        }
    }

    /// <summary>Rows of tables that the caller takes, in the order of the pages: of every copy in file and log, or of the newest copy of each page.</summary>
    public IEnumerable<CarvedRow> Rows(Func<CarvedRow, bool> takes, bool newestOnly)
    {
        var page = new byte[_pageSize];
        var free = newestOnly ? Free() : [];
        foreach (var (place, number) in Places(newestOnly))
            if (!free.Contains(number) && Read(place.IsInLog ? _log : _file, place.Page, page))
                foreach (var row in InPage(page, place, takes))
                    yield return row;
    }

    /// <summary>Entries of indexes, from the newest copy of each page that is one of an index.</summary>
    public IEnumerable<CarvedRow> Entries()
    {
        var page = new byte[_pageSize];
        var free = Free();
        foreach (var (place, number) in Places(newestOnly: true))
        {
            if (free.Contains(number) || !Read(place.IsInLog ? _log : _file, place.Page, page) || page[0] is not (IndexLeaf or IndexInterior))
                continue;
            foreach (var at in Listed(page, 0, page[0] == IndexLeaf ? 8 : 12).Places)
                if (Entry(page, place with { At = at + (page[0] == IndexLeaf ? 0 : 4) }) is { } entry)
                    yield return entry;
        }
    }

    /// <summary>The row of a place once more; null when it cannot be read.</summary>
    public CarvedRow? Again(CarvedPlace place)
    {
        var page = new byte[_pageSize];
        return Read(place.IsInLog ? _log : _file, place.Page, page) ? Cell(page, place) : null;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _log?.Dispose();
    }

    private IEnumerable<(CarvedPlace Place, long Number)> Places(bool newestOnly)
    {
        var count = ((_file?.Length ?? 0) + _pageSize - 1) / _pageSize;
        for (long number = 1; number <= count; number++)
            if (!newestOnly || !_inLog.ContainsKey((uint)number))
                yield return (new((number - 1) * _pageSize, false, 0, false), number);
        if (newestOnly)
            foreach (var (number, at) in _inLog)
                yield return (new(at, true, 0, false), number);
        else
            for (var at = (long)LogHeader + FrameHeader; _log is not null && at < _log.Length; at += FrameHeader + _pageSize)
                yield return (new(at, true, 0, false), 0);
    }

    /// <summary>Pages that the file lists as free: what lies in them was deleted.</summary>
    private HashSet<long> Free()
    {
        var (free, page) = (new HashSet<long>(), new byte[_pageSize]);
        var next = Load(1, page) ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(32)) : 0;
        while (next > 1 && free.Add(next) && Load(next, page))
        {
            var leaves = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(4)), (uint)((_pageSize / 4) - 2));
            for (var i = 0; i < leaves; i++)
                free.Add(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8 + (4 * i))));
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        return free;
    }

    private static bool Read(FileStream? from, long at, byte[] page)
    {
        if (from is null)
            return false;
        var length = RandomAccess.Read(from.SafeFileHandle, page, at);
        page.AsSpan(length).Clear();
        return length > 8;
    }

    /// <summary>Reads the newest copy of a page.</summary>
    private bool Load(uint number, byte[] page) =>
        number > 0 && (_inLog.TryGetValue(number, out var place) ? Read(_log, place, page) : Read(_file, (number - 1L) * _pageSize, page));

    private List<CarvedRow> InPage(byte[] page, CarvedPlace place, Func<CarvedRow, bool> takes)
    {
        var found = new List<CarvedRow>();
        var head = place is { Page: 0, IsInLog: false } ? StoreFile.HeaderBytes : 0;
        if (IsAbove(page, head))
            return found;
        var (places, claimed) = page[head] == TableLeaf ? Listed(page, head, 8) : ([], -1);
        foreach (var at in places)
            if (Cell(page, place with { At = at, IsListed = true }) is { } row && takes(row))
                found.Add(row);
        if (found.Count == claimed)
            return found;
        // The page's own list of its rows cannot be relied on: whatever looks like a row is tried.
        for (var at = head; at < _pageSize - 8; at++)
            if (IsLikeRow(page, at) && Cell(page, place with { At = at }) is { } row && !found.Exists(one => one.Number == row.Number) && takes(row))
                found.Add(row);
        return found;
    }

    /// <summary>A page of an index, or one that only leads to others: no rows lie in it but those that were moved on.</summary>
    private bool IsAbove(byte[] page, int head)
    {
        if (page[head] != TableInterior)
            return page[head] is IndexLeaf && Listed(page, head, 8) is var (entries, told) && told > 0 && entries.Count == told;
        var count = Math.Max((_file?.Length ?? 0) / _pageSize, _inLog.Count == 0 ? 0 : _inLog.Keys.Max());
        var (places, claimed) = Listed(page, head, 12);
        return claimed > 0 && places.Count == claimed && IsPage(head + 8) && places.TrueForAll(IsPage);

        bool IsPage(int at) => at + 4 <= _pageSize && BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at)) is var child && child > 1 && child <= count;
    }

    /// <summary>The places of cells that a page lists, and the number it claims.</summary>
    private (List<int> Places, int Claimed) Listed(byte[] page, int head, int headBytes)
    {
        var claimed = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(head + 3));
        var cells = Math.Min(claimed, (_pageSize - head - headBytes) / 2);
        var places = new List<int>(cells);
        for (var i = 0; i < cells; i++)
        {
            var at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(head + headBytes + (2 * i)));
            if (at < _pageSize - 4)
                places.Add(at);
        }

        return (places, claimed);
    }

    /// <summary>A row's header as our tables have it, with the row's number for its first column, and a length that agrees with it.</summary>
    private static bool IsLikeRow(byte[] page, int at)
    {
        if (!CarvedRow.TryNumber(page, ref at, out var length) || length is < 4 or > MostPayload || !CarvedRow.TryNumber(page, ref at, out _))
            return false;
        Span<long> types = stackalloc long[CarvedRow.MostColumns];
        var start = at;
        if (!CarvedRow.Types(page, ref at, types, out var columns) || columns < 2 || types[0] != 0)
            return false;
        long total = at - start;
        foreach (var type in types[..columns])
            total += Math.Min(CarvedRow.Length(type), MostPayload);
        return total == length;
    }

    private CarvedRow? Cell(byte[] page, CarvedPlace place)
    {
        var at = place.At;
        if (!CarvedRow.TryNumber(page, ref at, out var length) || !CarvedRow.TryNumber(page, ref at, out var number) || length is < 4 or > MostPayload)
            return null;
        return Payload(page, at, (int)length, _pageSize - 35) is { } payload ? CarvedRow.Of(number, payload, place) : null;
    }

    private CarvedRow? Entry(byte[] page, CarvedPlace place)
    {
        var at = place.At;
        if (!CarvedRow.TryNumber(page, ref at, out var length) || length is < 2 or > MostPayload)
            return null;
        return Payload(page, at, (int)length, ((_pageSize - 12) * 64 / 255) - 23) is { } payload ? CarvedRow.Of(0, payload, place) : null;
    }

    /// <summary>The whole payload, its overflow pages followed; the newest copy of such a page lies in the log.</summary>
    /// <param name="most">So many bytes may lie in the page itself.</param>
    private byte[]? Payload(byte[] page, int at, int length, int most)
    {
        var least = ((_pageSize - 12) * 32 / 255) - 23;
        var here = length;
        if (length > most)
        {
            var wanted = least + ((length - least) % (_pageSize - 4));
            here = wanted <= most ? wanted : least;
        }

        if (at + here + (here < length ? 4 : 0) > _pageSize || length - here > (_file?.Length ?? 0) + (_log?.Length ?? 0))
            return null;
        var payload = new byte[length];
        page.AsSpan(at, here).CopyTo(payload);
        var next = here < length ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at + here)) : 0;
        for (var filled = here; filled < length;)
        {
            if (!Load(next, _part))
                return null;
            var take = Math.Min(_pageSize - 4, length - filled);
            _part.AsSpan(4, take).CopyTo(payload.AsSpan(filled));
            (filled, next) = (filled + take, BinaryPrimitives.ReadUInt32BigEndian(_part));
        }

        return payload;
    }
}
