using SmartEms.Edge.Core.Quantities;
using Xunit;

namespace SmartEms.Edge.Tests.Quantities;

/// <summary>No quantity is ever infinite, NaN or −0, whatever is done with it.</summary>
public sealed class UnitTests
{
    private static readonly (string Unit, Func<double, double> Make)[] Units =
    [
        ("W", v => Power.FromWatts(v).Watts),
        ("Wh", v => Energy.FromWattHours(v).WattHours),
        ("A", v => Current.FromAmperes(v).Amperes),
        ("V", v => Voltage.FromVolts(v).Volts),
        ("Hz", v => Frequency.FromHertz(v).Hertz),
        ("°C", v => Temperature.FromCelsius(v).Celsius),
        ("ratio", v => Fraction.FromRatio(v).Ratio),
        ("%", v => Fraction.FromPercent(v).Ratio),
        ("€/kWh", v => Price.FromPerKilowattHour(v).PerKilowattHour),
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(0, Units.Length)];

    [Theory]
    [MemberData(nameof(All))]
    public void Only_finite_numbers_become_quantities(int unit)
    {
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            Assert.Throws<ArgumentOutOfRangeException>(() => Units[unit].Make(bad));
        Assert.True(double.IsFinite(Units[unit].Make(double.MaxValue)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Minus_zero_becomes_zero(int unit) => Assert.Equal(0L, BitConverter.DoubleToInt64Bits(Units[unit].Make(-0.0)));

    [Fact]
    public void Arithmetic_cannot_make_minus_zero_either()
    {
        double[] zeros = [(-Power.Zero).Watts, (Power.Zero * -1).Watts, Power.FromWatts(-0.4).ToWholeWatts().Watts, (-Current.Zero * Voltage.FromVolts(230)).Watts];
        Assert.All(zeros, zero => Assert.Equal(0L, BitConverter.DoubleToInt64Bits(zero)));
    }

    [Fact]
    public void Arithmetic_that_leaves_the_numbers_throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Power.FromWatts(double.MaxValue) + Power.FromWatts(double.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => Power.FromWatts(1) / 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => Power.FromWatts(230) / Voltage.Zero);
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(-0.5, -1)]
    [InlineData(1.5, 2)]
    [InlineData(2.5, 3)]
    [InlineData(-2.5, -3)]
    [InlineData(0.49, 0)]
    [InlineData(-1234.4, -1234)]
    public void Whole_watts_round_half_away_from_zero(double watts, double whole) => Assert.Equal(whole, Power.FromWatts(watts).ToWholeWatts().Watts);

    [Fact]
    public void Physics_crosses_units()
    {
        Assert.Equal(2300, (Current.FromAmperes(10) * Voltage.FromVolts(230)).Watts);
        Assert.Equal(10, (Power.FromWatts(2300) / Voltage.FromVolts(230)).Amperes);
        Assert.Equal(250, Power.FromWatts(1000).Over(TimeSpan.FromMinutes(15)).WattHours);
        Assert.Equal(0.3, Price.FromPerKilowattHour(0.3).Cost(Energy.FromWattHours(1000)), 12);
    }

    [Fact]
    public void Limits_and_order()
    {
        var (low, high) = (Power.FromWatts(-5), Power.FromWatts(5));
        Assert.Equal((low, high), (Power.Min(low, high), Power.Max(low, high)));
        Assert.Equal(low, Power.FromWatts(-9).Clamp(low, high));
        Assert.True(low < high && high > low && low <= high && high >= low && low.CompareTo(high) < 0);
    }
}
