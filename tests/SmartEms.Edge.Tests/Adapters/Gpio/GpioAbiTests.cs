using SmartEms.Edge.Adapters.Gpio;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Gpio;

/// <summary>The bytes of the kernel's structures, and the words for its refusals.</summary>
public class GpioAbiTests
{
    [Fact]
    public void A_request_for_inputs_lies_as_the_header_says()
    {
        var bytes = GpioAbi.Request(new InputRequest([3, 5]) { Pull = LinePull.Up, WithEdges = true, IsActiveLow = true, Debounce = TimeSpan.FromMilliseconds(20) }, "smartems");
        Assert.Equal(592, bytes.Length);
        Assert.Equal((3, 5), (BitConverter.ToInt32(bytes, 0), BitConverter.ToInt32(bytes, 4)));
        Assert.Equal("smartems"u8.ToArray(), bytes[256..264]);
        Assert.Equal(0x136UL, BitConverter.ToUInt64(bytes, 288)); // pull-up, both edges, input, active low
        Assert.Equal((1, 3, 20_000UL, 3UL), (BitConverter.ToInt32(bytes, 296), BitConverter.ToInt32(bytes, 320), BitConverter.ToUInt64(bytes, 328), BitConverter.ToUInt64(bytes, 336)));
        Assert.Equal(2, BitConverter.ToInt32(bytes, 560));
    }

    [Fact]
    public void A_request_for_outputs_carries_its_first_levels()
    {
        var bytes = GpioAbi.Request(new OutputRequest([7, 8]) { Initial = 0b10 }, "smartems");
        Assert.Equal((0x08UL, 1, 2, 2UL, 3UL), (BitConverter.ToUInt64(bytes, 288), BitConverter.ToInt32(bytes, 296), BitConverter.ToInt32(bytes, 320), BitConverter.ToUInt64(bytes, 328), BitConverter.ToUInt64(bytes, 336)));
    }

    [Fact]
    public void Without_a_chip_it_says_so()
    {
        using var scratch = new Scratch();
        var trouble = Assert.Throws<GpioException>(() => new KernelGpio(scratch.Of("")).Chips());
        Assert.Equal(GpioTrouble.NoSuchChip, trouble.Trouble);
        Assert.Contains("no GPIO chip", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_chip_is_told()
    {
        using var scratch = new Scratch();
        scratch.Write("gpiochip0", "");
        Assert.Contains("gpiochip0 is no GPIO chip", Assert.Throws<GpioException>(() => new KernelGpio(scratch.Of("")).Chips()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, GpioTrouble.NoPermission, "group gpio")]
    [InlineData(16, GpioTrouble.InUse, "by whom")]
    [InlineData(19, GpioTrouble.NoSuchChip, "gpio list")]
    [InlineData(5, GpioTrouble.Failed, "dmesg")]
    public void A_refusal_of_the_kernel_has_its_remedy(int errno, GpioTrouble trouble, string remedy)
    {
        var told = KernelGpio.Trouble(errno, "x");
        Assert.Equal(trouble, told.Trouble);
        Assert.Contains(remedy, told.Remedy, StringComparison.Ordinal);
    }
}
