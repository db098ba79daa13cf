using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>What holds for every point of a profile that does not say otherwise.</summary>
internal sealed record PointDefaults
{
    private static readonly string[] Keys =
        ["space", "type", "words", "sentinels", "priority", "max_age_ms", "access", "write_with", "unit_id"];

    public RegisterSpace Space { get; init; } = RegisterSpace.HoldingRegister;
    public RegisterType? Type { get; init; }
    public WordOrder Words { get; init; }

    /// <summary>True for the word "sunspec": each type has its own code.</summary>
    public bool SunSpecSentinels { get; init; }

    /// <summary>Codes of <see cref="Type"/>; points of another type do not inherit them.</summary>
    public ImmutableArray<ulong> Sentinels { get; init; } = [];
    public PointPriority Priority { get; init; } = PointPriority.Low;
    public int MaxAgeMs { get; init; } = 60_000;
    public PointAccess Access { get; init; }
    public WriteFunction WriteWith { get; init; } = WriteFunction.Multiple;
    public string? UnitId { get; init; }

    public static PointDefaults Read(NodeReader file, DeviceProfile head, ProblemList problems)
    {
        if (file.Map("defaults", Keys) is not { } map)
            return new();
        var type = map.Word("type", ProfileWords.Types);
        var sunspec = map.Node("sentinels") is ScalarNode { Text: "sunspec" };
        if (map.Has("sentinels") && !sunspec && type is null)
            map.Note("sentinels", ProblemCodes.Contradiction, "codes without a type", "give defaults.type beside them, or write sentinels: sunspec");
        return new()
        {
            Space = map.Word("space", ProfileWords.Spaces) ?? RegisterSpace.HoldingRegister,
            Type = type,
            Words = map.Word("words", ProfileWords.Orders) ?? WordOrder.BigEndian,
            SunSpecSentinels = sunspec,
            Sentinels = sunspec || type is null ? [] : SentinelCodes.Read(map, type.Value, problems) ?? [],
            Priority = map.Word("priority", ProfileWords.Priorities) ?? PointPriority.Low,
            MaxAgeMs = map.Whole("max_age_ms", ProfilePoints.Ages) ?? 60_000,
            Access = map.Word("access", ProfileWords.Accesses) ?? PointAccess.Read,
            WriteWith = map.Word("write_with", ProfileWords.WriteFunctions) ?? WriteFunction.Multiple,
            UnitId = ProfilePoints.UnitId(map, head),
        };
    }

    /// <summary>The codes a point of a type inherits.</summary>
    public ImmutableArray<ulong> SentinelsFor(RegisterType type) =>
        SunSpecSentinels ? SunSpecCodes.NotImplemented(type) : type == Type ? Sentinels : [];
}

/// <summary>Raw codes that mean "no value": written out, or the word "sunspec" for the codes of the SunSpec Device Information Model.</summary>
internal static class SentinelCodes
{
    /// <summary>The codes under "sentinels", or null when the key is absent.</summary>
    public static ImmutableArray<ulong>? Read(NodeReader at, RegisterType type, ProblemList problems)
    {
        if (at.Node("sentinels") is not { } node)
            return null;
        if (node is ScalarNode { Text: "sunspec" })
            return SunSpecCodes.NotImplemented(type);
        if (type == RegisterType.Text && node is not ListNode { Items.IsEmpty: true })
        {
            at.Note("sentinels", ProblemCodes.TypeMisfit, "a text has no codes");
            return null;
        }
        var most = MostBits(type);
        var codes = ImmutableArray.CreateBuilder<ulong>();
        foreach (var item in at.List("sentinels", 32))
        {
            if (item is ScalarNode { Quoted: false } scalar && Scalars.Bits(scalar.Text) is { } code && code <= most)
                codes.Add(code);
            else
                problems.Add(item.Place, ProblemCodes.OutOfRange, $"{at.At("sentinels")}: each must be raw bits 0–0x{most:X} of {ProfileWords.Of(ProfileWords.Types, type)}", null);
        }
        return codes.ToImmutable();
    }

    /// <summary>All ones in the width of a type.</summary>
    public static ulong MostBits(RegisterType type) => new PointDefinition("", type).Width switch
    {
        1 => 0xFFFF,
        2 => 0xFFFF_FFFF,
        _ => ulong.MaxValue,
    };
}
