using System.Buffers.Binary;
using System.Text;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Adapters.Gpio;

/// <summary>The structures of the GPIO character device, version 2 of its user API, as bytes (include/uapi/linux/gpio.h; the same on all of Linux's processors,
/// little-endian here as everywhere this program runs).</summary>
internal static class GpioAbi
{
    public const uint GetChipInfo = 0x8044_B401;
    public const uint GetLineInfo = 0xC100_B405;
    public const uint GetLine = 0xC250_B407;
    public const uint GetValues = 0xC010_B40E;
    public const uint SetValues = 0xC010_B40F;

    public const int ChipInfoBytes = 68;
    public const int LineInfoBytes = 256;
    public const int RequestBytes = 592;
    public const int ValuesBytes = 16;
    public const int EventBytes = 48;

    private const int NameBytes = 32;

    // Offsets inside struct gpio_v2_line_request.
    private const int ConsumerAt = 256;
    private const int FlagsAt = 288;
    private const int AttributesAt = 296;
    private const int AttributeListAt = 320;
    private const int CountAt = 560;
    private const int DescriptorAt = 588;

    private const ulong Used = 1 << 0;
    private const ulong ActiveLow = 1 << 1;
    private const ulong Input = 1 << 2;
    private const ulong Output = 1 << 3;
    private const ulong EdgeRising = 1 << 4;
    private const ulong EdgeFalling = 1 << 5;
    private const ulong PullUp = 1 << 8;
    private const ulong PullDown = 1 << 9;

    private const uint OutputValues = 2;
    private const uint Debounce = 3;
    private const uint RisingEvent = 1;

    public static GpioChip Chip(ReadOnlySpan<byte> info) => new(Text(info, 0), Text(info, NameBytes), BinaryPrimitives.ReadInt32LittleEndian(info[64..]));

    /// <summary>An empty gpio_v2_line_info that asks for one offset.</summary>
    public static byte[] LineInfo(int offset)
    {
        var info = new byte[LineInfoBytes];
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(64), offset);
        return info;
    }

    public static GpioLine Line(ReadOnlySpan<byte> info)
    {
        var flags = BinaryPrimitives.ReadUInt64LittleEndian(info[72..]);
        return new(BinaryPrimitives.ReadInt32LittleEndian(info[64..]), Text(info, 0), Text(info, NameBytes))
        {
            IsUsed = (flags & Used) != 0,
            IsOutput = (flags & Output) != 0,
            IsActiveLow = (flags & ActiveLow) != 0,
            Pull = (flags & PullUp) != 0 ? LinePull.Up : (flags & PullDown) != 0 ? LinePull.Down : LinePull.None,
        };
    }

    public static byte[] Request(InputRequest wanted, string consumer)
    {
        var pull = wanted.Pull switch { LinePull.Up => PullUp, LinePull.Down => PullDown, _ => 0UL };
        var request = Request(wanted.Offsets.AsSpan(), Input | pull | (wanted.IsActiveLow ? ActiveLow : 0) | (wanted.WithEdges ? EdgeRising | EdgeFalling : 0), consumer);
        if (wanted.Debounce > TimeSpan.Zero)
            Attribute(request, Debounce, (ulong)wanted.Debounce.TotalMicroseconds, wanted.Offsets.Length);
        return request;
    }

    public static byte[] Request(OutputRequest wanted, string consumer)
    {
        var request = Request(wanted.Offsets.AsSpan(), Output | (wanted.IsActiveLow ? ActiveLow : 0), consumer);
        Attribute(request, OutputValues, wanted.Initial, wanted.Offsets.Length);
        return request;
    }

    /// <summary>The descriptor the kernel put into a granted request.</summary>
    public static int Descriptor(ReadOnlySpan<byte> request) => BinaryPrimitives.ReadInt32LittleEndian(request[DescriptorAt..]);

    public static void Values(Span<byte> values, ulong bits, ulong mask)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(values, bits);
        BinaryPrimitives.WriteUInt64LittleEndian(values[8..], mask);
    }

    public static ulong Bits(ReadOnlySpan<byte> values) => BinaryPrimitives.ReadUInt64LittleEndian(values);

    /// <summary>A struct gpio_v2_line_event; the line comes back in the order of the request.</summary>
    public static LineEdge Edge(ReadOnlySpan<byte> from, ReadOnlySpan<int> offsets) => new(
        BinaryPrimitives.ReadInt64LittleEndian(from),
        offsets.IndexOf(BinaryPrimitives.ReadInt32LittleEndian(from[12..])),
        BinaryPrimitives.ReadUInt32LittleEndian(from[8..]) == RisingEvent,
        BinaryPrimitives.ReadUInt32LittleEndian(from[20..]));

    public static ulong AllOf(int lines) => lines >= 64 ? ulong.MaxValue : (1UL << lines) - 1;

    private static byte[] Request(ReadOnlySpan<int> offsets, ulong flags, string consumer)
    {
        var request = new byte[RequestBytes];
        for (var i = 0; i < offsets.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(i * 4), offsets[i]);
        Encoding.ASCII.GetBytes(consumer.AsSpan(0, Math.Min(consumer.Length, NameBytes - 1)), request.AsSpan(ConsumerAt, NameBytes - 1));
        BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(FlagsAt), flags);
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(CountAt), offsets.Length);
        return request;
    }

    /// <summary>The one attribute a request of ours ever has, for all its lines.</summary>
    private static void Attribute(byte[] request, uint id, ulong value, int lines)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(AttributesAt), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(AttributeListAt), id);
        BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(AttributeListAt + 8), value);
        BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(AttributeListAt + 16), AllOf(lines));
    }

    private static string Text(ReadOnlySpan<byte> from, int at)
    {
        var field = from.Slice(at, NameBytes);
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
