using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>The emergency stop: pressed, ordered, or unreadable, everything controllable goes to nothing. It goes before every other rule.</summary>
public static class EmergencyStop
{
    /// <summary>Whether everything is to stand still now.</summary>
    public static bool IsOn(ProcessImage image, Site site)
    {
        if (image.Orders.Stop is not null)
            return true;
        for (var i = 0; i < site.Contacts.Length; i++)
        {
            if (site.Contacts[i].Role != ContactRole.EmergencyStop)
                continue;
            var asserted = GridConstraints.Asserted(image, i);
            if (asserted.TryGood(out var pressed) ? pressed : (Failsafe.OfNamed(SafetyInput.StopContact, asserted.Quality) & FailsafeAct.StopAssumed) != 0)
                return true;
        }
        return false;
    }

    /// <summary>The contact that is surely pressed, or null: that stop has to be reset by a person, an unreadable contact's has not.</summary>
    public static Contact? Pressed(ProcessImage image, Site site)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i].Role == ContactRole.EmergencyStop && GridConstraints.Asserted(image, i).TryGood(out var pressed) && pressed)
                return site.Contacts[i];
        return null;
    }
}
