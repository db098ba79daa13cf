using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Whatever must survive between cycles and restarts. One cycle hands it to the next; it is stored with every record.</summary>
public sealed record Memory(Decision? LastDecision, FollowMemory Follow, AlertBook Alerts)
{
    /// <summary>What forecasts and plans are made from; null while the images tell nothing to learn. It is stored apart, once a day, and rolled on with what
    /// the records' images tell.</summary>
    public Brain? Brain { get; init; }

    public static Memory Fresh(Site site) => new(null, FollowMemory.Fresh(site), AlertBook.Empty);
}
