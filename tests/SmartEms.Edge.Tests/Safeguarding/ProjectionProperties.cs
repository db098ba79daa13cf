using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>The projection of whatever is wished onto what is allowed, at its three places: a number onto a range, a range through every bound, a site's wish through
/// the whole of Follow. Each is idempotent (what came out comes out again), monotone (who wishes more never gets less), and never widens.</summary>
public sealed class ProjectionProperties(ITestOutputHelper story)
{
    [Fact]
    public void A_clipped_wish_stays_as_it_is() => Always.Holds(Wish, one =>
    {
        Assert.Equal(one.Range.Clip(one.Wish), one.Range.Clip(one.Range.Clip(one.Wish)));
        Assert.Equal(one.Range.ClipToWhole(one.Wish), one.Range.ClipToWhole(one.Range.ClipToWhole(one.Wish)));
    }, story);

    [Fact]
    public void A_larger_wish_never_gets_less() => Always.Holds(Wish.Zip(Anything.Power), pair =>
    {
        var (one, other) = pair;
        var (less, more) = (Power.Min(one.Wish, other), Power.Max(one.Wish, other));
        Assert.True(one.Range.Clip(less) <= one.Range.Clip(more));
        Assert.True(one.Range.ClipToWhole(less) <= one.Range.ClipToWhole(more));
    }, story);

    [Fact]
    public void What_comes_out_is_allowed_and_whole() => Always.Holds(Wish, one =>
    {
        var (clipped, whole) = (one.Range.Clip(one.Wish), one.Range.ClipToWhole(one.Wish));
        Assert.True(clipped <= one.Range.High.Value && whole <= one.Range.High.Value, "above the high side, which wins always");
        Assert.Equal(Math.Floor(whole.Watts), whole.Watts);
        if (one.Range.Low.Value > one.Range.High.Value)
            return;
        Assert.True(clipped >= one.Range.Low.Value);
        if (Math.Ceiling(one.Range.Low.Value.Watts) <= one.Range.High.Value.Watts)
            Assert.True(whole >= one.Range.Low.Value, "a whole watt was to be had inside");
    }, story);

    [Fact]
    public void A_range_only_narrows_and_remembers_by_what() => Always.Holds(Anything.Range.Zip(Anything.Cut), pair =>
    {
        var (before, cut) = pair;
        var after = Anything.Narrowed(before, cut);
        Within(before, after, cut.By.ToString());
        Assert.Equal(after, Anything.Narrowed(after, cut));
        Assert.Equal(after.High.Value == before.High.Value ? before.High.By : cut.By, after.High.By);
        Assert.Equal(after.Low.Value == before.Low.Value ? before.Low.By : cut.By, after.Low.By);
    }, story);

    [Fact]
    public void No_bound_widens_and_none_asked_twice_says_more() => Always.Holds(Anything.Moment.Zip(Anything.Range), pair =>
    {
        foreach (var (name, narrow) in Bounds(pair.Item1))
        {
            var once = narrow(pair.Item2);
            Within(pair.Item2, once, name);
            Assert.Equal((name, once), (name, narrow(once)));
        }
    }, story, 5_000);

    [Fact]
    public void A_bound_leaves_a_narrower_range_no_more() => Always.Holds(Anything.Moment.Zip(Anything.Range).Zip(Anything.Cut.ListOf()), pair =>
    {
        var ((at, wide), cuts) = pair;
        var narrow = cuts.Aggregate(wide, Anything.Narrowed);
        foreach (var (name, bound) in Bounds(at))
            Within(bound(wide), bound(narrow), name);
    }, story, 5_000);

    [Fact]
    public void The_envelope_never_leaves_the_site_and_forces_nothing() => Always.Holds(Anything.Moment, at =>
    {
        var envelope = Envelope.Draw(at.Image, at.Site);
        Assert.InRange(envelope.ImportMax.Value.Watts, 0, at.Site.Pcc.ImportMax.Watts);
        Assert.InRange(envelope.ExportMax.Value.Watts, 0, at.Site.Pcc.ExportMax.Watts);
        for (var i = 0; i < at.Site.Batteries.Length; i++)
            Around(PowerRange.Of(-at.Site.Batteries[i].ChargeMax, at.Site.Batteries[i].DischargeMax, Bound.Rating), envelope.Batteries[i]);
        for (var i = 0; i < at.Site.EvChargers.Length; i++)
            Around(PowerRange.Of(Power.Zero, at.Site.EvChargers[i].CurrentMax * at.Site.Pcc.NominalVoltage * at.Site.EvChargers[i].Phases, Bound.Rating), envelope.EvChargers[i]);
        for (var i = 0; i < at.Site.PvPlants.Length; i++)
            Around(PowerRange.Of(Power.Zero, at.Site.PvPlants[i].Rated, Bound.Rating), envelope.PvPlants[i]);
        for (var i = 0; i < at.Site.Loads.Length; i++)
            Around(PowerRange.Of(Power.Zero, at.Site.Loads[i].Rated, Bound.Rating), envelope.Loads[i]);
    }, story, 5_000);

    [Fact]
    public void A_tighter_site_has_no_wider_envelope() => Always.Holds(Anything.Moment.Zip(Gen.Choose(0, 100).ArrayOf(Tighter.Ways)), pair =>
    {
        var (at, shares) = pair;
        Narrower(Envelope.Draw(at.Image, at.Site), Envelope.Draw(at.Image, Tighter.Of(at.Site, [.. shares.Select(share => share / 100.0)])));
    }, story, 5_000);

    [Fact]
    public void A_worse_reading_never_relaxes_a_limit() => Always.Holds(Anything.Moment.Zip(Anything.Dice), pair =>
    {
        var (at, dice) = pair;
        var (worse, isCurrent) = Worse.Of(at.Image, dice);
        var (before, after) = (Envelope.Draw(at.Image, at.Site), Envelope.Draw(worse, at.Site));
        if ((at.Image.Grid.Frequency.IsKnown && !worse.Grid.Frequency.IsKnown) || (before.IsIsland && !after.IsIsland))
            after = WithoutExchange(before, after);
        Narrower(isCurrent ? WithoutCurrents(at.Site, before, after) : before, after);
    }, story, 5_000);

    [Fact]
    public void What_Follow_made_of_an_order_it_makes_again() => Always.Holds(Anything.Step.Zip(Order), pair =>
    {
        var (step, order) = pair;
        var first = Asked(step, order);
        Assert.Equal(first, Asked(step, first.Watts));
    }, story);

    [Fact]
    public void Who_orders_more_discharge_never_gets_less() => Always.Holds(Anything.Step.Zip(Order).Zip(Order), pair =>
    {
        var ((step, one), other) = pair;
        Assert.True(Asked(step, Math.Min(one, other)) <= Asked(step, Math.Max(one, other)));
    }, story);

    private static readonly Gen<(PowerRange Range, Power Wish)> Wish = Anything.Range.Zip(Anything.Power, (range, wish) => (range, wish));

    private static readonly Gen<double> Order = Anything.Power.Select(power => power.Watts);

    /// <summary>What the battery is asked for when somebody orders a power by hand; it lies inside the envelope whatever the order.</summary>
    private static Power Asked((FollowInput Input, FollowMemory Memory) step, double watts)
    {
        var image = step.Input.Image;
        var order = new Override(1, OverrideKind.BatteryPower, 0, watts, image.TakenAt + TimeSpan.FromHours(1));
        var followed = Follow.Step(step.Input with { Image = image with { Orders = new() { Overrides = [order] } } }, step.Memory);
        var (asked, allowed) = (followed.Setpoints.Batteries[0].Discharge, followed.Envelope.Batteries[0]);
        Assert.Equal(asked, allowed.ClipToWhole(asked));
        return asked;
    }

    /// <summary>Every bound there is for a battery, a charger or the connection, as it stands at a moment.</summary>
    private static IEnumerable<(string Name, Func<PowerRange, PowerRange> Narrow)> Bounds(AnyMoment at)
    {
        var (image, site) = (at.Image, at.Site);
        var (reactions, active) = (Reactions.Of(image, site), GridConstraints.InForce(image, site));
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (index, now, battery) = (i, image.Batteries[i], site.Batteries[i]);
            yield return ("SoC", range => StateOfCharge.Narrow(range, now, battery, isIsland: false));
            yield return ("SoC in an island", range => StateOfCharge.Narrow(range, now, battery, isIsland: true));
            yield return ("BMS", range => BmsLimits.Narrow(range, now));
            yield return ("cells", range => CellVoltages.Narrow(range, now, battery));
            yield return ("temperature", range => Temperatures.Narrow(range, now, battery));
            yield return ("readings", range => UnknownReadings.Narrow(range, reactions, index));
        }
        yield return ("battery constraint", range => GridConstraints.NarrowBattery(range, active));
        yield return ("consumer constraint", range => GridConstraints.NarrowConsumer(range, active));
        yield return ("import constraint", range => range with { High = GridConstraints.Narrow(range.High, ConstraintDirection.Import, active) });
        yield return ("export constraint", range => range with { High = GridConstraints.Narrow(range.High, ConstraintDirection.Export, active) });
        for (var i = 0; i < site.EvChargers.Length; i++)
        {
            var index = i;
            yield return ("unbalance", range => PhaseUnbalance.Narrow(range, image, site, index));
        }
    }

    /// <summary>What a lost phase current or a lost exchange means for the fuse is judged for one phase only and may lie above the measured case; and a lost meter leaves
    /// chargers their minimum (failsafe table) where the measured phases left them less.</summary>
    private static Envelope WithoutCurrents(Site site, Envelope before, Envelope after) => before with
    {
        ImportMax = after.ImportMax,
        ExportMax = after.ExportMax,
        EvChargers = [.. before.EvChargers.Select((range, i) => range with { High = range.High with { Value = Power.Max(range.High.Value, site.EvChargers[i].CurrentMin * site.Pcc.NominalVoltage * site.EvChargers[i].Phases) } })],
    };

    /// <summary>A lost frequency ends P(f) and a lost voltage the island; the failsafe table ends all exchange by choice in their stead.</summary>
    private static Envelope WithoutExchange(Envelope before, Envelope after)
    {
        Assert.Equal((Power.Zero, Power.Zero), (after.ImportMax.Value, after.ExportMax.Value));
        return after with { EvChargers = before.EvChargers, PvPlants = before.PvPlants, Loads = before.Loads };
    }

    private static void Narrower(Envelope before, Envelope after)
    {
        Assert.True(after.ImportMax.Value <= before.ImportMax.Value, "the site may import more");
        Assert.True(after.ExportMax.Value <= before.ExportMax.Value, "the site may export more");
        All(before.Batteries, after.Batteries, "a battery");
        All(before.EvChargers, after.EvChargers, "a charger");
        All(before.PvPlants, after.PvPlants, "a plant");
        All(before.Loads, after.Loads, "a flexible load");
    }

    private static void All(ImmutableArray<PowerRange> before, ImmutableArray<PowerRange> after, string what)
    {
        for (var i = 0; i < before.Length; i++)
            Within(before[i], after[i], what);
    }

    private static void Around(PowerRange rating, PowerRange range)
    {
        Within(rating, range, "rating");
        Assert.True(range.Low.Value <= Power.Zero && range.High.Value >= Power.Zero, $"{range} forces a device to move");
    }

    private static void Within(PowerRange wide, PowerRange narrow, string what) =>
        Assert.True(narrow.Low.Value >= wide.Low.Value && narrow.High.Value <= wide.High.Value, $"{what}: {narrow} is wider than {wide}");
}
