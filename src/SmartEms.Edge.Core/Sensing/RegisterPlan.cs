using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>One read: a span and the indexes of the points it brings.</summary>
public sealed record ReadBlock(RegisterSpan Span, ImmutableArray<int> Points);

/// <summary>The reads that keep a device's points fresh, merged as far as the device allows, in ascending order per priority.</summary>
public sealed record RegisterPlan(ImmutableArray<ReadBlock> High, ImmutableArray<ReadBlock> Low, ImmutableArray<ReadBlock> Once)
{
    /// <summary>Plans the reads of a located device. Points that are absent, derived, write-only or inside a hole are not planned; a Low point
    /// that lies inside a High block rides along with it.</summary>
    public static RegisterPlan Of(Located device)
    {
        var high = Merge(device, PointPriority.High, []);
        return new(RideAlong(device, high), Merge(device, PointPriority.Low, high), Merge(device, PointPriority.Once, []));
    }

    /// <summary>The smaller reads to try when a device refuses a block (exception 2): cut at every unused register, otherwise in two.
    /// Empty when the block is a single point: then that point is what the device lacks.</summary>
    public static ImmutableArray<ReadBlock> Split(ReadBlock block, Located device)
    {
        if (block.Points.Length <= 1)
            return [];
        var runs = Runs(device, block.Points, 0, int.MaxValue);
        if (runs.Length > 1)
            return runs;
        var half = block.Points.Length / 2;
        return [Cover(device, block.Points.AsSpan(0, half)), Cover(device, block.Points.AsSpan(half, block.Points.Length - half))];
    }

    /// <summary>This plan with one block replaced by what <see cref="Split"/> made of it.</summary>
    public RegisterPlan Replace(ReadBlock block, ImmutableArray<ReadBlock> by) =>
        new(Replaced(High, block, by), Replaced(Low, block, by), Replaced(Once, block, by));

    private static ImmutableArray<ReadBlock> Replaced(ImmutableArray<ReadBlock> blocks, ReadBlock block, ImmutableArray<ReadBlock> by)
    {
        var at = blocks.IndexOf(block);
        return at < 0 ? blocks : blocks.RemoveAt(at).InsertRange(at, by);
    }

    private static ImmutableArray<ReadBlock> Merge(Located device, PointPriority priority, ImmutableArray<ReadBlock> covered)
    {
        var points = new List<int>();
        for (var i = 0; i < device.Places.Length; i++)
        {
            var point = device.Profile.Points[i];
            if (point.Priority == priority && IsReadable(device, i) && !IsCovered(device.Places[i], covered))
                points.Add(i);
        }
        points.Sort((a, b) => Order(device.Places[a]).CompareTo(Order(device.Places[b])));
        var link = device.Profile.Link;
        return Runs(device, [.. points], link.MaxGap, link.MaxRead);
    }

    /// <summary>Points in ascending order to blocks: a block ends where unit, space or model changes, the gap or the read grows too long, or a hole lies.</summary>
    private static ImmutableArray<ReadBlock> Runs(Located device, ImmutableArray<int> points, int maxGap, int maxRead)
    {
        var blocks = ImmutableArray.CreateBuilder<ReadBlock>();
        var first = 0;
        for (var i = 1; i <= points.Length; i++)
        {
            if (i < points.Length && Joins(device, points.AsSpan(first, i - first), points[i], maxGap, maxRead))
                continue;
            if (i > first)
                blocks.Add(Cover(device, points.AsSpan(first, i - first)));
            first = i;
        }
        return blocks.ToImmutable();
    }

    private static bool Joins(Located device, ReadOnlySpan<int> run, int next, int maxGap, int maxRead)
    {
        var (start, place) = (device.Places[run[0]], device.Places[next]);
        if (start.Segment != place.Segment || start.Span.Unit != place.Span.Unit || start.Span.Space != place.Span.Space)
            return false;
        var end = Cover(device, run).Span is var so ? so.Address + so.Count : 0;
        var longest = Math.Max(end, place.Span.Address + place.Span.Count) - start.Span.Address;
        return place.Span.Address - end <= maxGap && longest <= maxRead
            && !TouchesHole(device.Profile, start.Span.Space, start.Span.Address, start.Span.Address + longest - 1);
    }

    private static ReadBlock Cover(Located device, ReadOnlySpan<int> points)
    {
        var start = device.Places[points[0]].Span;
        var end = 0;
        foreach (var point in points)
            end = Math.Max(end, device.Places[point].Span.Address + device.Places[point].Span.Count);
        return new(start with { Count = (ushort)(end - start.Address) }, [.. points]);
    }

    private static bool IsReadable(Located device, int index)
    {
        var (point, place) = (device.Profile.Points[index], device.Places[index]);
        return place.Installed && !point.IsDerived && point.Access != PointAccess.Write
            && !TouchesHole(device.Profile, point.Space, place.Span.Address, place.Span.Address + place.Span.Count - 1);
    }

    private static bool TouchesHole(DeviceProfile profile, RegisterSpace space, int first, int last)
    {
        foreach (var hole in profile.Holes)
            if (hole.Space == space && first <= hole.Last && last >= hole.First)
                return true;
        return false;
    }

    private static bool IsCovered(PointPlace place, ImmutableArray<ReadBlock> blocks)
    {
        foreach (var block in blocks)
            if (Holds(block.Span, place.Span))
                return true;
        return false;
    }

    private static bool Holds(RegisterSpan outer, RegisterSpan inner) =>
        outer.Unit == inner.Unit && outer.Space == inner.Space
        && inner.Address >= outer.Address && inner.Address + inner.Count <= outer.Address + outer.Count;

    private static ImmutableArray<ReadBlock> RideAlong(Located device, ImmutableArray<ReadBlock> blocks)
    {
        var all = ImmutableArray.CreateBuilder<ReadBlock>(blocks.Length);
        foreach (var block in blocks)
        {
            var points = new List<int>();
            for (var i = 0; i < device.Places.Length; i++)
                if (device.Profile.Points[i].Priority != PointPriority.Once && IsReadable(device, i) && Holds(block.Span, device.Places[i].Span))
                    points.Add(i);
            points.Sort((a, b) => Order(device.Places[a]).CompareTo(Order(device.Places[b])));
            all.Add(block with { Points = [.. points] });
        }
        return all.MoveToImmutable();
    }

    private static (byte, RegisterSpace, ushort, ushort) Order(PointPlace place) =>
        (place.Span.Unit, place.Span.Space, place.Span.Address, place.Span.Count);
}
