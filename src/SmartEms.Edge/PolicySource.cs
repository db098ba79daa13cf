using System.Security.Cryptography;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge;

/// <summary>Where the learned policy comes from: the one built in, or a file of the box that carries a good signature. Whatever is not whole and sound is refused by name.</summary>
internal static class PolicySource
{
    private const string Resource = "policy";
    private const int MostKept = PolicyFile.MostBytes + 256;

    /// <summary>The signature lies beside the file: ECDSA over P-256 and SHA-256 as DER, what `openssl dgst -sha256 -sign KEY.pem -out FILE.sig FILE` writes.</summary>
    public const string SignatureSuffix = ".sig";

    /// <summary>The policy built in; where none is, the plan alone.</summary>
    public static PolicyFile BuiltIn()
    {
        using var stream = typeof(PolicySource).Assembly.GetManifestResourceStream(Resource);
        if (stream is null)
            return PolicyFile.PlanAlone;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return PolicyFile.Read(bytes);
    }

    /// <summary>A policy and who signed it, as it is kept on the box in one file, so that it is there as a whole or not at all: a word, the signature's length, the signature, the policy.</summary>
    public const string KeptName = "policy.signed";

    private static ReadOnlySpan<byte> KeptMagic => "SESIGNED"u8;

    /// <summary>A file and the signature beside it; throws <see cref="PolicyFileException"/> with the file's name when it is not sound, or none of the keys has signed it.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="keys">Whose signatures count.</param>
    public static SignedPolicy Read(string file, IReadOnlyList<PolicySigner> keys) => Named(file, () => Checked(Bytes(file), Bytes(file + SignatureSuffix), keys));

    /// <summary>The policy that was put in place on this box; null where none was. Throws <see cref="PolicyFileException"/> like <see cref="Read"/>.</summary>
    /// <param name="directory">Where the store lies.</param>
    /// <param name="keys">Whose signatures count; not asked where no policy was put in place, as on most boxes.</param>
    public static SignedPolicy? Kept(string directory, Func<IReadOnlyList<PolicySigner>> keys)
    {
        var file = Path.Combine(directory, KeptName);
        return !File.Exists(file) ? null : Named(file, () =>
        {
            var bytes = Bytes(file).AsSpan();
            var head = KeptMagic.Length + 1;
            if (bytes.Length <= head || !bytes[..KeptMagic.Length].SequenceEqual(KeptMagic) || bytes.Length < head + bytes[KeptMagic.Length])
                throw new PolicyFileException("it is cut short or no signed policy");
            return Checked(bytes[(head + bytes[KeptMagic.Length])..].ToArray(), bytes.Slice(head, bytes[KeptMagic.Length]).ToArray(), keys());
        });
    }

    /// <summary>The bytes of the file that is kept.</summary>
    public static byte[] Together(byte[] policy, byte[] signature) => [.. KeptMagic, checked((byte)signature.Length), .. signature, .. policy];

    private static SignedPolicy Checked(byte[] bytes, byte[] signature, IReadOnlyList<PolicySigner> keys)
    {
        foreach (var (name, key) in keys)
            if (key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return new(PolicyFile.Read(bytes), name, bytes, signature);
        throw new PolicyFileException($"none of the {keys.Count} known keys has signed it");
    }

    private static byte[] Bytes(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > MostKept)
            throw new PolicyFileException($"it has more than {MostKept} bytes");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static T Named<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PolicyFileException wrong)
        {
            throw new PolicyFileException($"{file}: {wrong.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new PolicyFileException($"{file}: {failure.Message}");
        }
    }
}

/// <summary>Somebody whose signature under a policy counts.</summary>
internal readonly record struct PolicySigner(string Name, ECDsa Key);

/// <summary>A policy, who signed it, and the very bytes that were signed with their signature.</summary>
internal sealed record SignedPolicy(PolicyFile Policy, string By, byte[] Bytes, byte[] Signature);
