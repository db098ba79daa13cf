using System.Globalization;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Why a scalar is not what it should be, and what to write instead.</summary>
public readonly record struct Complaint(string What, string? Remedy);

/// <summary>Turns scalars into numbers and truth values by YAML 1.2 core rules, narrowed: decimals and 0x only, finite only, true and false only.</summary>
public static class Scalars
{
    private const NumberStyles Decimal =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>A finite number, or null and why not.</summary>
    public static double? Number(ScalarNode scalar, out Complaint complaint)
    {
        complaint = default;
        var text = scalar.Text;
        if (scalar.Quoted)
        {
            complaint = new($"{Shown(text)} is text, not a number", "remove the quotes");
            return null;
        }
        if (IsHex(text))
        {
            if (ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
                return bits;
            complaint = new($"{Shown(text)} is not a hexadecimal number", "0x and up to 16 digits 0–9, a–f");
            return null;
        }
        if (HasLeadingZero(text))
        {
            complaint = new($"{Shown(text)} has a leading zero", "write it without, or in hexadecimal as 0x…");
            return null;
        }
        if (double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var value) && IsDigitStart(text))
        {
            if (double.IsFinite(value))
                return value + 0.0;
            complaint = new($"{Shown(text)} is too large for a number", null);
            return null;
        }
        complaint = NotANumber(text);
        return null;
    }

    /// <summary>The unsigned bits of a register code, decimal or 0x, up to 64 bits; or null.</summary>
    public static ulong? Bits(string text) =>
        IsHex(text)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) ? bits : null;

    /// <summary>A signed register code, decimal or 0x; or null.</summary>
    public static long? Code(string text) =>
        IsHex(text)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex <= long.MaxValue ? (long)hex : null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>true or false and nothing else: "no" is a country.</summary>
    public static bool? Flag(ScalarNode scalar, out Complaint complaint)
    {
        complaint = default;
        if (scalar is { Quoted: false, Text: "true" })
            return true;
        if (scalar is { Quoted: false, Text: "false" })
            return false;
        var meant = scalar.Text.ToLowerInvariant() switch
        {
            "yes" or "y" or "on" or "1" or "true" => "true",
            "no" or "n" or "off" or "0" or "false" => "false",
            _ => null,
        };
        complaint = new($"{Shown(scalar.Text)} is not true or false", meant is null ? null : $"write {meant}");
        return null;
    }

    /// <summary>An unquoted nothing: "key:", "~" or "null".</summary>
    public static bool IsEmpty(ScalarNode scalar) => !scalar.Quoted && scalar.Text is "" or "~" or "null";

    /// <summary>A value as a message may show it: one line, not endless, in quotes when it is more than a word.</summary>
    public static string Shown(string text)
    {
        const int most = 40;
        var line = string.Create(text.Length, text, (letters, from) =>
        {
            for (var i = 0; i < letters.Length; i++)
                letters[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
        if (line.Length > most)
            line = string.Concat(line.AsSpan(0, most), "…");
        return line.Length == 0 || line.Contains(' ') ? $"'{line}'" : line;
    }

    /// <summary>A foreign message made one short lower-case line without a full stop.</summary>
    public static string Sentence(string message)
    {
        const int most = 160;
        var line = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        if (line.Length > most)
            line = string.Concat(line.AsSpan(0, most), "…");
        return line.Length > 1 && char.IsUpper(line[0]) && char.IsLower(line[1]) ? char.ToLowerInvariant(line[0]) + line[1..] : line;
    }

    private static Complaint NotANumber(string text)
    {
        var shown = Shown(text);
        if (text.TrimStart('+', '-', '.').ToLowerInvariant() is "nan" or "inf" or "infinity")
            return new($"{shown} is not a finite number", "leave the key out where there is no limit");
        if (text.Contains(',') && double.TryParse(text.Replace(',', '.'), Decimal, CultureInfo.InvariantCulture, out _))
            return new($"{shown} is not a number", $"decimals take a point: {text.Replace(',', '.')}");
        if (text.Contains('_') && double.TryParse(text.Replace("_", ""), Decimal, CultureInfo.InvariantCulture, out _))
            return new($"{shown} is not a number", $"write {text.Replace("_", "")}");
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-'))
            end++;
        if (end > 0 && double.TryParse(text.AsSpan(0, end), Decimal, CultureInfo.InvariantCulture, out _))
            return new($"{shown} is not a number", "write the number alone; the key says the unit");
        return new($"{shown} is not a number", null);
    }

    private static bool IsHex(string text) => text.StartsWith("0x", StringComparison.Ordinal);

    private static bool HasLeadingZero(string text)
    {
        var digits = text.TrimStart('+', '-');
        return digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
    }

    private static bool IsDigitStart(string text)
    {
        var start = text.TrimStart('+', '-');
        return start.Length > 0 && (char.IsAsciiDigit(start[0]) || start[0] == '.');
    }
}
