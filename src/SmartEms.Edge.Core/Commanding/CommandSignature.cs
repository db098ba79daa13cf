using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>ECDSA on P-256 with SHA-256, 64 bytes r ‖ s (IEEE P1363). Of the two values of s that verify only the smaller is taken, so that nobody without the key
/// can make a second signature out of a first.</summary>
public static class CommandSignature
{
    public const int Bytes = 64;

    // The order of P-256 (SEC 2, 2.4.2), and its half.
    private static readonly UInt128 OrderHigh = new(0xFFFFFFFF00000000, 0xFFFFFFFFFFFFFFFF);
    private static readonly UInt128 OrderLow = new(0xBCE6FAADA7179E84, 0xF3B9CAC2FC632551);
    private static readonly UInt128 HalfHigh = OrderHigh >> 1;
    private static readonly UInt128 HalfLow = (OrderLow >> 1) | ((OrderHigh & 1) << 127);

    /// <summary>The name of a key: the first eight bytes of SHA-256 of its public half.</summary>
    public static ulong IdOf(ECDsa key) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> words, ReadOnlySpan<byte> message)
    {
        var signature = key.SignData(Together(words, message), HashAlgorithmName.SHA256);
        if (IsLow(signature))
            return signature;
        var (high, low) = Read(signature);
        var borrow = low > OrderLow ? UInt128.One : UInt128.Zero;
        BinaryPrimitives.WriteUInt128BigEndian(signature.AsSpan(32), unchecked(OrderHigh - high - borrow));
        BinaryPrimitives.WriteUInt128BigEndian(signature.AsSpan(48), unchecked(OrderLow - low));
        return signature;
    }

    /// <param name="words">What stands in front of what is signed, so that a signature means nothing elsewhere.</param>
    public static bool IsSignedBy(ECDsa key, ReadOnlySpan<byte> words, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == Bytes && IsLow(signature) && key.VerifyData(Together(words, message), signature, HashAlgorithmName.SHA256);

    public static bool IsLow(ReadOnlySpan<byte> signature)
    {
        var (high, low) = Read(signature);
        return high < HalfHigh || (high == HalfHigh && low <= HalfLow);
    }

    /// <summary>A public key of P-256, or null where the bytes are none.</summary>
    public static ECDsa? PublicKey(ReadOnlySpan<byte> info)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(info, out var read);
            if (read == info.Length && key.KeySize == 256 && key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value)
                return key;
        }
        catch (CryptographicException)
        {
            // no key, or of another kind
        }
        key.Dispose();
        return null;
    }

    private static (UInt128 High, UInt128 Low) Read(ReadOnlySpan<byte> signature) =>
        (BinaryPrimitives.ReadUInt128BigEndian(signature[32..]), BinaryPrimitives.ReadUInt128BigEndian(signature[48..]));

    private static byte[] Together(ReadOnlySpan<byte> words, ReadOnlySpan<byte> message) => [.. words, .. message];
}
