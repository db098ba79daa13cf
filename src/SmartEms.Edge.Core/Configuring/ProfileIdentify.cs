using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads the fingerprints of a profile: each names one register and exactly one test of what it says.</summary>
internal sealed class ProfileIdentify(DeviceProfile head, ProblemList problems)
{
    private const int MostFingerprints = 16;

    private static readonly string[] Keys =
        ["space", "address", "model", "offset", "type", "words", "length", "unit_id", "equals", "contains", "min", "max", "weight", "meaning"];

    public ImmutableArray<Fingerprint> Read(NodeReader file)
    {
        var fingerprints = ImmutableArray.CreateBuilder<Fingerprint>();
        foreach (var at in file.Maps("identify", MostFingerprints, Keys))
            fingerprints.Add(One(at));
        return fingerprints.ToImmutable();
    }

    private Fingerprint One(NodeReader at)
    {
        var type = at.Word("type", ProfileWords.Types, required: true) ?? RegisterType.U16;
        var (model, address) = Where(at);
        var fingerprint = new Fingerprint(at.Word("space", ProfileWords.Spaces) ?? RegisterSpace.HoldingRegister, address, type)
        {
            Model = model,
            Words = at.Word("words", ProfileWords.Orders) ?? WordOrder.BigEndian,
            TextLength = Length(at, type),
            UnitId = ProfilePoints.UnitId(at, head),
            AnyOf = AnyOf(at),
            Contains = at.Text("contains"),
            Min = at.Number("min", Allowed.Any) ?? double.NegativeInfinity,
            Max = at.Number("max", Allowed.Any) ?? double.PositiveInfinity,
            Weight = at.Whole("weight", new(1, 100, "%")) ?? 50,
            Meaning = at.Text("meaning") ?? "",
        };
        Test(at, type);
        if (at.Has("min") && at.Has("max") && fingerprint.Min > fingerprint.Max)
            at.Note("max", ProblemCodes.Order, $"{Allowed.Text(fingerprint.Max)} is not above min {Allowed.Text(fingerprint.Min)}");
        if (model is null && address + fingerprint.Width > 65_536)
            at.Note("address", ProblemCodes.BeyondTable, $"{address} with {fingerprint.Width} registers goes beyond 65535");
        return fingerprint;
    }

    private (ushort? Model, ushort Address) Where(NodeReader at)
    {
        if (!at.Has("model") && !at.Has("offset"))
            return (null, (ushort)(at.Whole("address", Allowed.RegisterAddress, required: true) ?? 0));
        if (head.Layout == ProfileLayout.Fixed)
            at.Note(at.Has("model") ? "model" : "offset", ProblemCodes.Layout, "a fixed layout has addresses, not SunSpec models", "give address, or write layout: sunspec");
        if (at.Has("address"))
            at.Note("address", ProblemCodes.Contradiction, "a fingerprint lies in a SunSpec model or at a fixed address, not both", "keep model and offset, or address alone");
        var model = at.Whole("model", new(1, 65_535, "", "a SunSpec model id"), required: true);
        return ((ushort)(model ?? 1), (ushort)(at.Whole("offset", new(0, 65_535, "", "an offset from the model's id register"), required: true) ?? 0));
    }

    private static int Length(NodeReader at, RegisterType type)
    {
        if (type == RegisterType.Text)
            return at.Whole("length", new(1, 64, "registers"), required: true) ?? 1;
        if (at.Has("length"))
            at.Note("length", ProblemCodes.TypeMisfit, "only a text has a length", "remove it; the type says the width");
        return 0;
    }

    private ImmutableArray<long> AnyOf(NodeReader at)
    {
        var numbers = ImmutableArray.CreateBuilder<long>();
        if (at.Node("equals") is null)
            return [];
        foreach (var item in at.List("equals", 64))
            if (item is ScalarNode { Quoted: false } scalar && Scalars.Code(scalar.Text) is { } number)
                numbers.Add(number);
            else
                problems.Add(item.Place, ProblemCodes.WrongType, $"{at.At("equals")}: each must be a whole number, decimal or 0x…");
        return numbers.ToImmutable();
    }

    private static void Test(NodeReader at, RegisterType type)
    {
        var isRange = at.Has("min") || at.Has("max");
        var tests = (at.Has("equals") ? 1 : 0) + (at.Has("contains") ? 1 : 0) + (isRange ? 1 : 0);
        if (tests == 0)
            at.Missing(type == RegisterType.Text ? "contains" : "equals", type == RegisterType.Text ? "contains: a part of the text" : "equals: [numbers], or min and max");
        else if (tests > 1)
            at.Note(at.Has("contains") ? "contains" : "equals", ProblemCodes.Contradiction, "one test per fingerprint", "split it into two");
        else if (type == RegisterType.Text != at.Has("contains"))
            at.Note(at.Has("contains") ? "contains" : at.Has("equals") ? "equals" : at.Has("min") ? "min" : "max", ProblemCodes.TypeMisfit,
                type == RegisterType.Text ? "a text is not a number" : "a number contains no text", type == RegisterType.Text ? "contains: a part of the text" : "equals: [numbers], or min and max");
    }
}
