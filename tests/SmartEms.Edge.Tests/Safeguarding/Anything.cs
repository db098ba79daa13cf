using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Storms;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>A site and what its devices say at one moment.</summary>
internal sealed record AnyMoment(Site Site, ProcessImage Image);

/// <summary>Generators of everything the projection may meet: any power, any range, any site, and moments whose registers hold any bits at all (NaN, infinities,
/// far out of range, old, gone), read the way the box reads them.</summary>
internal static class Anything
{
    /// <summary>Any finite power, W: ordinary, with fractions, and the largest and smallest there are.</summary>
    public static readonly Gen<Power> Power = Gen.OneOf(
        Gen.Choose(-120_000, 120_000).Select(tenths => tenths / 10.0),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => number.Get),
        Gen.Elements(0.0, 0.4999, -0.5, 1e-300, double.Epsilon, 1e300, double.MaxValue, -double.MaxValue)).Select(Core.Quantities.Power.FromWatts);

    public static readonly Gen<Bound> Bound = Gen.Elements(Enum.GetValues<Bound>());

    /// <summary>One narrowing: at most, at least, nothing.</summary>
    public static readonly Gen<(int Kind, Power Value, Bound By)> Cut =
        from kind in Gen.Choose(0, 2)
        from value in Power
        from bound in Bound
        select (kind, value, bound);

    /// <summary>A range as bounds leave it: around nothing, on one side, or empty.</summary>
    public static readonly Gen<PowerRange> Range =
        from one in Power
        from other in Power
        from cuts in Cut.ListOf()
        select cuts.Aggregate(PowerRange.Of(Core.Quantities.Power.Min(one, other), Core.Quantities.Power.Max(one, other), Core.Safeguarding.Bound.Rating), Narrowed);

    /// <summary>Chance for what is drawn by hand-written generators.</summary>
    public static readonly Gen<Dice> Dice = Gen.Choose(0, int.MaxValue).Select(seed => new Dice((ulong)seed));

    /// <summary>Any site a site file could describe, with contacts, reserve, watched phases and a flexible load.</summary>
    public static readonly Gen<Site> Site = Dice.Select(dice =>
    {
        var site = new RandomSites(dice).Site();
        ContactRole[] roles = [ContactRole.DsoLimit, ContactRole.EmergencyStop, ContactRole.Ripple60, ContactRole.Ripple0];
        return site with
        {
            Pcc = site.Pcc with { UnbalanceMax = dice.Chance(0.5) ? Current.FromAmperes(dice.Pick(0, 12.5, 20)) : null },
            Batteries = [.. site.Batteries.Select(battery => battery with { BackupReserve = Fraction.FromRatio(dice.Pick(0, 0.3, 1)) })],
            Loads = dice.Chance(0.5) ? [new("boiler", 0, Core.Quantities.Power.FromWatts(dice.Between(500, 6_000)))] : [],
            Contacts = [.. roles.Where(_ => dice.Chance(0.25)).Select(role => new Contact(role.ToString(), role, new("board", "0")) { Bounds = dice.Pick(ConstraintDirection.Import, ConstraintDirection.DeviceConsumption) })],
        };
    });

    /// <summary>What stands in a device's registers for a measure: any double, or one its fact allows; and how long ago it was read.</summary>
    private static Gen<Sample> Sample(Measure measure)
    {
        var fact = Measures.Fact(measure);
        var point = new PointDefinition(fact.Name, RegisterType.F64) { Min = fact.Min, Max = fact.Max };
        var raw = Gen.Frequency(
            (1, ArbMap.Default.GeneratorFor<double>()),
            (1, Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, fact.Min, fact.Max, -0.0)),
            (8, Gen.Choose(0, 1_000_000).Select(part => fact.Min + ((fact.Max - fact.Min) * part / 1e6))));
        var age = Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Choose(0, 4 * fact.MaxAgeMs)), (1, Gen.Constant(int.MaxValue)));
        return from value in raw
               from ageMs in age
               select Decoding.Number(point, BitConverter.DoubleToUInt64Bits(value)).Aged(ageMs, fact.MaxAgeMs);
    }

    /// <summary>Every device of a site says any bits at all.</summary>
    private static Gen<ProcessImage> Registers(Site site) =>
        from samples in Gen.CollectToArray(site.Devices.SelectMany(_ => Enum.GetValues<Measure>()).Select(Sample))
        from asserted in Asserted.ListOf(site.Contacts.Length)
        select FieldImage.Of(site, [.. samples.Chunk(Measures.Count)], [.. site.Devices.Select(_ => new DeviceReadings(LinkState.Up, 0, 0))], new Instant(1_750_000_000_000)) with
        {
            Contacts = [.. asserted.Select(said => new ContactReadings { Asserted = said })],
        };

    private static readonly Gen<Reading<bool>> Asserted =
        from said in Gen.Elements(false, true)
        from quality in Gen.Elements(Quality.Good(), Quality.Good(), Quality.Uncertain(9_000), Quality.Bad(BadReason.Unreachable))
        select new Reading<bool>(said, quality);

    /// <summary>Ordinary readings of every quality near the bounds, or any bits.</summary>
    public static readonly Gen<AnyMoment> Moment =
        from site in Site
        from dice in Dice
        from image in Gen.Frequency(
            (2, Gen.Constant(0).Select(_ => new RandomSites(dice).Image(site, FollowMemory.Fresh(site), dice.Pick(1, 0.97, 0.6)))),
            (1, Registers(site)))
        from constraints in Constraint.ListOf(2)
        select new AnyMoment(site, image with { Orders = new() { Constraints = [.. constraints.OfType<GridConstraint>()] } });

    private static readonly Gen<GridConstraint?> Constraint = Gen.OneOf(
        Gen.Constant<GridConstraint?>(null),
        from direction in Gen.Elements(Enum.GetValues<ConstraintDirection>())
        from watts in Gen.OneOf(Gen.Choose(0, 120_000).Select(tenths => tenths / 10.0), Gen.Elements(0, 1e300, double.MaxValue))
        from priority in Gen.Choose(-1, 1)
        select (GridConstraint?)new GridConstraint("any", ConstraintSource.Manual, direction, Core.Quantities.Power.FromWatts(watts)) { Priority = priority });

    /// <summary>A step of Follow on a site with one battery, after another step has left its memory.</summary>
    public static readonly Gen<(FollowInput Input, FollowMemory Memory)> Step = Dice.Select(dice =>
    {
        var random = new RandomSites(dice);
        var site = random.Site() with { Batteries = [Given.Battery with { ChargeMax = Core.Quantities.Power.FromWatts(dice.Pick(0, 999.9, 5_000)), RampWattsPerSecond = dice.Pick(100, 333.3, 100_000) }] };
        var memory = Follow.Step(random.Input(site, FollowMemory.Fresh(site)), FollowMemory.Fresh(site)).Memory;
        return (random.Input(site, memory) with { Decision = random.Decision(site), DecisionAge = TimeSpan.Zero }, memory);
    });

    public static PowerRange Narrowed(PowerRange range, (int Kind, Power Value, Bound By) cut) => cut.Kind switch
    {
        0 => range.AtMost(cut.Value, cut.By),
        1 => range.AtLeast(cut.Value, cut.By),
        _ => range.Nothing(cut.By),
    };
}
