using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>What a code of an enumeration is called, or a bit (by number) of a bit field.</summary>
public readonly record struct SunSpecSymbol(int Code, string Name);

/// <summary>One point of a published model: how its bits are read, and what its codes are called. <see cref="PointDefinition.Address"/> is the offset
/// from the model's id register, or from the start of its group for a point that repeats.</summary>
public sealed record SunSpecPoint(PointDefinition Definition, ImmutableArray<SunSpecSymbol> Symbols, bool IsBitField);

/// <summary>A published model: its fixed points, and the points of the group that repeats to its end, if there is one.</summary>
public sealed record SunSpecDefinition(ushort Id, string Title, ImmutableArray<SunSpecPoint> Points)
{
    /// <summary>Registers of one group; 0 when nothing repeats.</summary>
    public int GroupLength { get; init; }
    public ImmutableArray<SunSpecPoint> GroupPoints { get; init; } = [];

    /// <summary>Registers before the first group, the two of the header counted.</summary>
    public int FixedLength
    {
        get
        {
            var end = 2;
            foreach (var point in Points)
                end = Math.Max(end, point.Definition.Address + point.Definition.Width);
            return end;
        }
    }
}

/// <summary>The published models by their id, read from the packed table (hw/sunspec/models.txt says its form). Only people are told by it: what is
/// steered by stands in profiles.</summary>
public sealed class SunSpecCatalogue
{
    private static readonly FrozenDictionary<string, RegisterType> Types = new Dictionary<string, RegisterType>
    {
        ["u16"] = RegisterType.U16, ["s16"] = RegisterType.S16, ["u32"] = RegisterType.U32, ["s32"] = RegisterType.S32,
        ["u64"] = RegisterType.U64, ["s64"] = RegisterType.S64, ["f32"] = RegisterType.F32, ["f64"] = RegisterType.F64, ["sf"] = RegisterType.SunSsf,
        ["enum16"] = RegisterType.U16, ["enum32"] = RegisterType.U32, ["bitfield16"] = RegisterType.U16, ["bitfield32"] = RegisterType.U32,
        ["acc16"] = RegisterType.U16, ["acc32"] = RegisterType.U32, ["acc64"] = RegisterType.U64,
    }.ToFrozenDictionary();

    private readonly Dictionary<ushort, SunSpecDefinition> models = [];

    /// <summary>Ids in ascending order.</summary>
    public IEnumerable<ushort> Ids => models.Keys.Order();

    /// <summary>The model of this id, or null: a vendor's own, or one we do not carry.</summary>
    public SunSpecDefinition? Find(ushort id) => models.GetValueOrDefault(id);

    /// <summary>Reads the table; <see cref="FormatException"/> names a line that is not of its form.</summary>
    public static SunSpecCatalogue Parse(string text)
    {
        var catalogue = new SunSpecCatalogue();
        SunSpecDefinition? model = null;
        var points = ImmutableArray.CreateBuilder<SunSpecPoint>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var cells = line.Split(' ');
            if (cells[0] == "model")
            {
                catalogue.Add(model, points);
                model = new(ushort.Parse(cells[1], CultureInfo.InvariantCulture), string.Join(' ', cells[2..]), []);
            }
            else if (cells[0] == "each" && model is not null)
            {
                model = model with { Points = points.ToImmutable(), GroupLength = int.Parse(cells[1], CultureInfo.InvariantCulture) };
                points.Clear();
            }
            else
            {
                points.Add(Point(line, cells));
            }
        }
        catalogue.Add(model, points);
        return catalogue;
    }

    private void Add(SunSpecDefinition? model, ImmutableArray<SunSpecPoint>.Builder points)
    {
        if (model is not null)
            models[model.Id] = model.GroupLength == 0 ? model with { Points = points.ToImmutable() } : model with { GroupPoints = points.ToImmutable() };
        points.Clear();
    }

    private static SunSpecPoint Point(string line, string[] cells)
    {
        var kind = cells.Length > 2 ? cells[2] : "";
        var isText = kind.StartsWith("text", StringComparison.Ordinal);
        if (!isText && !Types.ContainsKey(kind))
            throw new FormatException($"no point of a SunSpec model: {line}");
        var type = isText ? RegisterType.Text : Types[kind];
        var definition = new PointDefinition(cells[1], type)
        {
            Address = ushort.Parse(cells[0], CultureInfo.InvariantCulture),
            TextLength = isText ? int.Parse(kind.AsSpan(4), CultureInfo.InvariantCulture) : 0,
            Unit = Cell(cells, 3)?.Replace('_', ' ') ?? "",
            ScaleFactor = Cell(cells, 4),
            Access = Cell(cells, 5) == "w" ? PointAccess.ReadWrite : PointAccess.Read,
            // An accumulator at 0 has not accumulated: it is the one type whose code is zero.
            Sentinels = kind.StartsWith("acc", StringComparison.Ordinal) ? [0] : SunSpecCodes.NotImplemented(type),
        };
        return new(definition, Symbols(Cell(cells, 6)), kind.StartsWith("bitfield", StringComparison.Ordinal));
    }

    private static string? Cell(string[] cells, int at) => at < cells.Length && cells[at] != "-" ? cells[at] : null;

    private static ImmutableArray<SunSpecSymbol> Symbols(string? cell)
    {
        if (cell is null)
            return [];
        var symbols = ImmutableArray.CreateBuilder<SunSpecSymbol>();
        foreach (var told in cell.Split(','))
        {
            var colon = told.IndexOf(':', StringComparison.Ordinal);
            symbols.Add(new(int.Parse(told.AsSpan(0, colon), CultureInfo.InvariantCulture), told[(colon + 1)..]));
        }
        return symbols.ToImmutable();
    }
}

/// <summary>What a SunSpec device sends in a point it does not implement (SunSpec Device Information Model Specification, table of types).</summary>
public static class SunSpecCodes
{
    /// <summary>Raw bits in the width of the type; the NaN of floating point is always Bad and needs no code.</summary>
    public static ImmutableArray<ulong> NotImplemented(RegisterType type) => type switch
    {
        RegisterType.S16 or RegisterType.SunSsf => [0x8000],
        RegisterType.U16 => [0xFFFF],
        RegisterType.S32 => [0x8000_0000],
        RegisterType.U32 => [0xFFFF_FFFF],
        RegisterType.S64 => [0x8000_0000_0000_0000],
        RegisterType.U64 => [0xFFFF_FFFF_FFFF_FFFF],
        _ => [],
    };
}
