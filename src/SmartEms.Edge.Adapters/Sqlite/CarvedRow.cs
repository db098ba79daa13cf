using System.Text;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>One record as it lies in a page, its columns told by their types (sqlite.org/fileformat.html §2.1). Nothing in it is proved yet.</summary>
internal sealed class CarvedRow
{
    public const int MostColumns = 8;
    private const int Blobs = 12;

    private readonly byte[] _payload;
    private readonly long[] _types;
    private readonly int[] _places;

    private CarvedRow(byte[] payload, long[] types, int[] places) => (_payload, _types, _places) = (payload, types, places);

    /// <summary>The row's number; 0 for an entry of an index.</summary>
    public long Number { get; private init; }

    /// <summary>Where it was found.</summary>
    public CarvedPlace Place { get; private init; }

    public int Columns => _types.Length;

    /// <summary>The record, or null when its header does not fit.</summary>
    public static CarvedRow? Of(long number, byte[] payload, CarvedPlace place)
    {
        Span<long> types = stackalloc long[MostColumns];
        var at = 0;
        if (!Types(payload, ref at, types, out var columns))
            return null;
        var places = new int[columns];
        var next = (long)at;
        for (var i = 0; i < columns; i++)
        {
            places[i] = (int)next;
            next += Length(types[i]);
            if (next > payload.Length)
                return null;
        }

        return new(payload, types[..columns].ToArray(), places) { Number = number, Place = place };
    }

    /// <summary>Reads a record's header, and leaves <paramref name="at"/> behind it.</summary>
    public static bool Types(ReadOnlySpan<byte> from, ref int at, Span<long> types, out int columns)
    {
        columns = 0;
        var start = at;
        if (!TryNumber(from, ref at, out var header) || header > from.Length - start)
            return false;
        while (at - start < header)
            if (columns == types.Length || !TryNumber(from, ref at, out types[columns]) || types[columns++] is 10 or 11)
                return false;
        return at - start == header && columns > 0;
    }

    /// <summary>The bytes that a value of a type takes.</summary>
    public static long Length(long type) => type switch { <= 4 => type, 5 => 6, 6 or 7 => 8, 8 or 9 => 0, _ => (type - Blobs) / 2 };

    /// <summary>Reads one of SQLite's numbers of 1 to 9 bytes; false when it is cut short or negative.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> from, ref int at, out long value)
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

    public bool IsNull(int column) => _types[column] == 0;

    public bool IsBlob(int column) => _types[column] >= Blobs && (_types[column] & 1) == 0;

    public bool IsText(int column) => _types[column] >= Blobs && (_types[column] & 1) != 0;

    public bool TryWhole(int column, out long value)
    {
        var type = _types[column];
        value = type == 9 ? 1 : 0;
        if (type is 0 or 7 or >= Blobs)
            return false;
        var length = (int)Length(type);
        for (var i = 0; i < length; i++)
        {
            var one = _payload[_places[column] + i];
            value = unchecked(i == 0 ? (sbyte)one : (value << 8) | one);
        }

        return true;
    }

    /// <summary>All columns from one on as whole numbers; null when one is none.</summary>
    public long[]? Wholes(int from, int count)
    {
        var all = new long[count];
        for (var i = 0; i < count; i++)
            if (!TryWhole(from + i, out all[i]))
                return null;
        return all;
    }

    public byte[] Blob(int column) => Bytes(column).ToArray();

    /// <summary>The text; what is no UTF-8 in it becomes U+FFFD.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    private ReadOnlySpan<byte> Bytes(int column) => _payload.AsSpan(_places[column], (int)Length(_types[column]));
}

/// <summary>Where a row was found: the place of its page in the file, or in the log, and in the page; and whether the page itself lists it.</summary>
internal readonly record struct CarvedPlace(long Page, bool IsInLog, int At, bool IsListed);
