using System.Collections.Immutable;
using System.Globalization;

namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>Finds chips and lines by the words people use for them.</summary>
public static class GpioSearch
{
    /// <summary>The most lines one request may hold (GPIO_V2_LINES_MAX).</summary>
    public const int MostLines = 64;

    /// <summary>The chip with this label; where none has it, the chip with this name.</summary>
    /// <exception cref="GpioException">There is none, or several carry the label.</exception>
    public static GpioChip Chip(ImmutableArray<GpioChip> chips, string wanted)
    {
        var found = chips.Where(chip => chip.Label == wanted).ToList();
        if (found.Count == 0)
            found = [.. chips.Where(chip => chip.Name == wanted)];
        if (found is [var one])
            return one;
        if (found.Count > 1)
            throw new GpioException(GpioTrouble.NoSuchChip, $"{found.Count} GPIO chips are labelled {wanted}", $"name one of {string.Join(", ", found.Select(chip => chip.Name))}");
        throw new GpioException(GpioTrouble.NoSuchChip, $"no GPIO chip is labelled {wanted}",
            chips.IsEmpty ? "this machine has no GPIO chip" : $"there is {string.Join(", ", chips.Select(chip => $"{chip.Label} ({chip.Name}, {chip.LineCount} lines)"))}");
    }

    /// <summary>The offset of a line given by its name, or by its offset in decimal; a name goes first.</summary>
    /// <exception cref="GpioException">The chip has no such line, or two of that name.</exception>
    public static int Line(GpioChip chip, ImmutableArray<GpioLine> lines, string wanted)
    {
        var found = lines.Where(line => line.Name.Length > 0 && line.Name == wanted).ToList();
        if (found is [var one])
            return one.Offset;
        if (found.Count > 1)
            throw new GpioException(GpioTrouble.NoSuchLine, $"{chip.Label} has {found.Count} lines named {wanted}", $"name an offset: {string.Join(", ", found.Select(line => line.Offset))}");
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset < chip.LineCount)
            return offset;
        var names = lines.Where(line => line.Name.Length > 0).Select(line => line.Name).Take(12).ToList();
        throw new GpioException(GpioTrouble.NoSuchLine, $"{chip.Label} has no line {wanted}",
            $"offsets 0–{chip.LineCount - 1}{(names.Count == 0 ? "; its lines have no names" : $", names {string.Join(", ", names)}")}");
    }
}
