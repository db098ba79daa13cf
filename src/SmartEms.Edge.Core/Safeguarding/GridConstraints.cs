using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>A constraint that holds now, and whether it does so only because its source cannot be read.</summary>
public readonly record struct ActiveConstraint(GridConstraint Constraint, bool IsAssumed)
{
    /// <summary>W; the failsafe while the source is silent.</summary>
    public Power Limit => IsAssumed ? Constraint.Failsafe : Constraint.Limit;

    public Bound By => Constraint.Source switch
    {
        ConstraintSource.Contact => Bound.DsoLimit,
        ConstraintSource.RippleReceiver => Bound.RippleControl,
        _ => Bound.OrderedLimit,
    };
}

/// <summary>Every grid constraint that holds at one moment, whoever set it, and how they narrow. Unknown means limited: a contact nobody can read holds.</summary>
public static class GridConstraints
{
    public static ImmutableArray<ActiveConstraint> InForce(ProcessImage image, Site site)
    {
        if (site.Contacts.IsEmpty && image.Orders.Constraints.IsEmpty)
            return [];
        var active = ImmutableArray.CreateBuilder<ActiveConstraint>();
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i] is { Role: ContactRole.DsoLimit } contact && Holds(image, i) is { } isAssumed)
                active.Add(new(OfContact(contact), isAssumed));
        if (Ripple(image, site) is { } feedIn)
            active.Add(feedIn);
        foreach (var ordered in image.Orders.Constraints)
            if (ordered.IsActive(image.TakenAt))
                active.Add(new(ordered, false));
        return active.DrainToImmutable();
    }

    /// <summary>The smallest limit of a direction, or the one there was.</summary>
    public static Limit Narrow(Limit limit, ConstraintDirection direction, ImmutableArray<ActiveConstraint> active)
    {
        var priority = int.MinValue;
        foreach (var one in active)
        {
            if (one.Constraint.Direction != direction || one.Limit > limit.Value || (one.Limit == limit.Value && one.Constraint.Priority <= priority))
                continue;
            (limit, priority) = (new(one.Limit, one.By), one.Constraint.Priority);
        }
        return limit;
    }

    /// <summary>A battery draws at most what each steerable device may; what it gives is not bounded by that.</summary>
    public static PowerRange NarrowBattery(PowerRange range, ImmutableArray<ActiveConstraint> active) =>
        Consumption(active) is { } most ? range.AtLeast(-most.Value, most.By) : range;

    /// <summary>A charger or a flexible load.</summary>
    public static PowerRange NarrowConsumer(PowerRange range, ImmutableArray<ActiveConstraint> active) =>
        Consumption(active) is { } most ? range.AtMost(most.Value, most.By) : range;

    private static Limit? Consumption(ImmutableArray<ActiveConstraint> active)
    {
        var none = new Limit(Power.FromWatts(double.MaxValue), Bound.None);
        var least = Narrow(none, ConstraintDirection.DeviceConsumption, active);
        return least.By == Bound.None ? null : least;
    }

    private static GridConstraint OfContact(Contact contact) =>
        new(contact.Name, ConstraintSource.Contact, contact.Bounds, contact.Limit) { Evidence = $"contact {contact.Name} at {contact.At}" };

    /// <summary>Null = it does not hold; otherwise whether it is only assumed.</summary>
    private static bool? Holds(ProcessImage image, int index)
    {
        var asserted = Asserted(image, index);
        if (asserted.TryGood(out var value))
            return value ? false : null;
        return (Failsafe.OfNamed(SafetyInput.DsoContact, asserted.Quality) & FailsafeAct.LimitAssumed) != 0 ? true : null;
    }

    /// <summary>Feed-in up to the receiver's step of all PV there is. Unreadable: the strictest step that is wired.</summary>
    private static ActiveConstraint? Ripple(ProcessImage image, Site site)
    {
        var (isWired, strictest) = (false, 100.0);
        foreach (var contact in site.Contacts)
            if (RippleControl.ShareOf(contact.Role) is { } step)
                (isWired, strictest) = (true, Math.Min(strictest, step.Percent));
        if (!isWired)
            return null;
        var permitted = RippleControl.Permitted(role => Relay(image, site, role));
        var isAssumed = !Readable(image, site) || !permitted.IsKnown;
        isAssumed &= (Failsafe.Of(SafetyInput.RippleReceiver, permitted.IsGood ? Loss.Stale : Failsafe.LossOf(permitted.Quality)) & FailsafeAct.LimitAssumed) != 0;
        var share = isAssumed ? strictest : permitted.KnownOr(Fraction.FromPercent(strictest)).Percent;
        if (share >= 100)
            return null;
        var rated = Power.Zero;
        foreach (var plant in site.PvPlants)
            rated += plant.Rated;
        var limit = rated * (share / 100);
        return new(new("ripple", ConstraintSource.RippleReceiver, ConstraintDirection.Export, limit) { Evidence = $"ripple control receiver, {share:0} %" }, isAssumed);
    }

    /// <summary>Several closed relays are a moment of switching and no loss; one that is old or unread is.</summary>
    private static bool Readable(ProcessImage image, Site site)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
            if (RippleControl.ShareOf(site.Contacts[i].Role) is not null && !Asserted(image, i).IsGood)
                return false;
        return true;
    }

    private static Reading<bool>? Relay(ProcessImage image, Site site, ContactRole role)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
            if (site.Contacts[i].Role == role)
                return Asserted(image, i);
        return null;
    }

    /// <summary>What a contact says; one the image does not carry has not been read.</summary>
    internal static Reading<bool> Asserted(ProcessImage image, int index) =>
        index < image.Contacts.Length ? image.Contacts[index].Asserted : Reading.Bad<bool>(BadReason.NeverRead);
}
