using System.Security.Cryptography;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Syncing;

/// <summary>Whose signature under a policy counts on this box: operators with the role admin, and the box itself, which signs what it has fitted to its own past.</summary>
internal static class PolicyKeys
{
    public const string OfTheBox = "this box";

    /// <param name="directory">Where the store and the keys lie. Lists that cannot be read name nobody.</param>
    public static IReadOnlyList<PolicySigner> Of(string directory)
    {
        var keys = new List<PolicySigner>();
        try
        {
            foreach (var (id, key) in new KeyFiles(directory).Read().All)
                if (key.Role == CommandRole.Admin && CommandSignature.PublicKey(key.Info) is { } known)
                    keys.Add(new($"{key.Name} ({id:x16})", known));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // the cloud link tells of a list that cannot be used
        }
        try
        {
            if (Path.Combine(directory, DeviceKey.PublicFileName) is var file && File.Exists(file))
                foreach (var key in DeviceKey.ReadPublic(file))
                    keys.Add(new(OfTheBox, key));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // without its own key the box takes operators' signatures only
        }
        return keys;
    }

    /// <summary>What proposes on this box: the policy that was put in place, else the one built in; the plan alone where what was put in place is not sound or nobody known has
    /// signed it.</summary>
    public static SitePolicy InForce(string directory)
    {
        try
        {
            return PolicySource.Kept(directory, () => Of(directory)) is { } kept ? new(kept.Policy, $"signed by {kept.By}") : SitePolicy.BuiltIn;
        }
        catch (PolicyFileException wrong)
        {
            return new(PolicyFile.PlanAlone, "the plan alone", wrong.Message);
        }
    }

    /// <summary>The box's own signature.</summary>
    /// <exception cref="IOException">Its key cannot be read or made.</exception>
    public static byte[] Sign(string directory, byte[] policy)
    {
        using var key = DeviceKey.OpenOrMake(directory, ".aside");
        return key.Sign(own => own.SignData(policy, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Puts a signed policy in place, whole or not at all.</summary>
    public static void Keep(string directory, byte[] policy, byte[] signature) => KeyFiles.Keep(Path.Combine(directory, PolicySource.KeptName), PolicySource.Together(policy, signature));
}
