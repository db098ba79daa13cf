using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.I2c;

/// <summary>The ioctls of i2c-dev (include/uapi/linux/i2c-dev.h and i2c.h, 64-bit layout). All give the errno, 0 when all went well.</summary>
internal static unsafe class I2cDevice
{
    public const ulong PlainI2c = 1;
    public const ulong Quick = 0x0001_0000;
    public const ulong ReadByte = 0x0002_0000;

    private const uint SetSlave = 0x0703;
    private const uint GetFunctions = 0x0705;
    private const uint Rdwr = 0x0707;
    private const uint SmBus = 0x0720;

    private const ushort ReadFlag = 1;
    private const int MessageBytes = 16;

    // Transfer sizes of SMBus.
    private const uint SizeQuick = 0;
    private const uint SizeByte = 1;
    private const uint SizeByteData = 2;
    private const uint SizeWordData = 3;
    private const uint SizeBlock = 8;

    /// <summary>EOPNOTSUPP.</summary>
    public const int NotSupported = 95;

    /// <summary>What the adapter can carry.</summary>
    public static int Functions(SafeFileHandle bus, out ulong functions)
    {
        Span<byte> value = stackalloc byte[8];
        var errno = Device.Control(bus, GetFunctions, value);
        functions = BinaryPrimitives.ReadUInt64LittleEndian(value);
        return errno;
    }

    /// <summary>Plain I²C: a write and a read with a repeated start between them.</summary>
    public static int Transfer(SafeFileHandle bus, byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        fixed (byte* from = write, to = read)
        {
            Span<byte> messages = stackalloc byte[2 * MessageBytes];
            messages.Clear();
            var count = 0;
            if (write.Length > 0 || read.Length == 0)
                Message(messages[(count++ * MessageBytes)..], address, 0, from, write.Length);
            if (read.Length > 0)
                Message(messages[(count++ * MessageBytes)..], address, ReadFlag, to, read.Length);
            fixed (byte* list = messages)
            {
                Span<byte> argument = stackalloc byte[16];
                argument.Clear();
                BinaryPrimitives.WriteInt64LittleEndian(argument, (nint)list);
                BinaryPrimitives.WriteInt32LittleEndian(argument[8..], count);
                return Device.Control(bus, Rdwr, argument);
            }
        }
    }

    /// <summary>The same in the words of SMBus, for adapters that speak nothing else. A first written byte is the command; a read without one (the SHT3x's)
    /// is a block read of command 00h, the nearest that SMBus has.</summary>
    public static int SmBusTransfer(SafeFileHandle bus, byte address, ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (Device.Control(bus, SetSlave, (nint)address) is var errno and not 0)
            return errno;
        Span<byte> data = stackalloc byte[34];
        data.Clear();
        if (write.Length > 1 && read.Length > 0)
            return NotSupported;
        if (read.Length > 0)
            return SmBusRead(bus, write.Length == 0 ? null : write[0], data, read);
        if (write.Length is 0 or > 33)
            return NotSupported;
        var size = write.Length switch { 1 => SizeByte, 2 => SizeByteData, 3 => SizeWordData, _ => SizeBlock };
        var values = write[1..];
        if (size == SizeBlock)
            data[0] = (byte)values.Length;
        values.CopyTo(size == SizeBlock ? data[1..] : data);
        return Call(bus, false, write[0], size, data);
    }

    /// <summary>An empty write, or the read of one byte where an empty write would disturb or is not to be had.</summary>
    public static int Probe(SafeFileHandle bus, byte address, bool byRead)
    {
        if (Device.Control(bus, SetSlave, (nint)address) is var errno and not 0)
            return errno;
        Span<byte> data = stackalloc byte[34];
        data.Clear();
        return Call(bus, byRead, 0, byRead ? SizeByte : SizeQuick, data);
    }

    private static int SmBusRead(SafeFileHandle bus, byte? command, Span<byte> data, Span<byte> read)
    {
        var size = (command, read.Length) switch { (null, 1) => SizeByte, (not null, 1) => SizeByteData, (not null, 2) => SizeWordData, _ => SizeBlock };
        if (read.Length > 32)
            return NotSupported;
        if (size == SizeBlock)
            data[0] = (byte)read.Length;
        var errno = Call(bus, true, command ?? 0, size, data);
        if (errno == 0)
            data.Slice(size == SizeBlock ? 1 : 0, read.Length).CopyTo(read);
        return errno;
    }

    private static int Call(SafeFileHandle bus, bool isRead, byte command, uint size, Span<byte> data)
    {
        fixed (byte* pointer = data)
        {
            Span<byte> argument = stackalloc byte[16];
            argument.Clear();
            argument[0] = isRead ? (byte)1 : (byte)0;
            argument[1] = command;
            BinaryPrimitives.WriteUInt32LittleEndian(argument[4..], size);
            BinaryPrimitives.WriteInt64LittleEndian(argument[8..], (nint)pointer);
            return Device.Control(bus, SmBus, argument);
        }
    }

    /// <summary>struct i2c_msg.</summary>
    private static void Message(Span<byte> into, byte address, ushort flags, byte* buffer, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into, address);
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(into[4..], (ushort)length);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], (nint)buffer);
    }
}
