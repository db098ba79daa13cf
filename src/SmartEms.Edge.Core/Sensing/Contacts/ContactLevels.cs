using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>From a line's level to what its contact means. A level nobody knows stays unknown, with its reason.</summary>
public static class ContactLevels
{
    /// <summary>Whether the contact is closed, as its wiring translates the level.</summary>
    public static bool IsClosed(Contact contact, bool level) => level == contact.ClosedLevel;

    /// <summary>Whether the contact asserts its role.</summary>
    public static Reading<bool> Asserted(Contact contact, Reading<bool> level) =>
        level.IsKnown ? new(IsClosed(contact, level.Value) != contact.AssertsByOpening, level.Quality) : Reading.Bad<bool>(level.Quality.Reason);
}

/// <summary>What holds when a contact is not known: the safe reading of each role.</summary>
public static class Fallback
{
    /// <summary>True unless the contact is known to be Good and not asserted: an unreadable stop stops, an unreadable limit limits.
    /// An old reading may tighten, never relax.</summary>
    public static bool InForce(Reading<bool> asserted) => !asserted.TryGood(out var value) || value;
}

/// <summary>The four-relay ripple control receiver for feed-in (100, 60, 30, 0 % of rated power; EEG §9, VDE-AR-N 4105 practice): one relay is closed at a time.</summary>
public static class RippleControl
{
    private static readonly (ContactRole Role, double Percent)[] Steps =
        [(ContactRole.Ripple0, 0), (ContactRole.Ripple30, 30), (ContactRole.Ripple60, 60), (ContactRole.Ripple100, 100)];

    /// <summary>What a relay permits while it is closed; null for contacts that are no such relay.</summary>
    public static Fraction? ShareOf(ContactRole role)
    {
        foreach (var (step, percent) in Steps)
            if (step == role)
                return Fraction.FromPercent(percent);
        return null;
    }

    /// <summary>The permitted share. <paramref name="relay"/> gives the relay of a role, or null where it is not wired.
    /// Several closed, as while switching: the lowest, Uncertain. None closed: 100 % where the 100 % relay is not wired, otherwise Bad(Implausible).
    /// One unreadable relay makes the whole Bad, because it may be the strictest.</summary>
    public static Reading<Fraction> Permitted(Func<ContactRole, Reading<bool>?> relay)
    {
        double? lowest = null;
        var (asserted, wired, age, hasFull, isOld) = (0, 0, 0, false, false);
        foreach (var (role, percent) in Steps)
        {
            if (relay(role) is not { } reading)
                continue;
            if (!reading.IsKnown)
                return Reading.Bad<Fraction>(reading.Quality.Reason);
            wired++;
            hasFull |= role == ContactRole.Ripple100;
            isOld |= !reading.IsGood;
            age = Math.Max(age, reading.Quality.AgeMs);
            if (!reading.Value)
                continue;
            asserted++;
            lowest ??= percent;
        }
        if (wired == 0)
            return Reading.Bad<Fraction>(BadReason.NotInstalled);
        if (asserted == 0 && hasFull)
            return Reading.Bad<Fraction>(BadReason.Implausible);
        return new(Fraction.FromPercent(lowest ?? 100), asserted > 1 || isOld ? Quality.Uncertain(age) : Quality.Good(age));
    }
}
