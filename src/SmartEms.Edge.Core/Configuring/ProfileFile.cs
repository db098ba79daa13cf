using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads a device profile (hw/profiles/&lt;name&gt;.yaml) strictly: a profile that passes can be polled and controlled as it says.</summary>
public static class ProfileFile
{
    private const int MostHoles = 200;

    private static readonly string[] Keys =
        ["profile", "title", "source", "confidence", "layout", "sunspec_bases", "link", "units", "identify", "holes", "defaults", "points", "controls", "clock"];

    private static readonly string[] LinkKeys =
        ["port", "unit", "timeout_ms", "gap_ms", "reread_ms", "write_gap_ms", "wait_after_connect_ms", "max_read", "max_gap", "single_client"];

    private static readonly string[] HoleKeys = ["space", "first", "last"];

    /// <summary>The profile, or every problem of the file. <paramref name="name"/> is the file's name without its extension, or null when there is no file.</summary>
    public static Checked<DeviceProfile> Read(Node root, string? name = null)
    {
        var problems = new ProblemList();
        if (NodeReader.Of(root, "", Keys, problems) is not { } file)
            return problems.Refuse<DeviceProfile>();
        var head = Head(file, name, problems);
        var defaults = PointDefaults.Read(file, head, problems);
        var points = new ProfilePoints(head, defaults, problems).Read(file);
        var checks = new ProfileChecks(head, points, problems);
        checks.All();
        checks.UnusedUnits(file.Map("units", null));
        var controls = new ProfileControls(points, problems).Read(file);
        var identify = new ProfileIdentify(head, problems).Read(file);
        var clock = ProfileClock.Read(file, [.. points.Select(read => read.Point)]);
        return problems.Result(() => head with { Clock = clock, Points = ProfileWear.Settle(points, controls), Controls = controls, Identify = identify });
    }

    private static DeviceProfile Head(NodeReader file, string? name, ProblemList problems)
    {
        var layout = file.Word("layout", ProfileWords.Layouts) ?? ProfileLayout.Fixed;
        var own = file.Name("profile", "-", 64);
        if (own is not null && name is not null && own != name)
            file.Note("profile", ProblemCodes.ProfileName, $"the file is named {name}", $"write profile: {name}, or rename the file {own}.yaml");
        return new(own ?? name ?? "", file.Text("title", required: true) ?? "", Link(file), [])
        {
            Source = file.Text("source", required: true) ?? "",
            Confidence = file.Word("confidence", ProfileWords.Confidences, required: true) ?? 'B',
            Layout = layout,
            SunSpecBases = Bases(file, layout, problems),
            Units = Units(file),
            Holes = Holes(file),
        };
    }

    private static LinkRules Link(NodeReader file)
    {
        var rules = new LinkRules();
        if (file.Map("link", LinkKeys) is not { } link)
            return rules;
        return new()
        {
            DefaultPort = link.Whole("port", Allowed.TcpPort) ?? rules.DefaultPort,
            DefaultUnit = (byte)(link.Whole("unit", Allowed.ModbusUnit) ?? rules.DefaultUnit),
            TimeoutMs = link.Whole("timeout_ms", new(50, 60_000, "ms")) ?? rules.TimeoutMs,
            GapMs = link.Whole("gap_ms", new(0, 10_000, "ms")) ?? rules.GapMs,
            RereadMs = link.Whole("reread_ms", new(0, 60_000, "ms")) ?? rules.RereadMs,
            WriteGapMs = link.Whole("write_gap_ms", new(0, 60_000, "ms")) ?? rules.WriteGapMs,
            WaitAfterConnectMs = link.Whole("wait_after_connect_ms", new(0, 60_000, "ms")) ?? rules.WaitAfterConnectMs,
            MaxRead = link.Whole("max_read", new(1, 125, "registers")) ?? rules.MaxRead,
            MaxGap = link.Whole("max_gap", new(0, 124, "registers")) ?? rules.MaxGap,
            SingleClient = link.Flag("single_client") ?? false,
        };
    }

    // SunSpec Information Model Specification §6: 40000, 50000 and 0 are the well-known bases.
    private static ImmutableArray<ushort> Bases(NodeReader file, ProfileLayout layout, ProblemList problems)
    {
        if (!file.Has("sunspec_bases"))
            return layout == ProfileLayout.SunSpec ? [40_000, 50_000, 0] : [];
        if (layout == ProfileLayout.Fixed)
            file.Note("sunspec_bases", ProblemCodes.Layout, "only a sunspec layout has bases", "remove it, or write layout: sunspec");
        return Addresses(file, "sunspec_bases", problems);
    }

    /// <summary>A list of numbers 0–65535: bases, or SunSpec model ids.</summary>
    internal static ImmutableArray<ushort> Addresses(NodeReader file, string key, ProblemList problems)
    {
        var numbers = ImmutableArray.CreateBuilder<ushort>();
        foreach (var item in file.List(key, 16))
        {
            var complaint = default(Complaint);
            var value = item is ScalarNode scalar ? Scalars.Number(scalar, out complaint) : null;
            if (value is >= 0 and <= 65_535 && value == Math.Floor(value.Value))
                numbers.Add((ushort)value);
            else
                problems.Add(item.Place, ProblemCodes.OutOfRange, $"{file.At(key)}: {complaint.What ?? "each item must be a whole number 0–65535"}", complaint.Remedy);
        }
        return numbers.ToImmutable();
    }

    private static ImmutableDictionary<string, byte> Units(NodeReader file)
    {
        var units = ImmutableDictionary.CreateBuilder<string, byte>();
        if (file.Map("units", null) is not { } map)
            return units.ToImmutable();
        foreach (var entry in map.Entries)
            if (map.Whole(entry.Key, Allowed.ModbusUnit) is { } unit)
                units[entry.Key] = (byte)unit;
        return units.ToImmutable();
    }

    private static ImmutableArray<RegisterHole> Holes(NodeReader file)
    {
        var holes = ImmutableArray.CreateBuilder<RegisterHole>();
        foreach (var hole in file.Maps("holes", MostHoles, HoleKeys))
        {
            var space = hole.Word("space", ProfileWords.Spaces, required: true);
            var first = hole.Whole("first", Allowed.RegisterAddress, required: true);
            var last = hole.Whole("last", Allowed.RegisterAddress, required: true);
            if (space is null || first is null || last is null)
                continue;
            if (first > last)
                hole.Note("last", ProblemCodes.Order, $"{last} lies before first {first}", "last is inclusive and not before first");
            else
                holes.Add(new(space.Value, (ushort)first, (ushort)last));
        }
        return holes.ToImmutable();
    }
}
