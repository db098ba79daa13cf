using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>A command as it travels: fixed bytes, signed as they are. A second signature may follow the first: key and signature again over the same bytes.</summary>
/// <param name="Device">Of the one box it is for (<see cref="DeviceOf"/>).</param>
/// <param name="Id">16 bytes that the sender chose.</param>
/// <param name="Counter">Ascending per key.</param>
public sealed record CommandEnvelope(ulong KeyId, byte[] Device, byte[] Id, ulong Counter)
{
    public const int MostBody = 4_096;
    public const int HeadBytes = 73;
    public const int MostBytes = HeadBytes + MostBody + CommandSignature.Bytes + SecondBytes;

    private const int SecondBytes = 8 + CommandSignature.Bytes;
    private const int IdBytes = 16;
    private const byte Ecdsa = 1;

    private static ReadOnlySpan<byte> Magic => "SEC1"u8;
    private static ReadOnlySpan<byte> Words => "SmartEms command 1\0"u8;

    public required Instant NotBefore { get; init; }
    public required Instant NotAfter { get; init; }
    public required ushort Verb { get; init; }
    public required byte[] Body { get; init; }

    /// <summary>Null where one has signed.</summary>
    public ulong? SecondKeyId { get; init; }
    private byte[] Signed { get; init; } = [];
    private byte[] Signature { get; init; } = [];
    private byte[] SecondSignature { get; init; } = [];

    /// <summary>The name of a box in envelopes: the first 16 bytes of SHA-256 over tenant/site/box.</summary>
    public static byte[] DeviceOf(string tenant, string site, string box) => SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}/{site}/{box}"))[..IdBytes];

    /// <summary>The parts of an envelope, nothing of them believed yet; null where the bytes are none.</summary>
    public static CommandEnvelope? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes + CommandSignature.Bytes || bytes.Length > MostBytes || !bytes.StartsWith(Magic) || bytes[4] != Ecdsa)
            return null;
        var body = BinaryPrimitives.ReadUInt16BigEndian(bytes[71..]);
        var signed = HeadBytes + body;
        var rest = bytes.Length - signed - CommandSignature.Bytes;
        if (body > MostBody || rest is not (0 or SecondBytes))
            return null;
        var envelope = new CommandEnvelope(BinaryPrimitives.ReadUInt64BigEndian(bytes[5..]), bytes.Slice(13, IdBytes).ToArray(), bytes.Slice(29, IdBytes).ToArray(), BinaryPrimitives.ReadUInt64BigEndian(bytes[45..]))
        {
            NotBefore = new(BinaryPrimitives.ReadInt64BigEndian(bytes[53..])),
            NotAfter = new(BinaryPrimitives.ReadInt64BigEndian(bytes[61..])),
            Verb = BinaryPrimitives.ReadUInt16BigEndian(bytes[69..]),
            Body = bytes.Slice(HeadBytes, body).ToArray(),
            Signed = bytes[..signed].ToArray(),
            Signature = bytes.Slice(signed, CommandSignature.Bytes).ToArray(),
        };
        return rest == 0 ? envelope : envelope with
        {
            SecondKeyId = BinaryPrimitives.ReadUInt64BigEndian(bytes[(signed + CommandSignature.Bytes)..]),
            SecondSignature = bytes[(signed + CommandSignature.Bytes + 8)..].ToArray(),
        };
    }

    public bool IsSignedBy(ECDsa key) => CommandSignature.IsSignedBy(key, Words, Signed, Signature);

    public bool IsSecondedBy(ECDsa key) => CommandSignature.IsSignedBy(key, Words, Signed, SecondSignature);

    /// <summary>The bytes to be sent; signed by one key, or by two.</summary>
    public byte[] Sign(ECDsa key, ECDsa? second = null)
    {
        if (Body.Length > MostBody)
            throw new ArgumentException($"a body has at most {MostBody} bytes, this one has {Body.Length}");
        var signed = new byte[HeadBytes + Body.Length];
        Magic.CopyTo(signed);
        signed[4] = Ecdsa;
        BinaryPrimitives.WriteUInt64BigEndian(signed.AsSpan(5), KeyId);
        Device.CopyTo(signed, 13);
        Id.CopyTo(signed, 29);
        BinaryPrimitives.WriteUInt64BigEndian(signed.AsSpan(45), Counter);
        BinaryPrimitives.WriteInt64BigEndian(signed.AsSpan(53), NotBefore.UnixMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(signed.AsSpan(61), NotAfter.UnixMilliseconds);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(69), Verb);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(71), (ushort)Body.Length);
        Body.CopyTo(signed, HeadBytes);
        byte[] one = [.. signed, .. CommandSignature.Sign(key, Words, signed)];
        if (second is null)
            return one;
        var name = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(name, CommandSignature.IdOf(second));
        return [.. one, .. name, .. CommandSignature.Sign(second, Words, signed)];
    }
}
