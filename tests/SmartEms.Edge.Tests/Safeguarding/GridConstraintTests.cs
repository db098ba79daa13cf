using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

public sealed class GridConstraintTests
{
    private static readonly Contact Limit = new("steuerbox", ContactRole.DsoLimit, new("board", "0"));

    [Theory]
    [InlineData(true, Trust.Good, -4_200)]
    [InlineData(false, Trust.Good, -5_000)]
    [InlineData(false, Trust.Uncertain, -4_200)]
    [InlineData(true, Trust.Uncertain, -4_200)]
    [InlineData(false, Trust.Bad, -4_200)]
    public void A_contact_limits_unless_it_is_surely_idle(bool asserted, Trust trust, double low)
    {
        var site = Given.Site() with { Contacts = [Limit] };
        var image = Given.Image(site) with { Contacts = [new() { Asserted = new(asserted, new(trust, BadReason.None, 0)) }] };
        var envelope = Envelope.Draw(image, site);
        Assert.Equal(low, envelope.Batteries[0].Low.Value.Watts);
        Assert.Equal(low < -4_500 ? Bound.Rating : Bound.DsoLimit, envelope.Batteries[0].Low.By);
        Assert.Equal(5_000, envelope.Batteries[0].High.Value.Watts); // a limit on consumption never bounds what is given
        Assert.Equal(trust != Trust.Good, envelope.Constraints is [{ IsAssumed: true }]);
    }

    [Fact]
    public void A_contact_the_image_does_not_carry_limits()
    {
        var site = Given.Site() with { Contacts = [Limit] };
        Assert.True(Assert.Single(Envelope.Draw(Given.Image(site), site).Constraints).IsAssumed);
    }

    [Fact]
    public void A_contact_may_bound_the_whole_import()
    {
        var site = Given.Site() with { Contacts = [Limit with { Bounds = ConstraintDirection.Import, Limit = Power.FromWatts(5_500) }] };
        var image = Given.Image(site) with { Contacts = [new() { Asserted = Reading.Good(true) }] };
        Assert.Equal(new Limit(Power.FromWatts(5_500), Bound.DsoLimit), Envelope.Draw(image, site).ImportMax);
    }

    [Theory]
    [InlineData("100", 8_000, false)]
    [InlineData("60", 6_000, false)]
    [InlineData("30", 3_000, false)]
    [InlineData("0", 0, false)]
    [InlineData("30 0", 0, false)]
    [InlineData("", 0, true)]
    [InlineData("100 lost", 0, true)]
    public void The_ripple_receiver_bounds_feed_in(string closed, double export, bool isAssumed)
    {
        var roles = new[] { (ContactRole.Ripple100, "100"), (ContactRole.Ripple60, "60"), (ContactRole.Ripple30, "30"), (ContactRole.Ripple0, "0") };
        var site = Given.Site() with { Contacts = [.. roles.Select(role => new Contact(role.Item2, role.Item1, new("board", role.Item2)))] };
        var image = Given.Image(site) with
        {
            Contacts = [.. roles.Select(role => new ContactReadings { Asserted = closed.EndsWith("lost", StringComparison.Ordinal) && role.Item2 == "30" ? Reading.Bad<bool>(BadReason.Unreachable) : Reading.Good(closed.Split(' ').Contains(role.Item2)) })],
        };
        var envelope = Envelope.Draw(image, site);
        Assert.Equal(export, envelope.ExportMax.Value.Watts);
        Assert.Equal(isAssumed, envelope.Constraints is [{ IsAssumed: true }]);
    }

    [Fact]
    public void The_smallest_of_all_sources_holds_and_only_while_it_is_active()
    {
        var site = Given.Site() with { Contacts = [Limit with { Bounds = ConstraintDirection.Import }] };
        var at = Given.Image(site).TakenAt;
        var orders = new Orders
        {
            Constraints =
            [
                new("cloud", ConstraintSource.Cloud, ConstraintDirection.Import, Power.FromWatts(3_000)) { End = at + TimeSpan.FromSeconds(1) },
                new("over", ConstraintSource.Cloud, ConstraintDirection.Import, Power.FromWatts(1_000)) { End = at },
                new("soon", ConstraintSource.Manual, ConstraintDirection.Import, Power.FromWatts(500)) { Start = at + TimeSpan.FromSeconds(1) },
            ],
        };
        var image = Given.Image(site) with { Contacts = [new() { Asserted = Reading.Good(true) }], Orders = orders };
        var envelope = Envelope.Draw(image, site);
        Assert.Equal(new Limit(Power.FromWatts(3_000), Bound.OrderedLimit), envelope.ImportMax);
        Assert.Equal(["steuerbox", "cloud"], envelope.Constraints.Select(active => active.Constraint.Id));
        Assert.Equal(500, Envelope.Draw(image with { TakenAt = at + TimeSpan.FromSeconds(1) }, site).ImportMax.Value.Watts);
    }

    [Fact]
    public void A_constraint_never_widens_the_connection()
    {
        var site = Given.Site();
        var image = Given.Image(site) with { Orders = new() { Constraints = [new("big", ConstraintSource.Cloud, ConstraintDirection.Import, Power.FromWatts(1e6))] } };
        Assert.Equal(new Limit(site.Pcc.ImportMax, Bound.ImportLimit), Envelope.Draw(image, site).ImportMax);
    }

    [Fact]
    public void The_journal_proves_when_it_began_was_kept_and_ended()
    {
        var site = Given.Site() with { Contacts = [Limit] };
        var watch = new ConstraintWatch(site);
        IReadOnlyList<ConstraintChange> Look(bool asserted, double charge, long ms)
        {
            var image = Given.Image(site) with { Contacts = [new() { Asserted = Reading.Good(asserted) }], EvChargers = [Given.Car(charge)] };
            return watch.Look(image, Envelope.Draw(image, site), ms);
        }

        Assert.Empty(Look(false, 11_000, 0));
        Assert.Equal(ConstraintEvent.Began, Assert.Single(Look(true, 11_000, 1_000)).Event);
        Assert.Empty(Look(true, 9_000, 2_000));
        var kept = Assert.Single(Look(true, 4_140, 2_700));
        Assert.Equal((ConstraintEvent.Kept, 1_700L, 4_140.0), (kept.Event, kept.AfterMs, kept.MeasuredWatts));
        Assert.Empty(Look(true, 4_140, 3_000));
        Assert.Equal(ConstraintEvent.Ended, Assert.Single(Look(false, 4_140, 9_000)).Event);
        Assert.Equal(kept, ConstraintChange.FromBytes(kept.ToBytes()));
    }

    [Fact]
    public void What_is_not_measured_proves_nothing()
    {
        var site = Given.Site() with { Contacts = [Limit] };
        var image = Given.Image(site) with { Contacts = [new() { Asserted = Reading.Good(true) }], EvChargers = [Given.Car() with { Charge = Reading.Bad<Power>(BadReason.Timeout) }] };
        Assert.Equal([ConstraintEvent.Began], new ConstraintWatch(site).Look(image, Envelope.Draw(image, site), 0).Select(change => change.Event));
    }
}
