using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Looks at a write-ahead log before SQLite does (sqlite.org/fileformat.html §4). SQLite takes a log up to its first frame that is not whole and forgets
/// the rest, which is right for what a power cut tears, and wrong for damage: then durable entries lie behind it.</summary>
internal static class LogCheck
{
    private const int HeaderBytes = 32;
    private const int FrameBytes = 24;
    private const int PageBytes = 4096;
    private const uint Magic = 0x377F0682;

    /// <summary>What is wrong with the log of a database in words, or null when SQLite may take it as it is.</summary>
    public static string? Damage(string path)
    {
        var log = path + "-wal";
        if (!File.Exists(log))
            return null;
        using var file = File.OpenHandle(log);
        var header = new byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) < HeaderBytes)
            return null;
        var (sums, isBig) = ((A: 0u, B: 0u), (header[3] & 1) != 0);
        Add(ref sums, header.AsSpan(0, 24), isBig);
        if ((Word(header, 0) & ~1u) != Magic || Word(header, 8) != PageBytes || sums.A != Word(header, 24) || sums.B != Word(header, 28))
            return IsNewer(log, path) ? "the header of its log is damaged" : null;
        var frame = new byte[FrameBytes + PageBytes];
        var (broken, committed) = (0, 0);
        for (var at = (long)HeaderBytes; RandomAccess.Read(file, frame, at) == frame.Length; at += frame.Length)
        {
            if (!frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8)))
            {
                broken++; // of an earlier round of the log, or not a frame
                continue;
            }

            if (broken == 0)
            {
                Add(ref sums, frame.AsSpan(0, 8), isBig);
                Add(ref sums, frame.AsSpan(FrameBytes), isBig);
                broken += sums.A == Word(frame, 16) && sums.B == Word(frame, 20) ? 0 : 1;
            }

            committed += broken > 0 && Word(frame, 4) != 0 ? 1 : 0;
        }

        // A power cut tears the last transaction only: its own end may be there, but never that of one more.
        return committed > 1 ? "its log is damaged in the middle" : null;
    }

    /// <summary>A header that was being written anew when the power went leaves only what the database already holds.</summary>
    private static bool IsNewer(string log, string path) => Last(log, isLog: true) > Last(path, isLog: false);

    private static long Last(string path, bool isLog)
    {
        using var carver = isLog ? new LedgerCarver(null, path) : new LedgerCarver(path, null);
        var last = 0L;
        foreach (var entry in carver.Entries())
            last = Math.Max(last, entry.Sequence);
        return last;
    }

    private static void Add(ref (uint A, uint B) sums, ReadOnlySpan<byte> bytes, bool isBig)
    {
        var (a, b) = sums;
        for (var i = 0; i < bytes.Length; i += 8)
            unchecked
            {
                a += (isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..])) + b;
                b += (isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(i + 4)..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i + 4)..])) + a;
            }

        sums = (a, b);
    }

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
