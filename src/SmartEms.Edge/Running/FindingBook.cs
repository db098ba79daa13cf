using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>A finding came or went.</summary>
internal sealed record FindingChange(Finding Finding, bool IsRaised, string Words)
{
    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(IsRaised ? (byte)1 : (byte)0);
        MemoryWire.Finding(to, Finding);
        return to.ToArray();
    }
}

/// <summary>Remembers which findings stand, so that each is told once when it comes and once when it goes.</summary>
internal sealed class FindingBook(Site site)
{
    private readonly Dictionary<(FindingCode, Subject, int), Finding> standing = [];

    public IReadOnlyList<FindingChange> Update(ImmutableArray<Finding> findings)
    {
        if (findings.IsEmpty && standing.Count == 0)
            return [];
        var changes = new List<FindingChange>();
        var seen = new HashSet<(FindingCode, Subject, int)>();
        foreach (var finding in findings)
            if (seen.Add(Key(finding)) && standing.TryAdd(Key(finding), finding))
                changes.Add(new(finding, true, $"{Catalogue.Id(finding.Code)} {Catalogue.What(finding, site)} — {Catalogue.NextStep(finding, site)}"));
        foreach (var (key, gone) in standing)
        {
            if (seen.Contains(key))
                continue;
            standing.Remove(key);
            changes.Add(new(gone, false, $"{Catalogue.Id(gone.Code)} over: {Catalogue.What(gone, site)}"));
        }
        return changes;
    }

    private static (FindingCode, Subject, int) Key(Finding finding) => (finding.Code, finding.Subject, finding.Index);
}
