using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Adapters.Gpio;

/// <summary>Digital lines by the kernel's GPIO character device, version 2 of its user API (Linux 5.10 and later); no library stands between.</summary>
/// <param name="directory">Where the devices are; another place only in tests.</param>
public sealed class KernelGpio(string directory = "/dev") : IGpio
{
    private const string Consumer = "smartems";
    private const string PermissionRemedy = "join the group gpio (usermod -aG gpio USER, then log in again) and install hw/udev/60-smartems-gpio-i2c.rules, which gives the devices to it";

    public ImmutableArray<GpioChip> Chips()
    {
        var chips = ImmutableArray.CreateBuilder<GpioChip>();
        GpioException? refused = null;
        foreach (var path in Paths())
        {
            try
            {
                using var device = Open(path);
                var info = new byte[GpioAbi.ChipInfoBytes];
                Call(device, GpioAbi.GetChipInfo, info, path);
                chips.Add(GpioAbi.Chip(info));
            }
            catch (GpioException trouble)
            {
                // One chip that may not be opened does not hide the others.
                refused ??= trouble;
            }
        }
        return chips.Count > 0 ? chips.ToImmutable() : throw refused ?? new GpioException(GpioTrouble.NoSuchChip, $"this machine has no GPIO chip: there is no {directory}/gpiochip*",
            "enable GPIO in the firmware or device tree, or load the driver of the relay board; the kernel needs CONFIG_GPIO_CDEV");
    }

    public ImmutableArray<GpioLine> Lines(GpioChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        var path = PathOf(chip);
        using var device = Open(path);
        var lines = ImmutableArray.CreateBuilder<GpioLine>(chip.LineCount);
        for (var offset = 0; offset < chip.LineCount; offset++)
        {
            var info = GpioAbi.LineInfo(offset);
            Call(device, GpioAbi.GetLineInfo, info, path);
            lines.Add(GpioAbi.Line(info));
        }
        return lines.ToImmutable();
    }

    public IDigitalInputs OpenInputs(GpioChip chip, InputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new KernelInputs(Take(chip, request.Offsets, GpioAbi.Request(request, Consumer)), request.Offsets);
    }

    public IDigitalOutputs OpenOutputs(GpioChip chip, OutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new KernelOutputs(Take(chip, request.Offsets, GpioAbi.Request(request, Consumer)), request.Offsets.Length);
    }

    private SafeFileHandle Take(GpioChip chip, ImmutableArray<int> offsets, byte[] request)
    {
        if (offsets.Length is 0 or > GpioSearch.MostLines)
            throw new ArgumentOutOfRangeException(nameof(offsets), $"A request holds 1 to {GpioSearch.MostLines} lines, not {offsets.Length}.");
        using var device = Open(PathOf(chip));
        Call(device, GpioAbi.GetLine, request, $"{chip.Label} line {string.Join(", ", offsets)}");
        return new SafeFileHandle(GpioAbi.Descriptor(request), ownsHandle: true);
    }

    internal static void Call(SafeFileHandle device, uint request, Span<byte> argument, string what)
    {
        if (Device.Control(device, request, argument) is var errno and not 0)
            throw Trouble(errno, what);
    }

    internal static GpioException Trouble(int errno, string what) => errno switch
    {
        1 or 13 => new(GpioTrouble.NoPermission, $"no permission for {what}", PermissionRemedy),
        2 or 6 or 19 => new(GpioTrouble.NoSuchChip, $"{what} is gone: {Device.Words(errno)}", "was the board unplugged or its driver unloaded? smartems gpio list shows what there is"),
        16 => new(GpioTrouble.InUse, $"{what} is held by another program or driver", "smartems gpio list shows by whom"),
        22 => new(GpioTrouble.Failed, $"the kernel refuses the request for {what}: {Device.Words(errno)}", "the offset exists and the kernel is 5.10 or later with CONFIG_GPIO_CDEV?"),
        25 => new(GpioTrouble.Failed, $"{what} is no GPIO chip", "smartems gpio list shows what there is"),
        _ => new(GpioTrouble.Failed, $"{what} failed: {Device.Words(errno)}", "dmesg may tell more"),
    };

    private static SafeFileHandle Open(string path)
    {
        var errno = Device.Open(path, out var handle);
        if (errno == 0)
            return handle;
        handle.Dispose();
        throw Trouble(errno, path);
    }

    private string PathOf(GpioChip chip) => Path.Combine(directory, chip.Name);

    private IEnumerable<string> Paths()
    {
        var found = Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory, "gpiochip*") : [];
        return found.OrderBy(path => path.Length).ThenBy(path => path, StringComparer.Ordinal);
    }
}
