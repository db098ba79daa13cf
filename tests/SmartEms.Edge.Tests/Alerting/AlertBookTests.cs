using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Alerting;

/// <summary>A finding opens an alert, its absence closes it, and its age survives.</summary>
public sealed class AlertBookTests
{
    private static readonly Instant Noon = new(1_750_000_000_000);
    private static readonly Finding Hot = new(FindingCode.BatteryTemperatureOutside, Subject.Battery, 0, 51);

    [Fact]
    public void A_finding_opens_an_alert()
    {
        var alert = Assert.Single(AlertBook.Empty.Update([Hot], Noon).Open);
        Assert.Equal(new Alert(Hot.Code, Subject.Battery, 0, Noon, Noon, 51), alert);
    }

    [Fact]
    public void A_lasting_finding_keeps_its_beginning_and_shows_its_latest_value()
    {
        var later = Noon + TimeSpan.FromMinutes(15);
        var alert = Assert.Single(AlertBook.Empty.Update([Hot], Noon).Update([Hot with { Value = 54 }], later).Open);
        Assert.Equal((Noon, later, 54.0), (alert.Since, alert.LastSeen, alert.Value));
    }

    [Fact]
    public void Its_absence_closes_it_and_a_return_is_a_new_one()
    {
        var later = Noon + TimeSpan.FromMinutes(15);
        var closed = AlertBook.Empty.Update([Hot], Noon).Update([], later);
        Assert.Empty(closed.Open);
        Assert.Equal(later, Assert.Single(closed.Update([Hot], later).Open).Since);
    }

    [Fact]
    public void One_that_comes_and_goes_within_a_minute_is_one_alert()
    {
        var book = AlertBook.Empty.Update([Hot], Noon);
        book = book.Update([], Noon + TimeSpan.FromSeconds(59));
        Assert.Equal(Noon, Assert.Single(book.Open).LastSeen);
        Assert.Equal(Noon, Assert.Single(book.Update([Hot], Noon + TimeSpan.FromSeconds(59)).Open).Since);
        Assert.Empty(book.Update([], Noon + TimeSpan.FromSeconds(60)).Open);
        Assert.Empty(book.Update([], Noon + TimeSpan.FromHours(-5)).Open);
    }

    [Fact]
    public void The_ledgers_changes_lead_to_the_same_book()
    {
        var one = AlertBook.Empty.Update([Hot], Noon);
        Assert.Equal(one.Open, AlertBook.Empty.With(one.Open[0], isOpen: true).Open.AsEnumerable());
        Assert.Equal(one.Open, one.With(one.Open[0], isOpen: true).Open.AsEnumerable());
        Assert.Empty(one.With(one.Open[0] with { Value = 52 }, isOpen: false).Open);
    }

    [Fact]
    public void The_same_code_at_another_device_is_another_alert()
    {
        var book = AlertBook.Empty.Update([Hot, Hot with { Index = 1 }, new(Hot.Code, Subject.Device, 0, 51)], Noon);
        Assert.Equal(3, book.Open.Length);
        Assert.Equal(1, Assert.Single(book.Update([Hot with { Index = 1 }], Noon + TimeSpan.FromMinutes(1)).Open).Index);
    }

    [Fact]
    public void The_same_finding_twice_is_one_alert() => Assert.Single(AlertBook.Empty.Update([Hot, Hot], Noon).Open);
}
