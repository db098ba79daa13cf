namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Up to 32 neighbouring points that are coded together, because they mostly share their times. It lives through the parts of a group:
/// each part is coded with what the parts before it taught.</summary>
public sealed class BlockModel
{
    public const int Points = 32;

    /// <summary>The most samples of a point in one part.</summary>
    public const int MostSamples = 16_384;

    private readonly PointModel[] _points = [.. Enumerable.Range(0, Points).Select(_ => new PointModel())];

    /// <summary>The block of a point, and its place in it.</summary>
    public static (int Block, int Place) Of(int point) => ((point - 1) / Points, (point - 1) % Points);

    /// <summary>Forgets all: what follows can be read without what came before.</summary>
    public void Reset()
    {
        foreach (var point in _points)
            point.Reset();
    }

    public byte[] Write(PointColumn[] columns, byte[] scratch)
    {
        var coder = new RangeEncoder(scratch);
        Code(ref coder, columns);
        return coder.Finish();
    }

    /// <summary>Reads the next part, adding its samples behind those the columns hold.</summary>
    /// <exception cref="InvalidDataException">These bytes are not the part that follows.</exception>
    public void Read(byte[] bytes, (int From, int Length) part, PointColumn[] columns)
    {
        var coder = new RangeDecoder(bytes, part.From, part.Length);
        Code(ref coder, columns);
    }

    private void Code<T>(ref T coder, PointColumn[] columns)
        where T : struct, IBitCoder
    {
        Span<long> times = [];
        for (var i = 0; i < Points; i++)
        {
            if (!_points[i].CodePresent(ref coder, columns[i].Count > 0))
                continue;
            var from = _points[i].CodeTimes(ref coder, times, columns[i]);
            _points[i].CodeValues(ref coder, columns[i], from);
            times = columns[i].Times.AsSpan(from, columns[i].Count - from);
        }
    }

    public static PointColumn[] EmptyColumns() => [.. Enumerable.Range(0, Points).Select(_ => new PointColumn())];
}
