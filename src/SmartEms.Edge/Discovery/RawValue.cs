using System.Globalization;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>One register read every way that makes sense, alone and together with the next one; what is implausible is null.</summary>
internal sealed record RawValue(int Address, ushort Word)
{
    private static readonly PointDefinition Single = new("", RegisterType.F32);

    public short? Signed { get; private init; }
    public uint? Wide { get; private init; }
    public int? WideSigned { get; private init; }
    public float? Real { get; private init; }
    public uint? SwappedWide { get; private init; }
    public int? SwappedWideSigned { get; private init; }
    public float? SwappedReal { get; private init; }

    /// <summary>The two bytes as text; empty when they are none.</summary>
    public string Text { get; private init; } = "";

    /// <summary>All registers of a run; the last one has no 32-bit readings.</summary>
    public static RawValue[] Of(int address, ReadOnlySpan<ushort> words)
    {
        var values = new RawValue[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            var value = new RawValue(address + i, word) { Signed = word >= 0x8000 ? unchecked((short)word) : null, Text = Letters(word) };
            if (i + 1 < words.Length)
            {
                var (plain, swapped) = ((uint)word << 16 | words[i + 1], (uint)words[i + 1] << 16 | word);
                value = value with
                {
                    Wide = plain,
                    WideSigned = plain >= 0x8000_0000 ? unchecked((int)plain) : null,
                    Real = Plausible(plain),
                    SwappedWide = swapped,
                    SwappedWideSigned = swapped >= 0x8000_0000 ? unchecked((int)swapped) : null,
                    SwappedReal = Plausible(swapped),
                };
            }
            values[i] = value;
        }
        return values;
    }

    /// <summary>A number as people read it: seven digits at most.</summary>
    public static string Show(float? value) => value?.ToString("G7", CultureInfo.InvariantCulture) ?? "";

    // Whole numbers taken for floating point come out absurdly small or large; nothing a site measures does.
    private static float? Plausible(uint bits)
    {
        var sample = Decoding.Number(Single, bits);
        return sample.IsKnown && (sample.Value == 0 && bits == 0 || Math.Abs(sample.Value) is >= 1e-4 and <= 1e9) ? (float)sample.Value : null;
    }

    private static string Letters(ushort word)
    {
        var (high, low) = ((char)(word >> 8), (char)(word & 0xFF));
        return !IsPrintable(high) ? "" : IsPrintable(low) ? $"{high}{low}" : low == 0 ? $"{high}" : "";
    }

    private static bool IsPrintable(char letter) => letter is > ' ' and < (char)0x7F;
}
