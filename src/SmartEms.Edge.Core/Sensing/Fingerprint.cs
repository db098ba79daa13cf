using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>One register by which a model is known: what is read there, and what it must say. Reading is all it ever does.</summary>
public sealed record Fingerprint(RegisterSpace Space, ushort Address, RegisterType Type)
{
    /// <summary>SunSpec model id when <see cref="Address"/> is an offset from that model's id register; null for an absolute address.</summary>
    public ushort? Model { get; init; }
    public WordOrder Words { get; init; }

    /// <summary>Length in registers of a text.</summary>
    public int TextLength { get; init; }

    /// <summary>Name of a further unit id (see <see cref="DeviceProfile.Units"/>), or null for the device's own.</summary>
    public string? UnitId { get; init; }

    /// <summary>The whole numbers that fit; empty when another test is meant.</summary>
    public ImmutableArray<long> AnyOf { get; init; } = [];

    /// <summary>A part of the text, upper and lower case alike; null when another test is meant.</summary>
    public string? Contains { get; init; }

    /// <summary>The range that fits, ends included; infinite when another test is meant.</summary>
    public double Min { get; init; } = double.NegativeInfinity;
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>How much a match is worth, 1–100: the share of certainty it brings.</summary>
    public int Weight { get; init; } = 50;
    public string Meaning { get; init; } = "";

    /// <summary>Width in registers.</summary>
    public int Width => Point.Width;

    /// <summary>True when registers read from the device say what this model would say; <paramref name="words"/> holds <see cref="Width"/> registers.</summary>
    public bool Fits(ReadOnlySpan<ushort> words)
    {
        if (Type == RegisterType.Text)
            return Contains is not null && Decoding.Text(Point, words) is { } text && text.Contains(Contains, StringComparison.OrdinalIgnoreCase);
        var sample = Decoding.Number(Point, Decoding.Bits(Point, words));
        if (!sample.IsKnown)
            return false;
        if (AnyOf.IsEmpty)
            return sample.Value >= Min && sample.Value <= Max;
        foreach (var number in AnyOf)
            if (number == sample.Value)
                return true;
        return false;
    }

    private PointDefinition Point => new("", Type) { Words = Words, TextLength = TextLength };
}
