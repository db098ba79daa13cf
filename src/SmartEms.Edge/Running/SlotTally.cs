using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>Writes a summary into the ledger at the end of each quarter-hour, for whoever is not at the site.</summary>
internal sealed class SlotTally(Site site, Recorder recorder)
{
    private Slot? current;
    private TallyMark begun;

    /// <summary>Called with every step, after it was counted.</summary>
    public void Look(ProcessImage image, Tally tally)
    {
        var now = Slot.Of(image.TakenAt);
        if (current == now)
            return;
        if (current is { } ended)
            _ = recorder.AppendAsync(LedgerKind.Summary, image.TakenAt, new SlotSummary(ended, TallyMark.Of(tally) - begun, SlotSummary.SocOf(image, site)).ToBytes());
        (current, begun) = (now, TallyMark.Of(tally));
    }
}
