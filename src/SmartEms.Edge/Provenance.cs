using System.Reflection;
using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge;

/// <summary>What a decision was made with, by hashes whose texts the store keeps: site file, profiles, policy, program.</summary>
internal static class Provenance
{
    /// <summary>The policy of a site: the plain rule where nothing is to be won by waiting, else the learned one, upon the plan.</summary>
    public static IPolicy PolicyOf(Site site, SitePolicy? learned = null) => site.IsPlanned ? (learned ?? SitePolicy.BuiltIn).Policy : SelfConsumption.Rule;

    /// <summary>Version of the program as it stands in records and on screens.</summary>
    public static string Version { get; } = Informational.Split('+')[0];

    /// <summary>The rule has no weights: its name is all there is to it beside the program. The learned policy is its file.</summary>
    public static string PolicyHashOf(Site site, SitePolicy? learned = null) => site.IsPlanned ? (learned ?? SitePolicy.BuiltIn).Hash : SiteSource.Hash(SelfConsumption.Rule.Name);

    /// <summary>What the build says of itself behind its version (the commit); empty when it says nothing.</summary>
    public static string Build { get; } = Informational.IndexOf('+') is var at and >= 0 ? Informational[(at + 1)..] : "";

    private static string Informational => typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Keeps every text, says in the ledger when something has changed, and gives the hash of the list of profiles.</summary>
    public static string Keep(IStore store, LoadedSite loaded, ProfileSource profiles, Instant at)
    {
        KeepTexts(store, loaded, profiles);
        var configuration = Configuration(loaded, profiles);
        if (store.Last(LedgerKind.Configuration) is not { } last || !last.Body.AsSpan().SequenceEqual(configuration))
            store.Append(LedgerKind.Configuration, at, configuration);
        return ListHash(profiles);
    }

    /// <summary>Keeps the site file, the profiles it uses and their list, and the policy, each by its hash.</summary>
    public static void KeepTexts(IStore store, LoadedSite loaded, ProfileSource profiles)
    {
        store.KeepText(loaded.Hash, loaded.Text);
        foreach (var (_, text) in profiles.Used)
            store.KeepText(SiteSource.Hash(text), text);
        store.KeepText(ListHash(profiles), List(profiles));
        if (loaded.Site.IsPlanned)
            store.KeepText(loaded.Policy.Hash, loaded.Policy.Text);
    }

    /// <summary>What the ledger says when one of these has changed.</summary>
    public static byte[] Configuration(LoadedSite loaded, ProfileSource profiles) =>
        Encoding.UTF8.GetBytes($"site {loaded.Hash}\nprofiles {ListHash(profiles)}\npolicy {PolicyHashOf(loaded.Site, loaded.Policy)}\nprogram {Version} {Build}\n");

    /// <summary>By which records name the profiles that were used.</summary>
    public static string ListHash(ProfileSource profiles) => SiteSource.Hash(List(profiles));

    private static string List(ProfileSource profiles) => string.Concat(profiles.Used.Select(one => $"{one.Name} {SiteSource.Hash(one.Text)}\n"));

    /// <summary>The profiles of a list that was kept; null when the list or one of its texts is not there.</summary>
    public static ProfileSource? Profiles(IStore store, string listHash)
    {
        if (listHash.Length == 0 || store.Text(listHash) is not { } list)
            return null;
        var texts = new Dictionary<string, string>();
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.LastIndexOf(' ') is var space and > 0 && store.Text(line[(space + 1)..]) is { } text)
                texts[line[..space]] = text;
            else
                return null;
        return ProfileSource.Of(texts);
    }
}
