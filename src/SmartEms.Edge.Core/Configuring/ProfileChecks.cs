using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>What must hold among the points of a profile: names, registers, scale factors and sums.</summary>
internal sealed class ProfileChecks(DeviceProfile head, ImmutableArray<ReadPoint> points, ProblemList problems)
{
    private const int LastRegister = 65_535;

    private readonly Dictionary<string, ReadPoint> named = ByName(points);

    public void All()
    {
        Names();
        MeasuresOnce();
        foreach (var point in points)
        {
            ScaleFactor(point);
            Other(point, "sign_from", point.Point.SignFrom);
            Other(point, "only_when", point.Point.OnlyWhen?.Point);
            Terms(point);
            if (point.Sound && !point.Point.IsDerived)
                Span(point);
        }
        Overlaps();
    }

    /// <summary>The first point of each name.</summary>
    public static Dictionary<string, ReadPoint> ByName(ImmutableArray<ReadPoint> points)
    {
        var named = new Dictionary<string, ReadPoint>(StringComparer.Ordinal);
        foreach (var point in points)
            if (point.Point.Name.Length > 0)
                named.TryAdd(point.Point.Name, point);
        return named;
    }

    private void Names()
    {
        foreach (var point in points)
            if (named.TryGetValue(point.Point.Name, out var first) && !ReferenceEquals(first, point))
                point.At.Note("name", ProblemCodes.DuplicateName, $"{point.Point.Name} is already the point at line {first.At.PlaceOf("name").Line}", "each point has its own name");
    }

    private void MeasuresOnce()
    {
        var firsts = new Dictionary<Measure, ReadPoint>();
        foreach (var point in points)
            if (point.Point.Measure != Measure.None && !firsts.TryAdd(point.Point.Measure, point))
                point.At.Note("measure", ProblemCodes.MeasureTwice,
                    $"{Measures.Fact(point.Point.Measure).Name} is already given by {firsts[point.Point.Measure].Point.Name} at line {firsts[point.Point.Measure].At.PlaceOf("measure").Line}", "one point per measure");
    }

    private void ScaleFactor(ReadPoint point)
    {
        if (point.Point.ScaleFactor is not { } name)
            return;
        if (!named.TryGetValue(name, out var factor))
            point.At.Note("scale_factor", ProblemCodes.UnknownName, $"no point named {Scalars.Shown(name)}", Suggest(name, other => other.Type == RegisterType.SunSsf, "sunssf points"));
        else if (factor.Point.Type != RegisterType.SunSsf || factor.Point.IsDerived)
            point.At.Note("scale_factor", ProblemCodes.ScaleFactorType, $"{name} is not a scale factor", "its type must be sunssf");
        else if (point.Point.Type is RegisterType.SunSsf)
            point.At.Note("scale_factor", ProblemCodes.ScaleFactorType, "a scale factor has none of its own", "remove scale_factor");
    }

    private void Terms(ReadPoint point)
    {
        if (!point.Point.IsDerived || point.At.Node("sum") is not MapNode sum)
            return;
        foreach (var entry in sum.Entries)
        {
            var path = $"{point.At.At("sum")}.{entry.Key}";
            if (!named.TryGetValue(entry.Key, out var term))
                problems.Add(entry.KeyPlace, ProblemCodes.UnknownName, $"{path}: no point named {Scalars.Shown(entry.Key)}", Suggest(entry.Key, other => !other.IsDerived, "points"));
            else if (term.Point.IsDerived)
                problems.Add(entry.KeyPlace, ProblemCodes.Derived, $"{path}: {entry.Key} is itself a sum", "add up its terms instead");
            else if (term.Point.Type is RegisterType.Text or RegisterType.SunSsf || term.Point.Map.Count > 0)
                problems.Add(entry.KeyPlace, ProblemCodes.Derived, $"{path}: {entry.Key} is not an amount that could be added", null);
            else if (term.Point.Access == PointAccess.Write)
                problems.Add(entry.KeyPlace, ProblemCodes.NotReadable, $"{path}: {entry.Key} is write-only", "a sum needs points that can be read");
        }
    }

    private void Span(ReadPoint read)
    {
        var point = read.Point;
        var key = AddressKey(point);
        if (point.Address + point.Width - 1 > LastRegister)
            read.At.Note(key, ProblemCodes.BeyondTable, $"{point.Address} with {point.Width} registers goes beyond {LastRegister}");
        if (point.Access == PointAccess.Write)
            return;
        if (point.Width > head.Link.MaxRead)
            read.At.Note(read.At.Has("length") ? "length" : "type", ProblemCodes.TooWide, $"{point.Name} has {point.Width} registers, one read carries {head.Link.MaxRead}", "see link.max_read");
        if (!point.Models.IsEmpty)
            return;
        foreach (var hole in head.Holes)
            if (hole.Space == point.Space && point.Address <= hole.Last && point.Address + point.Width - 1 >= hole.First)
                read.At.Note(key, ProblemCodes.InsideHole, $"{point.Name} ({ProfileWords.Where(point)}) lies in the hole {hole.First}–{hole.Last}", "the device does not answer there: correct the point or the hole");
    }

    private void Overlaps()
    {
        for (var i = 0; i < points.Length && !problems.IsFull; i++)
            for (var j = 0; j < i; j++)
                if (points[i].Sound && points[j].Sound && Collide(points[i].Point, points[j].Point))
                {
                    points[i].At.Note(AddressKey(points[i].Point), ProblemCodes.Overlap,
                        $"{points[i].Point.Name} ({ProfileWords.Where(points[i].Point)}) lies on {points[j].Point.Name} ({ProfileWords.Where(points[j].Point)}, line {points[j].At.Place.Line})",
                        "one register, one point; only a write-only point may stand on its readable twin, and points with different bits (mask) on one register");
                    break;
                }
    }

    private static bool Collide(PointDefinition a, PointDefinition b)
    {
        if (a.IsDerived || b.IsDerived || a.Space != b.Space || a.UnitId != b.UnitId || !ShareModel(a, b))
            return false;
        var apart = a.Address + a.Width <= b.Address || b.Address + b.Width <= a.Address;
        var isTwin = a.Address == b.Address && a.Width == b.Width && (a.Access == PointAccess.Write || b.Access == PointAccess.Write);
        var isOtherBits = a.Address == b.Address && a.Width == b.Width && a.Mask != 0 && b.Mask != 0 && (a.Mask & b.Mask) == 0;
        return !apart && !isTwin && !isOtherBits;
    }

    private static string AddressKey(PointDefinition point) => point.Models.IsEmpty ? "address" : "offset";

    // A sign or a condition comes from a plain point: no chains of them, so no circles either.
    private void Other(ReadPoint point, string key, string? name)
    {
        if (name is null)
            return;
        var place = point.At.PlaceOf(key);
        if (!named.TryGetValue(name, out var other))
            problems.Add(place, ProblemCodes.UnknownName, $"{point.At.At(key)}: no point named {Scalars.Shown(name)}", Suggest(name, candidate => candidate.Access != PointAccess.Write, "points"));
        else if (other.Point.Access == PointAccess.Write || other.Point.Type is RegisterType.Text)
            problems.Add(place, ProblemCodes.NotReadable, $"{point.At.At(key)}: {name} is {(other.Point.Type is RegisterType.Text ? "a text" : "write-only")}", "name a point that is read as a number");
        else if (other.Point.SignFrom is not null || other.Point.OnlyWhen is not null || ReferenceEquals(other, point))
            problems.Add(place, ProblemCodes.Contradiction, $"{point.At.At(key)}: {name} itself depends on another point", "name a point that stands alone");
    }

    private static bool ShareModel(PointDefinition a, PointDefinition b)
    {
        if (a.Models.IsEmpty && b.Models.IsEmpty)
            return true;
        foreach (var model in a.Models)
            if (b.Models.Contains(model))
                return true;
        return false;
    }

    /// <summary>Further units nobody reads from: a forgotten unit_id reads the wrong device without a word.</summary>
    public void UnusedUnits(NodeReader? units)
    {
        foreach (var name in head.Units.Keys.Order(StringComparer.Ordinal))
        {
            var used = false;
            foreach (var point in points)
                used |= point.Point.UnitId == name;
            if (!used)
                units?.Note(name, ProblemCodes.Unused, "no point is read from this unit", $"give its points unit_id: {name}");
        }
    }

    private string Suggest(string name, Func<PointDefinition, bool> fits, string noun) =>
        Spelling.Suggest(name, [.. points.Where(point => point.Point.Name.Length > 0 && fits(point.Point)).Select(point => point.Point.Name)], noun);
}
