using System.Security.Cryptography;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge;

/// <summary>Where the learned policy comes from: the one built in, or a file of the box that carries a good signature. Whatever is not whole and sound is refused by name.</summary>
internal static class PolicySource
{
    private const string Resource = "policy";

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

    /// <summary>A file of the box: the policy, or null and why it was refused.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="keys">Public keys, one of which must have signed it.</param>
    public static (PolicyFile? Policy, string? Why) Read(string file, IReadOnlyList<ECDsa> keys)
    {
        try
        {
            if (new FileInfo(file).Length > PolicyFile.MostBytes)
                return (null, $"{file}: it has more than {PolicyFile.MostBytes} bytes");
            var (bytes, signature) = (File.ReadAllBytes(file), File.ReadAllBytes(file + SignatureSuffix));
            foreach (var key in keys)
                if (key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                    return (PolicyFile.Read(bytes), null);
            return (null, $"{file}: none of the {keys.Count} known keys has signed it");
        }
        catch (PolicyFileException wrong)
        {
            return (null, $"{file}: {wrong.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return (null, $"{file}: {failure.Message}");
        }
    }
}
