using System.Globalization;
using System.Text;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Running;

/// <summary>What was dropped because the store could not take it: counts and the stretch of time, so that the gap is explicit.</summary>
internal sealed record Losses
{
    private static readonly Instant Never = new(long.MaxValue);
    private static readonly Instant Ever = new(long.MinValue);

    public long Samples { get; private init; }
    public long Entries { get; private init; }
    public Instant From { get; private init; } = Never;
    public Instant To { get; private init; } = Ever;

    public Losses With(PendingBatch batch)
    {
        var (from, to) = (From, To);
        foreach (ref readonly var sample in batch.Samples.Span)
            (from, to) = (sample.At < from ? sample.At : from, sample.At > to ? sample.At : to);
        return this with { Samples = Samples + batch.Samples.Length, From = from, To = to };
    }

    public Losses With(PendingEntry entry) =>
        this with { Entries = Entries + 1, From = entry.At < From ? entry.At : From, To = entry.At > To ? entry.At : To };

    /// <summary>The note that stands in the ledger for what is missing, in UTF-8.</summary>
    public PendingEntry ToNote() => new(LedgerKind.Note, To, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"gap: {Samples} telemetry samples and {Entries} ledger entries from {From} to {To} were dropped because the store could not take them")));
}
