namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>The coded parts of one block, one behind the other in memory that is used again by the next group.</summary>
public sealed class PartList
{
    private readonly List<(int From, int Length)> _places = [];
    private int _filled;

    public int Count => _places.Count;

    /// <summary>All parts; only what the places name counts.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>Where each part lies.</summary>
    public IReadOnlyList<(int From, int Length)> Places => _places;

    public ReadOnlySpan<byte> this[int part] => Bytes.AsSpan(_places[part].From, _places[part].Length);

    public void Add(ReadOnlySpan<byte> part)
    {
        if (_filled + part.Length > Bytes.Length)
        {
            var larger = new byte[Math.Max(_filled + part.Length, 2 * Bytes.Length)];
            Bytes.AsSpan(0, _filled).CopyTo(larger);
            Bytes = larger;
        }
        part.CopyTo(Bytes.AsSpan(_filled));
        _places.Add((_filled, part.Length));
        _filled += part.Length;
    }

    public void Clear()
    {
        _places.Clear();
        _filled = 0;
    }
}
