using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge;

/// <summary>What one site file leaves to the next in the same process.</summary>
/// <param name="Ground">What both stand on.</param>
/// <param name="Loaded">The file that ruled.</param>
/// <param name="Left">What control remembered under it.</param>
/// <param name="Decided">The newest quarter-hour that was decided.</param>
internal sealed record HandOver(Ground Ground, LoadedSite Loaded, Memory Left, Slot? Decided)
{
    /// <summary>What devices were told and keep until the next site file tells them anew.</summary>
    public ImmutableHashSet<(string Device, ControlKind Kind)> Held { get; init; } = [];

    /// <summary>What the pulse meters have counted; null while nobody knew what had been counted before.</summary>
    public ImmutableArray<PulseMark>? Pulses { get; init; }

    /// <summary>What the next site file remembers: all of it when it is the same one, else nothing that was decided, and of each part what was known of the part of
    /// its name.</summary>
    public Memory For(LoadedSite next) => next.Hash == Loaded.Hash
        ? Left
        : Left with { LastDecision = null, Follow = Left.Follow.Moved(Loaded.Site, next.Site), Alerts = KeepsAlerts(next.Site) ? Left.Alerts : AlertBook.Empty };

    /// <summary>Alerts name parts by their place in the site: where these have moved they are closed here, and what is still so is opened anew.</summary>
    public void CloseAlerts(Site next)
    {
        if (!KeepsAlerts(next))
            foreach (var change in AlertChange.Between(Left.Alerts, AlertBook.Empty))
                _ = Ground.Recorder.AppendAsync(LedgerKind.Alert, Ground.Clock.Now, change.ToBytes());
    }

    private bool KeepsAlerts(Site next) => Loaded.Site.HasSameParts(next);
}
