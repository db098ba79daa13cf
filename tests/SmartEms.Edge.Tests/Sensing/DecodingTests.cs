using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Sensing;

/// <summary>Bits to numbers and back for every wire type.</summary>
public class DecodingTests
{
    public static TheoryData<RegisterType, ushort[], double> Values => new()
    {
        { RegisterType.U16, [0xFFFE], 65_534 },
        { RegisterType.S16, [0xFF38], -200 },
        { RegisterType.U32, [0x0001, 0x86A0], 100_000 },
        { RegisterType.S32, [0xFFFE, 0x7960], -100_000 },
        { RegisterType.U64, [0x0000, 0x0002, 0x540B, 0xE400], 10_000_000_000 },
        { RegisterType.S64, [0xFFFF, 0xFFFD, 0xABF4, 0x1C00], -10_000_000_000 },
        { RegisterType.F32, [0xC3AF, 0x4000], -350.5 },
        { RegisterType.F64, [0x4028, 0x8000, 0x0000, 0x0000], 12.25 },
        { RegisterType.SunSsf, [0xFFFE], -2 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_type_reads_and_writes_in_both_word_orders(RegisterType type, ushort[] words, double value)
    {
        foreach (var order in new[] { WordOrder.BigEndian, WordOrder.LittleEndian })
        {
            var point = new PointDefinition("p", type) { Words = order };
            var onWire = order == WordOrder.BigEndian ? words : [.. words.Reverse()];
            Assert.Equal(Sample.Good(value), Number(point, onWire));
            Assert.Equal(onWire, RegisterEncoding.Of(point, value).Words);
        }
    }

    [Theory]
    [InlineData(RegisterType.F32, new ushort[] { 0x7FC0, 0 })] // NaN
    [InlineData(RegisterType.F32, new ushort[] { 0xFFC0, 1 })]
    [InlineData(RegisterType.F32, new ushort[] { 0x7F80, 0 })] // +Inf
    [InlineData(RegisterType.F32, new ushort[] { 0xFF80, 0 })] // -Inf
    [InlineData(RegisterType.F32, new ushort[] { 0xFF7F, 0xFFFF })] // -FLT_MAX
    [InlineData(RegisterType.F64, new ushort[] { 0x7FF8, 0, 0, 0 })]
    [InlineData(RegisterType.SunSsf, new ushort[] { 0x8000 })]
    [InlineData(RegisterType.SunSsf, new ushort[] { 11 })]
    [InlineData(RegisterType.SunSsf, new ushort[] { 0xFFF5 })] // -11
    public void What_means_no_value_is_not_available(RegisterType type, ushort[] words) =>
        Assert.Equal(BadReason.NotAvailable, Number(new("p", type), words).Quality.Reason);

    [Fact]
    public void Sentinels_compare_bits_not_numbers()
    {
        var point = new PointDefinition("p", RegisterType.S16) { Sentinels = [0x8000], Scale = 0.1 };
        Assert.Equal(BadReason.NotAvailable, Number(point, [0x8000]).Quality.Reason);
        Assert.Equal(-3_276.7, Number(point, [0x8001]).Value);
    }

    [Theory]
    [InlineData(-1, 230.1)]
    [InlineData(-2, 23.01)]
    [InlineData(0, 2301)]
    [InlineData(3, 2_301_000)]
    [InlineData(-10, 2.301e-7)]
    public void A_scale_factor_moves_the_point_without_rounding_noise(int power, double value)
    {
        var point = new PointDefinition("p", RegisterType.U16) { ScaleFactor = "sf" };
        Assert.Equal(value, Decoding.Number(point, 2301, Sample.Good(power)).Value);
        Assert.Equal([2301], RegisterEncoding.Of(point, value, Sample.Good(power)).Words);
    }

    [Fact]
    public void Without_its_scale_factor_a_point_says_nothing()
    {
        var point = new PointDefinition("p", RegisterType.U16) { ScaleFactor = "sf" };
        Assert.Equal(BadReason.NotAvailable, Decoding.Number(point, 5, Sample.Bad(BadReason.NotAvailable)).Quality.Reason);
        Assert.Equal(BadReason.NeverRead, Decoding.Number(point, 5).Quality.Reason);
        Assert.Contains("scale factor sf", RegisterEncoding.Of(point, 5).Refusal);
    }

    [Fact]
    public void Codes_are_mapped_and_unknown_codes_are_implausible()
    {
        var point = new PointDefinition("p", RegisterType.U16) { Map = ImmutableDictionary<long, double>.Empty.Add(2, 2).Add(5, 2).Add(4, 4) };
        Assert.Equal(2, Number(point, [5]).Value);
        Assert.Equal(BadReason.Implausible, Number(point, [6]).Quality.Reason);
        Assert.Equal([2], RegisterEncoding.Of(point, 2).Words);
        Assert.Contains("no code", RegisterEncoding.Of(point, 3).Refusal);
    }

    [Fact]
    public void The_plausible_range_holds_both_ways()
    {
        var point = new PointDefinition("p", RegisterType.S16) { Scale = -1, Unit = "W", Min = -100, Max = 100 };
        Assert.Equal(-100, Number(point, [100]).Value);
        Assert.Equal(BadReason.Implausible, Number(point, [101]).Quality.Reason);
        Assert.Equal([0xFFCE], RegisterEncoding.Of(point, 50).Words);
        Assert.Contains("outside -100 W", RegisterEncoding.Of(point, 101).Refusal);
        Assert.False(double.IsNegative(Number(point, [0]).Value));
    }

    [Theory]
    [InlineData(RegisterType.U16, -1)]
    [InlineData(RegisterType.U16, 65_536)]
    [InlineData(RegisterType.S16, 32_768)]
    [InlineData(RegisterType.U32, 5e9)]
    [InlineData(RegisterType.F32, 1e39)]
    [InlineData(RegisterType.U16, 65_535)] // its own "no value"
    [InlineData(RegisterType.U16, double.NaN)]
    public void What_does_not_fit_is_refused_in_words(RegisterType type, double value)
    {
        var encoded = RegisterEncoding.Of(new("p", type) { Sentinels = [0xFFFF] }, value);
        Assert.False(encoded.IsOk);
        Assert.Empty(encoded.Words);
    }

    [Fact]
    public void Texts_end_at_NUL_are_trimmed_and_keep_no_control_characters()
    {
        var point = new PointDefinition("p", RegisterType.Text) { TextLength = 4 };
        Assert.Equal("Ab?c", Decoding.Text(point, [0x4162, 0x1B63, 0x2000, 0x7878]));
        Assert.Null(Decoding.Text(point, [0, 0, 0, 0]));
        Assert.Equal([0x4162, 0x6300, 0, 0], RegisterEncoding.OfText(point, "Abc").Words);
        Assert.False(RegisterEncoding.OfText(point, "much too long").IsOk);
    }

    private static Sample Number(PointDefinition point, ushort[] words) => Decoding.Number(point, Decoding.Bits(point, words));
}
