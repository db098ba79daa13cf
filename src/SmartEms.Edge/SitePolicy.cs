using System.Security.Cryptography;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge;

/// <summary>The learned policy that proposes at a site, and where it comes from.</summary>
/// <param name="File">Its network; the plan alone where the box's own was refused.</param>
/// <param name="From">In words.</param>
/// <param name="Refused">Why the policy of the box does not propose, naming the file; empty where nothing was refused.</param>
internal sealed record SitePolicy(PolicyFile File, string From, string Refused = "")
{
    private readonly Lazy<(IPolicy Policy, string Hash)> learned = new(() => (new LearnedPolicy(new(File)), Convert.ToHexStringLower(SHA256.HashData(File.Write()))));

    /// <summary>The one that every site has until another is put in place.</summary>
    public static SitePolicy BuiltIn { get; } = new(PolicySource.BuiltIn(), "built in");

    /// <summary>SHA-256 of the file; records name it by that.</summary>
    public string Hash => learned.Value.Hash;

    public IPolicy Policy => learned.Value.Policy;

    /// <summary>As the store keeps it among its texts.</summary>
    public string Text => Convert.ToBase64String(File.Write());

    /// <summary>A policy whose text a store has kept; null when there is none, or it is damaged.</summary>
    public static SitePolicy? Kept(string? text)
    {
        try
        {
            return text is null ? null : new(PolicyFile.Read(Convert.FromBase64String(text)), "kept in the store");
        }
        catch (Exception failure) when (failure is FormatException or PolicyFileException)
        {
            return null;
        }
    }
}
