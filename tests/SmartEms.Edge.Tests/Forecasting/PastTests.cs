using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>What the forecaster keeps: a value, bounded, stored and recalled to the same bytes.</summary>
public sealed class PastTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(90)]
    public void A_step_that_does_not_divide_the_hour_is_refused_with_words(int minutes)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => Past.Empty(minutes, LocalClock.Utc));
        Assert.Contains($"a step of {minutes} minutes: it must divide the hour and be 5 to 60 minutes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_moment_beside_the_grid_is_refused()
    {
        var past = Past.Empty(15, LocalClock.Utc);
        Assert.Throws<ArgumentOutOfRangeException>(() => past.After(MadeUp.Monday + TimeSpan.FromMinutes(7), 1, 1));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(15)]
    public void What_is_stored_comes_back_and_goes_on_to_the_same_bytes(int minutes)
    {
        var empty = Past.Empty(minutes, new(60, MadeUp.Monday + TimeSpan.FromDays(5), 120));
        var past = MadeUp.After(empty, 10 * 1_440 / minutes, MadeUp.House);
        past = past.After(past.End + TimeSpan.FromHours(5), double.NaN, 3);
        var bytes = ForecastWire.ToBytes(past);
        var recalled = ForecastWire.FromBytes(bytes);
        Assert.Equal(bytes, ForecastWire.ToBytes(recalled));
        for (var hour = 0; hour < 50; hour++)
            (past, recalled) = (past.After(past.End, hour * 10, hour), recalled.After(recalled.End, hour * 10, hour));
        Assert.Equal(ForecastWire.ToBytes(past), ForecastWire.ToBytes(recalled));
        Assert.Equal(Forecaster.Look(past, past.End, 30).Load.P90.AsEnumerable(), Forecaster.Look(recalled, past.End, 30).Load.P90);
    }

    [Fact]
    public void An_empty_past_is_stored_too()
    {
        var bytes = ForecastWire.ToBytes(Past.Empty(15, LocalClock.Fixed(-300), Production.Wind));
        var recalled = ForecastWire.FromBytes(bytes);
        Assert.Equal((0, Production.Wind, -300), (recalled.Count, recalled.Production, recalled.Clock.OffsetMinutes));
        Assert.Equal(bytes, ForecastWire.ToBytes(recalled));
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_never_crash()
    {
        var bytes = ForecastWire.ToBytes(MadeUp.After(Past.Empty(60, LocalClock.Utc), 100, MadeUp.House));
        for (var length = 0; length < bytes.Length; length += 97)
            Assert.Throws<InvalidDataException>(() => ForecastWire.FromBytes(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => ForecastWire.FromBytes([.. bytes, 0]));
        for (var at = 0; at < bytes.Length; at += at < 200 ? 1 : 61)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x7F;
            try
            {
                var past = ForecastWire.FromBytes(damaged);
                var outlook = Forecaster.Look(past, past.Count > 0 ? past.End : MadeUp.Monday, 24);
                Assert.All(outlook.Load.P50.Concat(outlook.Pv.P90), watts => Assert.True(watts >= 0, $"byte {at}: {watts} W"));
            }
            catch (InvalidDataException)
            {
                // Refused: as good.
            }
        }
    }

    [Fact]
    public void It_keeps_120_days_in_less_than_300_kilobytes()
    {
        var past = MadeUp.After(Past.Empty(15, LocalClock.Utc), 123 * 96, MadeUp.House);
        Assert.Equal(120 * 96, past.Count);
        Assert.Equal(MadeUp.At(past, 123 * 96), past.End);
        Assert.InRange(ForecastWire.ToBytes(past).Length, 90_000, 300_000);
    }

    [Fact]
    public void A_step_told_again_takes_back_what_came_from_there_on()
    {
        var past = MadeUp.After(Past.Empty(60, LocalClock.Utc), 100, MadeUp.House);
        var longer = MadeUp.With(MadeUp.With(past, 100, MadeUp.House), 101, MadeUp.House);
        var back = longer.After(past.End, 777, 0);
        Assert.Equal((102, 101), (longer.Count, back.Count));
        Assert.Equal(past.End + TimeSpan.FromHours(1), back.End);
    }

    [Fact]
    public void After_a_gap_longer_than_what_is_kept_it_begins_anew()
    {
        var past = MadeUp.After(Past.Empty(60, LocalClock.Utc), 100, MadeUp.House);
        var later = past.End + TimeSpan.FromDays(400);
        Assert.Equal(1, past.After(later, 500, 0).Count);
        MadeUp.AssertSound(Forecaster.Look(past, later, 24), 24);
    }
}
