using System.Globalization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Commands;

/// <summary>What people write for lines, levels, addresses and spans, and how trouble with GPIO and I²C becomes an exit code.</summary>
internal static class BusArguments
{
    /// <summary>0x03–0x77, the addresses that are not reserved.</summary>
    public static byte Address(string text) =>
        Hexadecimal(text) is >= 0x03 and <= 0x77 and var address
            ? (byte)address
            : throw new Refusal(Exit.Usage, "address", $"{text} is not an I²C address", "hexadecimal from 0x03 to 0x77, as in 0x48; smartems i2c scan shows who answers");

    public static byte Register(string text) =>
        Hexadecimal(text) is <= 0xFF and var register
            ? (byte)register
            : throw new Refusal(Exit.Usage, "register", $"{text} is not a register", "hexadecimal from 0x00 to 0xff");

    /// <summary>200ms, 30s, 2m or 1h; null without a text.</summary>
    public static TimeSpan? Span(string? text)
    {
        if (text is null)
            return null;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        double? unit = text[digits..] switch { "ms" => 1, "s" => 1_000, "m" => 60_000, "h" => 3_600_000, _ => null };
        return unit is { } ms && digits is > 0 and < 7
            ? TimeSpan.FromMilliseconds(ms * int.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture))
            : throw new Refusal(Exit.Usage, "span", $"{text} is not a time span", "write 200ms, 30s, 2m or 1h");
    }

    public static LinePull Pull(string text) => text switch
    {
        "none" => LinePull.None,
        "up" => LinePull.Up,
        "down" => LinePull.Down,
        _ => throw new Refusal(Exit.Usage, "pull", $"{text} is not a pull", "up, down or none"),
    };

    /// <summary>"relay1=on".</summary>
    public static (string Line, bool IsOn) Setting(string text) => text.LastIndexOf('=') is > 0 and var at && text[(at + 1)..] is "on" or "off"
        ? (text[..text.LastIndexOf('=')], text.EndsWith("=on", StringComparison.Ordinal))
        : throw new Refusal(Exit.Usage, "setting", $"{text} is not a setting", "write LINE=on or LINE=off, as in relay1=on");

    /// <summary>Runs a verb's work and turns the buses' troubles into refusals.</summary>
    public static async Task<int> GuardedAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (GpioException trouble)
        {
            throw new Refusal(trouble.Trouble == GpioTrouble.NoPermission ? Exit.NoPermission : Exit.Failed, "gpio", trouble.Message, trouble.Remedy);
        }
        catch (I2cException trouble)
        {
            throw new Refusal(trouble.IsPermission ? Exit.NoPermission : Exit.Failed, "i2c", trouble.Message, trouble.Remedy);
        }
    }

    private static int? Hexadecimal(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : null;
}
