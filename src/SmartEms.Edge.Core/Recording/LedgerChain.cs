using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What proves an entry: a CRC-32C that finds damage in it alone, and the chain's hash, which depends on every entry before it.</summary>
public readonly record struct Seal(uint Crc, UInt128 Chain);

/// <summary>How entries are sealed: CRC-32C (RFC 3720, initial and final value all ones) over number, kind, moment, body and its own chain's hash
/// (so that damage to the hash is found in the entry it belongs to); chain = the first 16 bytes
/// of SHA-256(chain before ‖ number ‖ kind ‖ moment ‖ body), whole numbers big-endian.</summary>
public static class LedgerChain
{
    private const int ChainBytes = 16;
    private const int HeadBytes = ChainBytes + 8 + 1 + 8;
    private const int OnStack = 1024;

    /// <summary>The seal of an entry behind a chain that ends with <paramref name="before"/>.</summary>
    public static Seal Seal(UInt128 before, long sequence, in LedgerDraft entry) => Seal(before, sequence, (entry.Kind, entry.At), entry.Body.Span);

    /// <summary>Whether an entry is as it was when it was sealed, as far as its CRC tells.</summary>
    public static bool IsSound(LedgerEntry entry)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        Head(head, 0, entry.Sequence, (entry.Kind, entry.At));
        return Crc(head[ChainBytes..], entry.Body, entry.Seal.Chain) == entry.Seal.Crc;
    }

    /// <summary>Whether an entry follows in the chain.</summary>
    public static bool Follows(UInt128 before, LedgerEntry entry) =>
        Seal(before, entry.Sequence, (entry.Kind, entry.At), entry.Body).Chain == entry.Seal.Chain;

    private static Seal Seal(UInt128 before, long sequence, (LedgerKind Kind, Instant At) what, ReadOnlySpan<byte> body)
    {
        var length = HeadBytes + body.Length;
        var rented = length > OnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        var all = rented is null ? stackalloc byte[OnStack] : rented;
        all = all[..length];
        Head(all, before, sequence, what);
        body.CopyTo(all[HeadBytes..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(all, hash);
        var chain = BinaryPrimitives.ReadUInt128BigEndian(hash);
        var crc = Crc(all[ChainBytes..HeadBytes], body, chain);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new(crc, chain);
    }

    private static void Head(Span<byte> to, UInt128 before, long sequence, (LedgerKind Kind, Instant At) what)
    {
        BinaryPrimitives.WriteUInt128BigEndian(to, before);
        BinaryPrimitives.WriteInt64BigEndian(to[ChainBytes..], sequence);
        to[ChainBytes + 8] = (byte)what.Kind;
        BinaryPrimitives.WriteInt64BigEndian(to[(ChainBytes + 9)..], what.At.UnixMilliseconds);
    }

    private static uint Crc(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, UInt128 chain)
    {
        Span<byte> last = stackalloc byte[ChainBytes];
        BinaryPrimitives.WriteUInt128BigEndian(last, chain);
        return ~Add(Add(Add(~0u, head), body), last);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
