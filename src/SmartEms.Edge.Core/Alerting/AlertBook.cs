using System.Collections.Immutable;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Alerting;

/// <summary>Someone must know: a finding that has lasted, since when, and whether it is still there.</summary>
public readonly record struct Alert(FindingCode Code, Subject Subject, int Index, Instant Since, Instant LastSeen, double Value);

/// <summary>The open alerts. A finding opens one at once, its absence for a minute closes it, so that one that comes and goes is one alert; the book is part
/// of Memory and so survives a restart.</summary>
public sealed record AlertBook(ImmutableArray<Alert> Open)
{
    private static readonly TimeSpan ClosesAfter = TimeSpan.FromMinutes(1);

    public static AlertBook Empty { get; } = new([]);

    /// <summary>The book after a look at the present findings.</summary>
    public AlertBook Update(ImmutableArray<Finding> findings, Instant now)
    {
        if (findings.IsEmpty && Open.IsEmpty)
            return this;
        var open = ImmutableArray.CreateBuilder<Alert>(findings.Length);
        foreach (var finding in findings)
            if (!Holds(open, finding))
                open.Add(new(finding.Code, finding.Subject, finding.Index, SinceOf(finding, now), now, finding.Value));
        foreach (var alert in Open)
            if (IsRecent(alert, now) && !Holds(open, new(alert.Code, alert.Subject, alert.Index)))
                open.Add(alert);
        return new(open.DrainToImmutable());
    }

    /// <summary>The book after an alert was opened or closed, as the ledger tells it.</summary>
    public AlertBook With(Alert alert, bool isOpen)
    {
        var others = Open.RemoveAll(other => (other.Code, other.Subject, other.Index) == (alert.Code, alert.Subject, alert.Index));
        return new(isOpen ? others.Add(alert) : others);
    }

    /// <summary>A clock that was set back would hold an alert for as long as it lost: then it closes at once.</summary>
    private static bool IsRecent(Alert alert, Instant now) => now >= alert.LastSeen && now - alert.LastSeen < ClosesAfter;

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
