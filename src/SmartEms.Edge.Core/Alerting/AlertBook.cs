using System.Collections.Immutable;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Alerting;

/// <summary>Someone must know: a finding that has lasted, since when, and whether it is still there.</summary>
public readonly record struct Alert(FindingCode Code, Subject Subject, int Index, Instant Since, Instant LastSeen, double Value);

/// <summary>The open alerts. A finding opens one, its absence closes it; the book is part of Memory and so survives a restart.</summary>
public sealed record AlertBook(ImmutableArray<Alert> Open)
{
    public static AlertBook Empty { get; } = new([]);

    /// <summary>The book after a look at the present findings.</summary>
    public AlertBook Update(ImmutableArray<Finding> findings, Instant now)
    {
        if (findings.IsEmpty)
            return Open.IsEmpty ? this : Empty;
        var open = ImmutableArray.CreateBuilder<Alert>(findings.Length);
        foreach (var finding in findings)
            if (!Holds(open, finding))
                open.Add(new(finding.Code, finding.Subject, finding.Index, SinceOf(finding, now), now, finding.Value));
        return new(open.DrainToImmutable());
    }

    private Instant SinceOf(Finding finding, Instant now)
    {
        foreach (var alert in Open)
            if (Same(alert, finding))
                return alert.Since;
        return now;
    }

    private static bool Holds(ImmutableArray<Alert>.Builder open, Finding finding)
    {
        foreach (var alert in open)
            if (Same(alert, finding))
                return true;
        return false;
    }

    private static bool Same(Alert alert, Finding finding) =>
        alert.Code == finding.Code && alert.Subject == finding.Subject && alert.Index == finding.Index;
}
