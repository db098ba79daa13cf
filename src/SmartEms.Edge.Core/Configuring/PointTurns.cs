using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads what turns a register into its value beyond type and scale: some bits only, another point's sign or state, and what "no value" stands for.</summary>
internal static class PointTurns
{
    public static PointDefinition Read(NodeReader at, PointDefinition point)
    {
        point = point with { Mask = Mask(at, point), SignFrom = at.Text("sign_from"), OnlyWhen = OnlyWhen(at), NoValueIs = at.Number("no_value_is", Allowed.Any) };
        if (point.NoValueIs is not null && point.Sentinels.IsEmpty && point.Type is not (RegisterType.F32 or RegisterType.F64))
            at.Note("no_value_is", ProblemCodes.Contradiction, "no code of this point means \"no value\"", "give its sentinels, or remove no_value_is");
        return point;
    }

    private static ulong Mask(NodeReader at, PointDefinition point)
    {
        if (at.Node("mask") is not { } node)
            return 0;
        var most = SentinelCodes.MostBits(point.Type);
        if (node is not ScalarNode { Quoted: false } scalar || Scalars.Bits(scalar.Text) is not { } mask || mask == 0 || mask > most)
        {
            at.Note("mask", ProblemCodes.OutOfRange, $"must be bits 0x1–0x{most:X}", "0x2 is the second bit from the right");
            return 0;
        }
        if (point.Type is not (RegisterType.U16 or RegisterType.U32 or RegisterType.U64))
            at.Note("mask", ProblemCodes.TypeMisfit, $"bits of a {ProfileWords.Of(ProfileWords.Types, point.Type)} mean nothing alone", "give the point an unsigned type");
        if (point.Access != PointAccess.Read)
            at.Note("mask", ProblemCodes.Contradiction, "some bits of a register cannot be written alone", "write the whole register, or only read these bits");
        return mask;
    }

    private static PointCondition? OnlyWhen(NodeReader at)
    {
        if (at.Map("only_when", null) is not { } map)
            return null;
        if (map.Entries.Length != 1)
        {
            at.Note("only_when", ProblemCodes.Contradiction, $"{map.Entries.Length} conditions", "one point and its value: only_when: {meter_state: 1}");
            return null;
        }
        return map.Number(map.Entries[0].Key, Allowed.Any, required: true) is { } value ? new(map.Entries[0].Key, value) : null;
    }
}
