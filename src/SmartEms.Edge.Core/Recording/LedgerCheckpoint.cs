using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>A signed statement of the device: up to this entry the chain was so. ECDSA on P-256 over SHA-256, IEEE P1363 form (64 bytes).</summary>
/// <param name="Head">The entry before the checkpoint.</param>
/// <param name="KeyId">First 8 bytes of the SHA-256 of the public key (SubjectPublicKeyInfo, DER).</param>
/// <param name="Signature">Over <see cref="Message"/>.</param>
public sealed record LedgerCheckpoint(LedgerHead Head, ulong KeyId, byte[] Signature)
{
    private const byte Form = 1;
    private const int SignatureBytes = 64;

    /// <summary>Checkpoints lie at most so far apart while entries come.</summary>
    public static TimeSpan Every { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Signs the end of a chain.</summary>
    public static LedgerCheckpoint Sign(LedgerHead head, Instant at, ECDsa key) =>
        new(head, IdOf(key), key.SignData(Message(head, at), HashAlgorithmName.SHA256));

    /// <summary>Whether this key signed this checkpoint at this moment.</summary>
    public bool IsSignedBy(ECDsa key, Instant at) => key.VerifyData(Message(Head, at), Signature, HashAlgorithmName.SHA256);

    public static ulong IdOf(ECDsa key) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Whole(Head.Sequence);
        to.Bytes(Chain());
        to.Count(KeyId);
        to.Bytes(Signature);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static LedgerCheckpoint FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("checkpoint of an unknown form");
        var sequence = from.Whole();
        var chain = from.Bytes();
        var id = from.Count();
        var signature = from.Bytes();
        if (chain.Length != 16 || signature.Length != SignatureBytes || !from.IsAtEnd)
            throw new InvalidDataException("checkpoint damaged: a part has a wrong length");
        return new(new(sequence, BinaryPrimitives.ReadUInt128BigEndian(chain)), id, signature.ToArray());
    }

    private byte[] Chain()
    {
        var chain = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(chain, Head.Chain);
        return chain;
    }

    /// <summary>What is signed; the words in front keep a signature from meaning anything elsewhere.</summary>
    private static byte[] Message(LedgerHead head, Instant at)
    {
        var words = "SmartEms ledger checkpoint 1\0"u8;
        var message = new byte[words.Length + 32];
        words.CopyTo(message);
        var rest = message.AsSpan(words.Length);
        BinaryPrimitives.WriteInt64BigEndian(rest, head.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], at.UnixMilliseconds);
        BinaryPrimitives.WriteUInt128BigEndian(rest[16..], head.Chain);
        return message;
    }
}
