using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

public sealed class AlertChangeTests
{
    private static readonly Finding Sick = new(FindingCode.StoreFailing);
    private static readonly Finding Blind = new(FindingCode.StoreFailing, Subject.Device, 2, 7.5);

    [Fact]
    public void What_opened_and_what_closed_is_told_and_what_stayed_is_not()
    {
        var first = AlertBook.Empty.Update([Sick], new(1_000));
        var second = first.Update([Sick, Blind], new(2_000));
        var third = second.Update([Blind], new(62_000));

        var opened = Assert.Single(AlertChange.Between(first, second));
        Assert.True(opened.IsOpened);
        Assert.Equal((Subject.Device, 2, new Instant(2_000)), (opened.Alert.Subject, opened.Alert.Index, opened.Alert.Since));
        var closed = Assert.Single(AlertChange.Between(second, third));
        Assert.False(closed.IsOpened);
        Assert.Equal(new Instant(1_000), closed.Alert.Since);
        Assert.Empty(AlertChange.Between(third, third.Update([Blind], new(63_000))));
        Assert.Equal([false, true], AlertChange.Between(first, AlertBook.Empty.Update([Sick], new(9_000))).Select(change => change.IsOpened));
    }

    [Fact]
    public void A_change_survives_its_bytes()
    {
        var change = Assert.Single(AlertChange.Between(AlertBook.Empty, AlertBook.Empty.Update([Blind], new(2_000))));

        Assert.Equal(change, AlertChange.FromBytes(change.ToBytes()));
        Assert.Throws<InvalidDataException>(() => AlertChange.FromBytes(change.ToBytes().AsSpan(0, 4)));
    }
}
