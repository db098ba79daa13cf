using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Whether the site's relays may stand energised: they are wired energise-to-run, so that whatever fails lets them fall.</summary>
public static class RelayPermission
{
    /// <summary>Nothing is stopped, and no contact that may demand something is unreadable.</summary>
    public static bool MayRun(ProcessImage image, Site site)
    {
        if (EmergencyStop.IsOn(image, site))
            return false;
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i].Role != ContactRole.PulseMeter && !GridConstraints.Asserted(image, i).IsKnown)
                return false;
        return true;
    }
}
