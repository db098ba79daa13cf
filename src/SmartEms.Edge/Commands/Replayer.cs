using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Commands;

/// <summary>Thinks stored cycles again, each under the site file and the profiles of its time, and compares the bytes; or under another site file, and
/// tells what would have been decided otherwise.</summary>
/// <param name="store">Where the records and texts lie.</param>
/// <param name="fallback">Profiles for records that do not say which they used (form 1).</param>
/// <param name="whatIf">The other site file; null = the one of the time.</param>
internal sealed class Replayer(IStore store, ProfileSource fallback, Site? whatIf)
{
    private const int NotesShown = 20;

    private readonly Dictionary<(string Site, string Profiles), Site?> sites = [];
    private readonly Dictionary<string, SitePolicy?> policies = [];

    /// <summary>What the site had learnt by the record thought last; null = it is looked up in the store.</summary>
    private Brain? learnt;
    private readonly List<string> notes = [];

    public ReplayView Run(Instant from, Instant to)
    {
        var (records, same, different, unreadable) = (0, 0, 0, 0);
        foreach (var entry in store.Read(LedgerKind.Cycle, from, to))
        {
            records++;
            var (verdict, note) = Again(entry);
            same += verdict is true ? 1 : 0;
            different += verdict is false ? 1 : 0;
            unreadable += verdict is null ? 1 : 0;
            if (note is not null && notes.Count < NotesShown)
                notes.Add($"entry {entry.Sequence} ({entry.At}): {note}");
        }
        return new(records, same, different, unreadable, notes);
    }

    private (bool? Same, string? Note) Again(LedgerEntry entry)
    {
        var known = learnt;
        learnt = null; // what follows a record that cannot be thought again does not go on from it
        if (!LedgerChain.IsSound(entry))
            return (null, "the stored record is damaged: its CRC is not the one it was written with");
        CycleRecord record;
        try
        {
            record = CycleRecord.FromBytes(entry.Body);
        }
        catch (InvalidDataException damage)
        {
            return (null, damage.Message);
        }
        if ((whatIf ?? SiteOf(record)) is not { } site)
            return (null, $"the site file it ran under ({Short(record.SiteHash)}…) or a profile of it is not in the store or does not read any more");
        if (PolicyOf(record, site) is not { } policy)
            return (null, $"it was led by {record.PolicyName} {Short(record.PolicyHash)}, which neither this program nor the store has");
        if (!Fits(record, site))
            return (null, "it was made with other devices than this site file has");
        var brain = record.Image.Outside is null ? null : known ?? Learnt.Before(store, entry, site);
        var thought = Cycle.Think(record.Slot, record.Image, site, record.Before with { Brain = brain }, policy);
        learnt = record.Image.Outside is null ? known : thought.Memory.Brain;
        if (whatIf is not null)
            return Otherwise(record.Decision, thought.Decision);
        var decided = record.Decision.Shadows.IsEmpty ? thought.Decision with { Shadows = [] } : thought.Decision; // records before form 7 do not tell them
        var again = CycleRecord.Fingerprint(decided, thought.Findings);
        return again.AsSpan().SequenceEqual(CycleRecord.Fingerprint(record.Decision, record.Findings)) ? (true, null) : (false, "the decision comes out differently");
    }

    /// <summary>Modes and limits count; the words that give the reason may differ.</summary>
    private static (bool? Same, string? Note) Otherwise(Decision was, Decision now)
    {
        var words = new List<string>();
        for (var i = 0; i < was.Batteries.Length; i++)
            if (was.Batteries[i].Mode != now.Batteries[i].Mode)
                words.Add($"battery {i + 1} {was.Batteries[i].Mode} → {now.Batteries[i].Mode}");
            else if (was.Batteries[i] != now.Batteries[i])
                words.Add($"battery {i + 1} {Range(was.Batteries[i])} → {Range(now.Batteries[i])}");
        for (var i = 0; i < was.EvChargers.Length; i++)
            if (was.EvChargers[i] != now.EvChargers[i])
                words.Add($"charger {i + 1} {was.EvChargers[i].Mode} {was.EvChargers[i].ExpectedCharge.Watts:0} W → {now.EvChargers[i].Mode} {now.EvChargers[i].ExpectedCharge.Watts:0} W");
        return words.Count == 0 ? (true, null) : (false, string.Join("; ", words));
    }

    private static string Range(BatteryDecision battery) =>
        $"{battery.Mode} within {battery.Allowed.Low.Value.Watts:0} … {battery.Allowed.High.Value.Watts:0} W, expected {battery.ExpectedDischarge.Watts:0} W";

    private static bool Fits(CycleRecord record, Site site) =>
        record.Image.Batteries.Length == site.Batteries.Length && record.Image.PvPlants.Length == site.PvPlants.Length
        && record.Image.EvChargers.Length == site.EvChargers.Length && record.Image.Devices.Length == site.Devices.Length;

    /// <summary>The policy of that time: the one built in, or one whose text the store has kept. Another site file is thought under with what led then, where it can be had.</summary>
    private IPolicy? PolicyOf(CycleRecord record, Site site)
    {
        if (!policies.TryGetValue(record.PolicyHash, out var learned))
            policies[record.PolicyHash] = learned = record.PolicyHash.Length == 0 || record.PolicyHash == SitePolicy.BuiltIn.Hash ? SitePolicy.BuiltIn : SitePolicy.Kept(store.Text(record.PolicyHash));
        if (whatIf is not null)
            return Provenance.PolicyOf(site, learned);
        var policy = site.IsPlanned && learned is null ? null : Provenance.PolicyOf(site, learned);
        return policy is not null && policy.Name == record.PolicyName && (record.PolicyHash.Length == 0 || record.PolicyHash == Provenance.PolicyHashOf(site, learned)) ? policy : null;
    }

    private Site? SiteOf(CycleRecord record)
    {
        var key = (record.SiteHash, record.ProfilesHash);
        return sites.TryGetValue(key, out var known) ? known : sites[key] = Load(record);
    }

    private Site? Load(CycleRecord record)
    {
        var profiles = record.ProfilesHash.Length == 0 ? fallback : Provenance.Profiles(store, record.ProfilesHash);
        return profiles is not null && store.Text(record.SiteHash) is { } text ? SiteSource.Parse(text, $"site {Short(record.SiteHash)}", profiles).Value?.Site : null;
    }

    private static string Short(string hash) => hash[..Math.Min(12, hash.Length)];
}
