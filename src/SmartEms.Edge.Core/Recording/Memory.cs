using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Whatever must survive between cycles and restarts. One cycle hands it to the next; it is stored with every record.</summary>
public sealed record Memory(Decision? LastDecision, FollowMemory Follow, AlertBook Alerts)
{
    public static Memory Fresh(Site site) => new(null, FollowMemory.Fresh(site), AlertBook.Empty);
}
