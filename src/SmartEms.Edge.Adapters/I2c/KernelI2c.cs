using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Adapters.I2c;

/// <summary>I²C buses by the kernel's i2c-dev; no library stands between.</summary>
/// <param name="directory">Where the devices are; another place only in tests.</param>
/// <param name="names">Where the kernel tells the adapters' names.</param>
public sealed class KernelI2c(string directory = "/dev", string names = "/sys/class/i2c-dev") : II2cBuses
{
    private const string PermissionRemedy = "join the group i2c (usermod -aG i2c USER, then log in again) and install hw/udev/60-smartems-gpio-i2c.rules, which gives the devices to it";

    public ImmutableArray<I2cAdapter> Adapters()
    {
        var adapters = ImmutableArray.CreateBuilder<I2cAdapter>();
        foreach (var path in Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory, "i2c-*") : [])
            if (int.TryParse(Path.GetFileName(path)[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                adapters.Add(new(number, NameOf(number)));
        if (adapters.Count == 0)
            throw new I2cException(false, $"this machine has no I²C bus: there is no {directory}/i2c-*", "modprobe i2c-dev, and enable the bus in the firmware or device tree (raspi-config: Interface Options, I2C)");
        adapters.Sort((a, b) => a.Number.CompareTo(b.Number));
        return adapters.ToImmutable();
    }

    public II2cBus Open(string adapter)
    {
        var found = I2cSearch.Adapter(Adapters(), adapter);
        var path = Path.Combine(directory, found.Device);
        var errno = Device.Open(path, out var handle);
        ulong functions = 0;
        if (errno == 0)
            errno = I2cDevice.Functions(handle, out functions);
        if (errno == 0)
            return new KernelI2cBus(handle, functions);
        handle.Dispose();
        throw errno is 1 or 13
            ? new I2cException(true, $"no permission for {path}", PermissionRemedy)
            : new I2cException(false, $"{path} cannot be used: {Device.Words(errno)}", "smartems i2c list shows what there is");
    }

    private string NameOf(int number)
    {
        try
        {
            return File.ReadAllText(Path.Combine(names, $"i2c-{number}", "name")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>One bus: plain I²C where the adapter can, else the nearest SMBus has.</summary>
internal sealed class KernelI2cBus(SafeFileHandle bus, ulong functions) : II2cBus
{
    public I2cReply Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) => Reply((functions & I2cDevice.PlainI2c) != 0
        ? I2cDevice.Transfer(bus, address, write, read)
        : I2cDevice.SmBusTransfer(bus, address, write, read));

    /// <summary>As i2cdetect does: EEPROMs and sensors at 30–37h and 50–5Fh could take an empty write for a command, so they are asked for a byte.</summary>
    public I2cReply Probe(byte address)
    {
        var byRead = address is (>= 0x30 and <= 0x37) or (>= 0x50 and <= 0x5F);
        if ((functions & I2cDevice.Quick) == 0)
            byRead = true;
        if (byRead && (functions & I2cDevice.ReadByte) == 0)
            return I2cReply.Unsupported;
        return Reply(I2cDevice.Probe(bus, address, byRead));
    }

    public void Dispose() => bus.Dispose();

    /// <summary>Kernel documentation, i2c/fault-codes: ENXIO and EREMOTEIO are the NACK, some adapters say EIO or ENODEV.</summary>
    internal static I2cReply Reply(int errno) => errno switch
    {
        0 => I2cReply.Ok,
        5 or 6 or 19 or 121 => I2cReply.NoAnswer,
        11 or 110 => I2cReply.Timeout,
        16 => I2cReply.InUse,
        22 or I2cDevice.NotSupported => I2cReply.Unsupported,
        _ => I2cReply.Failed,
    };
}
