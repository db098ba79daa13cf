using System.Collections.Immutable;
using System.Text;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>One point of one model as a device shows it: where it lies, and its value in words. <see cref="Group"/> counts from 1, 0 for a fixed point.</summary>
public readonly record struct SunSpecValue(SunSpecPoint Point, int Group, ushort Address, string Shown)
{
    /// <summary>"W", or "DCW[2]" in the second group.</summary>
    public string Name => Group == 0 ? Point.Definition.Name : $"{Point.Definition.Name}[{Group}]";
}

/// <summary>The registers of a model in words, for people and captures. Scale factors are read from the same registers every time: a device may change them.</summary>
public static class SunSpecDecoding
{
    /// <summary>Every point that lies wholly within <paramref name="words"/>, the model's registers from its id on (header included); a device that
    /// shows less than the standard simply has fewer points.</summary>
    public static ImmutableArray<SunSpecValue> Of(SunSpecDefinition definition, ushort address, ReadOnlySpan<ushort> words)
    {
        var values = ImmutableArray.CreateBuilder<SunSpecValue>();
        foreach (var point in definition.Points)
            if (point.Definition.Address + point.Definition.Width <= words.Length)
                values.Add(new(point, 0, (ushort)(address + point.Definition.Address), Shown(definition, point, words, 0)));
        if (definition.GroupLength == 0)
            return values.ToImmutable();
        var group = 1;
        for (var start = definition.FixedLength; start + definition.GroupLength <= words.Length; start += definition.GroupLength, group++)
            foreach (var point in definition.GroupPoints)
                values.Add(new(point, group, (ushort)(address + start + point.Definition.Address), Shown(definition, point, words, start)));
        return values.ToImmutable();
    }

    private static string Shown(SunSpecDefinition model, SunSpecPoint point, ReadOnlySpan<ushort> words, int start)
    {
        var definition = point.Definition;
        var own = words.Slice(start + definition.Address, definition.Width);
        if (definition.Type == RegisterType.Text)
            return Decoding.Text(definition, own) is { } text ? $"\"{text}\"" : "empty";
        var bits = Decoding.Bits(definition, own);
        if (Decoding.IsSentinel(definition, bits))
            return definition.Sentinels[0] == 0 ? "not accumulated" : "not implemented";
        if (point.IsBitField)
            return Bits(point.Symbols, bits);
        var power = definition.ScaleFactor is { } factor ? Power(model, factor, words, start) : default;
        if (definition.ScaleFactor is not null && !power.IsKnown)
            return $"raw {bits}: its scale factor {definition.ScaleFactor} cannot be used";
        var sample = Decoding.Number(definition, bits, power);
        if (!sample.IsKnown)
            return definition.Type == RegisterType.SunSsf ? $"no power of ten: {unchecked((short)bits)}" : "not implemented";
        return point.Symbols.IsEmpty ? $"{sample.Value:0.######} {definition.Unit}".TrimEnd() : $"{bits} {NameOf(point.Symbols, (long)bits)}".TrimEnd();
    }

    /// <summary>A group's own scale factor goes before the model's.</summary>
    private static Sample Power(SunSpecDefinition model, string name, ReadOnlySpan<ushort> words, int start)
    {
        if (start > 0 && Find(model.GroupPoints, name) is { } own)
            return At(own, words, start);
        return Find(model.Points, name) is { } shared ? At(shared, words, 0) : Sample.Bad(BadReason.NotAvailable);
    }

    private static Sample At(PointDefinition factor, ReadOnlySpan<ushort> words, int start) =>
        start + factor.Address < words.Length ? Decoding.Number(factor, words[start + factor.Address]) : Sample.Bad(BadReason.NotAvailable);

    private static PointDefinition? Find(ImmutableArray<SunSpecPoint> points, string name)
    {
        foreach (var point in points)
            if (point.Definition.Name == name)
                return point.Definition;
        return null;
    }

    private static string NameOf(ImmutableArray<SunSpecSymbol> symbols, long code)
    {
        foreach (var symbol in symbols)
            if (symbol.Code == code)
                return symbol.Name;
        return "(a code the standard does not know)";
    }

    private static string Bits(ImmutableArray<SunSpecSymbol> symbols, ulong bits)
    {
        if (bits == 0)
            return "none";
        var shown = new StringBuilder();
        for (var bit = 0; bit < 32; bit++)
        {
            if ((bits >> bit & 1) == 0)
                continue;
            var name = $"bit {bit}";
            foreach (var symbol in symbols)
                if (symbol.Code == bit)
                    name = symbol.Name;
            shown.Append(shown.Length == 0 ? "" : " + ").Append(name);
        }
        return shown.ToString();
    }
}
