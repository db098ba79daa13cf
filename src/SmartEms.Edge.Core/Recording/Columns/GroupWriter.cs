namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Turns batches of samples into segments of one group. A segment can be read only after those before it in its group; a group can be read alone.</summary>
public sealed class GroupWriter
{
    private readonly List<Block> _blocks = [];
    private readonly List<int> _touched = [];
    private readonly byte[] _scratch = new byte[8_192];

    /// <summary>The parts of each block so far, by block number; a block may have none.</summary>
    public IReadOnlyList<List<byte[]>> Parts => _parts;

    private readonly List<List<byte[]>> _parts = [];

    /// <summary>Codes a batch of at most <see cref="BlockModel.MostSamples"/> samples.</summary>
    public byte[] Add(ReadOnlySpan<TelemetrySample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            var (number, place) = BlockModel.Of(sample.Point);
            var block = Touch(number);
            block.Columns[place].Add(sample);
        }

        var segment = new List<(int, byte[])>(_touched.Count);
        _touched.Sort();
        foreach (var number in _touched)
        {
            var block = _blocks[number];
            var part = block.Model.Write(block.Columns, _scratch);
            foreach (var column in block.Columns)
                column.Clear();
            block.Touched = false;
            _parts[number].Add(part);
            segment.Add((number, part));
        }

        _touched.Clear();
        return Frame.Of(segment);
    }

    /// <summary>Begins the next group.</summary>
    public void Reset()
    {
        foreach (var block in _blocks)
            block.Model.Reset();
        foreach (var parts in _parts)
            parts.Clear();
    }

    private Block Touch(int number)
    {
        while (_blocks.Count <= number)
        {
            _blocks.Add(new Block());
            _parts.Add([]);
        }

        var block = _blocks[number];
        if (!block.Touched)
        {
            block.Touched = true;
            _touched.Add(number);
        }

        return block;
    }

    private sealed class Block
    {
        public BlockModel Model { get; } = new();
        public PointColumn[] Columns { get; } = BlockModel.EmptyColumns();
        public bool Touched { get; set; }
    }
}
