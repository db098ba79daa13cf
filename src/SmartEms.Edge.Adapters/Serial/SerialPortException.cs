using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Serial;

/// <summary>A serial port that cannot be had: what is wrong, where, and the remedy, in one sentence.</summary>
public sealed class SerialPortException : IOException
{
    private SerialPortException(string message)
        : base(message)
    {
    }

    /// <summary>Another process holds the port.</summary>
    public bool IsBusy { get; private init; }

    internal static SerialPortException NotOpened(SerialSettings settings, int error) => error switch
    {
        Tty.AccessDenied or Tty.NotPermitted => new($"no permission for {settings.Device}; add the user to its group: sudo usermod -aG dialout smartems, then restart"),
        Tty.NoEntry => new($"there is no {settings.Device}; is the adapter plugged in? ls /dev/serial/by-id lists those that are"),
        Tty.NoDevice or Tty.NotThere => new($"{settings.Device} has no hardware behind it; ls /dev/serial/by-id lists the ports that do"),
        Tty.Busy => new($"{settings.Device} is in use by another program; sudo fuser {settings.Device} names it, stop that program") { IsBusy = true },
        Tty.NotATerminal => new($"{settings.Device} is not a serial port; ls /dev/serial/by-id lists them"),
        _ => new($"{settings.Device} cannot be opened: {Words(error)}; dmesg tells more"),
    };

    internal static SerialPortException NotConfigured(SerialSettings settings, int error) => error == Tty.NotATerminal
        ? NotOpened(settings, error)
        : new($"{settings} is refused by the driver: {Words(error)}; try baud=9600 and parity=none, and look at dmesg");

    internal static SerialPortException NoSuchRate(SerialSettings settings, int taken) =>
        new($"{settings.Device} cannot do {settings.Baud} Bd (the driver offers {taken}); set the device to another rate and baud= to the same");

    internal static SerialPortException NoRs485(SerialSettings settings, int error) =>
        new($"{settings.Device} cannot switch the RS-485 direction by itself ({Words(error)}); leave rs485=1 out: most adapters switch in hardware");

    internal static string Words(int error) => Marshal.GetPInvokeErrorMessage(error);
}
