using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>A point as read, with its place; <see cref="Sound"/> when nothing was wrong with it alone.</summary>
internal sealed record ReadPoint(PointDefinition Point, NodeReader At, bool Sound);

/// <summary>Reads the points of a profile one by one; what concerns several points is <see cref="ProfileChecks"/>.</summary>
internal sealed class ProfilePoints(DeviceProfile head, PointDefaults defaults, ProblemList problems)
{
    private const int MostPoints = 1_000;

    private static readonly string[] Keys =
    [
        "name", "address", "model", "models", "offset", "length", "space", "type", "words", "scale", "scale_factor", "unit", "sentinels", "access",
        "write_with", "priority", "measure", "map", "min", "max", "max_age_ms", "unit_id", "sum", "meaning",
        "mask", "sign_from", "only_when", "no_value_is", "wear", "writes_per_day", "writes_lifetime",
    ];

    private static readonly string[] RegisterKeys =
        ["address", "model", "models", "offset", "length", "space", "type", "words", "scale", "scale_factor", "sentinels", "access", "write_with", "map", "unit_id",
         "mask", "sign_from", "only_when", "no_value_is", "wear", "writes_per_day", "writes_lifetime"];

    private static readonly string[] NumberKeys = ["words", "scale", "scale_factor", "measure", "map", "min", "max", "mask", "sign_from", "no_value_is"];

    public static Allowed Ages { get; } = new(100, 86_400_000, "ms");

    public ImmutableArray<ReadPoint> Read(NodeReader file)
    {
        var points = ImmutableArray.CreateBuilder<ReadPoint>();
        foreach (var at in file.Maps("points", MostPoints, Keys, required: true))
        {
            var before = problems.Errors;
            var point = at.Has("sum") ? Derived(at) : Register(at);
            point = WithMeaning(at, point with { Name = at.Name("name", "_", 64) ?? "" });
            points.Add(new(point, at, problems.Errors == before));
        }
        if (points.Count == 0 && file.Has("points") && problems.Errors == 0)
            file.Note("points", ProblemCodes.MissingKey, "a profile without points can do nothing");
        return points.ToImmutable();
    }

    /// <summary>The name of a further unit id, checked against the profile's own list.</summary>
    public static string? UnitId(NodeReader at, DeviceProfile head)
    {
        if (at.Text("unit_id") is not { } name)
            return null;
        if (head.Units.ContainsKey(name))
            return name;
        at.Note("unit_id", ProblemCodes.UnknownName, $"no unit named {Scalars.Shown(name)} in units", Spelling.Suggest(name, [.. head.Units.Keys], "units"));
        return null;
    }

    private static PointDefinition Derived(NodeReader at)
    {
        foreach (var key in RegisterKeys)
            if (at.Has(key))
                at.Note(key, ProblemCodes.Derived, "a sum has no register of its own", $"remove {key}");
        var terms = ImmutableArray.CreateBuilder<DerivedTerm>();
        if (at.Map("sum", null) is { } sum)
        {
            foreach (var entry in sum.Entries)
                if (sum.Number(entry.Key, Allowed.Any, required: true) is { } factor)
                    terms.Add(new(entry.Key, factor));
            if (sum.Entries.IsEmpty)
                at.Note("sum", ProblemCodes.Derived, "a sum needs at least one point");
        }
        return new("", RegisterType.F64) { Terms = terms.ToImmutable() };
    }

    private PointDefinition Register(NodeReader at)
    {
        var space = at.Word("space", ProfileWords.Spaces) ?? defaults.Space;
        var isBit = space is RegisterSpace.Coil or RegisterSpace.DiscreteInput;
        var type = at.Word("type", ProfileWords.Types) ?? (isBit ? RegisterType.U16 : defaults.Type);
        if (type is null && !at.Has("type"))
            at.Missing("type", $"one of {string.Join(", ", ProfileWords.All(ProfileWords.Types))}, here or in defaults");
        if (isBit && type is not RegisterType.U16)
            at.Note("type", ProblemCodes.TypeMisfit, $"a {ProfileWords.Of(ProfileWords.Spaces, space)} is one bit", "remove type");
        var point = new PointDefinition("", type ?? RegisterType.U16)
        {
            Space = space,
            Words = at.Word("words", ProfileWords.Orders) ?? defaults.Words,
            Scale = at.Number("scale", Allowed.Any) ?? 1,
            ScaleFactor = at.Text("scale_factor"),
            Sentinels = isBit || type is null ? [] : SentinelCodes.Read(at, type.Value, problems) ?? defaults.SentinelsFor(type.Value),
            UnitId = at.Has("unit_id") ? UnitId(at, head) : defaults.UnitId,
            TextLength = TextLength(at, type),
        };
        if (point.Scale == 0)
            at.Note("scale", ProblemCodes.OutOfRange, "0 would make every value 0");
        if (type == RegisterType.Text)
            foreach (var key in NumberKeys)
                if (at.Has(key))
                    at.Note(key, ProblemCodes.TypeMisfit, "a text is not a number", $"remove {key}");
        point = WithAccess(at, head.Layout == ProfileLayout.Fixed || IsVendors(at) ? AtAddress(at, point) : InModel(at, point));
        return ProfileWear.Read(at, PointTurns.Read(at, point));
    }

    private static int TextLength(NodeReader at, RegisterType? type)
    {
        if (type == RegisterType.Text)
            return at.Whole("length", new(1, 125, "registers"), required: true) ?? 1;
        if (at.Has("length") && type is not null)
            at.Note("length", ProblemCodes.TypeMisfit, "only a text has a length", "remove it; the type says the width");
        return 0;
    }

    // A SunSpec device may have registers of its vendor beside the chain, at fixed addresses.
    private static bool IsVendors(NodeReader at) => at.Has("address") && !at.Has("model") && !at.Has("models") && !at.Has("offset");

    private static PointDefinition AtAddress(NodeReader at, PointDefinition point)
    {
        foreach (var key in new[] { "model", "models", "offset" })
            if (at.Has(key))
                at.Note(key, ProblemCodes.Layout, "a fixed layout has addresses, not SunSpec models", "give address, or write layout: sunspec");
        return point with { Address = (ushort)(at.Whole("address", Allowed.RegisterAddress, required: true) ?? 0) };
    }

    private PointDefinition InModel(NodeReader at, PointDefinition point)
    {
        if (at.Has("address"))
            at.Note("address", ProblemCodes.Layout, "a point lies in a SunSpec model or at a fixed address, not both", "keep model and offset, or address alone");
        if (at.Has("model") && at.Has("models"))
            at.Note("model", ProblemCodes.Contradiction, "model and models exclude each other", "keep models");
        if (!at.Has("model") && !at.Has("models"))
            at.Missing("model", "the SunSpec model id, or models: [101, 102, 103] where either may be present");
        ImmutableArray<ushort> models = at.Has("models")
            ? ProfileFile.Addresses(at, "models", problems)
            : at.Whole("model", new(1, 65_535, "", "a SunSpec model id")) is { } model ? [(ushort)model] : [];
        if (at.Has("models") && at.Node("models") is ListNode { Items.IsEmpty: true })
            at.Note("models", ProblemCodes.MissingKey, "the list is empty");
        return point with { Models = models, Address = (ushort)(at.Whole("offset", new(0, 65_535, "", "an offset from the model's id register"), required: true) ?? 0) };
    }

    private PointDefinition WithAccess(NodeReader at, PointDefinition point)
    {
        var access = at.Word("access", ProfileWords.Accesses) ?? defaults.Access;
        var function = at.Word("write_with", ProfileWords.WriteFunctions);
        if (access == PointAccess.Read)
        {
            if (function is not null)
                at.Note("write_with", ProblemCodes.Contradiction, "this point is only read", "add access: write or readwrite, or remove write_with");
            return point;
        }
        if (point.Space is RegisterSpace.DiscreteInput or RegisterSpace.InputRegister)
            at.Note(at.Has("access") ? "access" : "space", ProblemCodes.TypeMisfit, $"{ProfileWords.Of(ProfileWords.Spaces, point.Space)} registers cannot be written", "Modbus writes coil and holding only");
        if (point.Type is RegisterType.Text or RegisterType.SunSsf)
            at.Note("type", ProblemCodes.TypeMisfit, "a text or scale factor is never written");
        if (function == WriteFunction.Single && point.Width > 1)
            at.Note("write_with", ProblemCodes.TypeMisfit, $"function 06 writes one register, this point has {point.Width}", "write_with: multiple");
        return point with { Access = access, WriteWith = function ?? (point.Width > 1 ? WriteFunction.Multiple : defaults.WriteWith) };
    }

    private PointDefinition WithMeaning(NodeReader at, PointDefinition point)
    {
        var measure = at.Word("measure", ProfileWords.MeasureNames) ?? Measure.None;
        var fact = measure == Measure.None ? null : Measures.Fact(measure);
        if (fact is not null && point.Access == PointAccess.Write)
            at.Note("measure", ProblemCodes.NotReadable, "a write-only point measures nothing", "remove measure");
        point = point with
        {
            Measure = measure,
            Unit = Unit(at, fact),
            Min = Narrowed(at, "min", fact) ?? fact?.Min ?? double.NegativeInfinity,
            Max = Narrowed(at, "max", fact) ?? fact?.Max ?? double.PositiveInfinity,
            MaxAgeMs = Age(at, fact),
            Priority = at.Word("priority", ProfileWords.Priorities) ?? defaults.Priority,
            Meaning = at.Text("meaning") ?? "",
        };
        if (point.Min >= point.Max)
            at.Note("max", ProblemCodes.Order, $"{Allowed.Text(point.Max)} is not above min {Allowed.Text(point.Min)}");
        return point with { Map = Map(at, point) };
    }

    private static string Unit(NodeReader at, MeasureFact? fact)
    {
        var unit = at.Text("unit");
        if (fact is not null && unit is not null && unit != fact.Unit)
            at.Note("unit", ProblemCodes.UnitMismatch, $"{fact.Name} is in {(fact.Unit.Length == 0 ? "no unit" : fact.Unit)}, not {Scalars.Shown(unit)}",
                fact.Unit.Length == 0 ? "remove unit" : $"turn the value into {fact.Unit} with scale");
        return unit ?? fact?.Unit ?? "";
    }

    private static double? Narrowed(NodeReader at, string key, MeasureFact? fact)
    {
        if (at.Number(key, Allowed.Any) is not { } value)
            return null;
        if (fact is not null && (value < fact.Min || value > fact.Max))
            at.Note(key, ProblemCodes.Widened, $"{Allowed.Text(value)} {fact.Unit} lies outside {Allowed.Text(fact.Min)}–{Allowed.Text(fact.Max)} of {fact.Name}", "a profile may only narrow a measure");
        return value;
    }

    private int Age(NodeReader at, MeasureFact? fact)
    {
        if (at.Whole("max_age_ms", Ages) is not { } age)
            return fact?.MaxAgeMs ?? defaults.MaxAgeMs;
        if (fact is not null && age > fact.MaxAgeMs)
            at.Note("max_age_ms", ProblemCodes.Widened, $"{age} ms is older than {fact.Name} may be, {fact.MaxAgeMs} ms", "a profile may only narrow a measure");
        return age;
    }

    private ImmutableDictionary<long, double> Map(NodeReader at, PointDefinition point)
    {
        var map = ImmutableDictionary.CreateBuilder<long, double>();
        if (at.Map("map", null) is not { } states)
            return map.ToImmutable();
        foreach (var entry in states.Entries)
        {
            var state = states.Number(entry.Key, new(point.Min, point.Max, point.Unit));
            if (Scalars.Code(entry.Key) is not { } code)
                problems.Add(entry.KeyPlace, ProblemCodes.WrongType, $"{at.At("map")}: {Scalars.Shown(entry.Key)} is not a raw code", "a whole number, decimal or 0x…");
            else if (state is not null && !map.TryAdd(code, state.Value) && states.PlaceOf(entry.Key) == entry.Value.Place)
                problems.Add(entry.KeyPlace, ProblemCodes.DuplicateKey, $"{at.At("map")}: code {code} is written twice", "keep one of them");
        }
        return map.ToImmutable();
    }
}
