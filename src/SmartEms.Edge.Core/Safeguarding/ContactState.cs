using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>What the site's contacts demand now. Unknown is in force: a stop nobody can read stops, a limit nobody can read limits.</summary>
/// <param name="IsStopped">An emergency stop is pressed, or cannot be read.</param>
/// <param name="IsLimited">The network operator limits consumption, or its contact cannot be read.</param>
/// <param name="FeedIn">What the ripple control receiver permits of rated power; null where there is none.</param>
/// <param name="IsBlind">A contact that may demand something cannot be read at all.</param>
public readonly record struct ContactState(bool IsStopped, bool IsLimited, Fraction? FeedIn, bool IsBlind)
{
    /// <summary>What each controllable device may take from the grid while the operator limits: 4.2 kW (BNetzA BK6-22-300, annex 1, 4.5.1).</summary>
    public static readonly Power LimitedTo = Power.FromWatts(4_200);

    /// <summary>Whether the relays may stand energised: nothing is stopped and nothing is unreadable.</summary>
    public bool MayRun => !IsStopped && !IsBlind;

    public static ContactState Of(ProcessImage image, Site site)
    {
        var (stopped, limited, blind) = (false, false, false);
        for (var i = 0; i < site.Contacts.Length; i++)
        {
            var role = site.Contacts[i].Role;
            var asserted = At(image, i);
            stopped |= role == ContactRole.EmergencyStop && Fallback.InForce(asserted);
            limited |= role == ContactRole.DsoLimit && Fallback.InForce(asserted);
            blind |= role != ContactRole.PulseMeter && !asserted.IsKnown;
        }
        return new(stopped, limited, Permitted(image, site), blind);
    }

    /// <summary>Battery power, discharge positive.</summary>
    public PowerRange OfBattery(PowerRange range)
    {
        if (IsLimited)
            range = range.AtLeast(-LimitedTo, Bound.DsoLimit);
        return IsStopped ? range.Nothing(Bound.EmergencyStop) : range;
    }

    /// <summary>Charging power.</summary>
    public PowerRange OfCharger(PowerRange range)
    {
        if (IsLimited)
            range = range.AtMost(LimitedTo, Bound.DsoLimit);
        return IsStopped ? range.AtMost(Power.Zero, Bound.EmergencyStop) : range;
    }

    /// <summary>Production.</summary>
    public PowerRange OfPlant(PowerRange range, Power rated)
    {
        if (FeedIn is { } share)
            range = range.AtMost(rated * share.Ratio, Bound.RippleControl);
        return IsStopped ? range.AtMost(Power.Zero, Bound.EmergencyStop) : range;
    }

    /// <summary>A contact the image does not hold has never been read.</summary>
    private static Reading<bool> At(ProcessImage image, int contact) => contact < image.Contacts.Length ? image.Contacts[contact].Asserted : default;

    /// <summary>What the relays say while all of them are Good; the strictest that is wired in any other case: what is old may tighten and never relax.</summary>
    private static Fraction? Permitted(ProcessImage image, Site site)
    {
        var isGood = true;
        Fraction? strictest = null;
        for (var i = 0; i < site.Contacts.Length; i++)
        {
            if (RippleControl.ShareOf(site.Contacts[i].Role) is not { } share)
                continue;
            isGood &= At(image, i).IsGood;
            strictest = strictest is { } other && other.Ratio <= share.Ratio ? other : share;
        }
        if (strictest is null)
            return null;
        var said = RippleControl.Permitted(role => Of(role, image, site));
        return isGood && said.IsKnown ? said.Value : strictest;
    }

    private static Reading<bool>? Of(ContactRole role, ProcessImage image, Site site)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i].Role == role)
                return At(image, i);
        return null;
    }
}
