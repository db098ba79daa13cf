namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Turns batches of samples into segments of one group. A segment can be read only after those before it in its group; a group can be read alone.</summary>
public sealed class GroupWriter
{
    private readonly List<Block> _blocks = [];
    private readonly List<int> _touched = [];
    private readonly byte[] _scratch = new byte[8_192];
    private readonly FrameWriter _frame = new();

    /// <summary>How many blocks there are; a block may have no parts.</summary>
    public int Blocks => _blocks.Count;

    /// <summary>The parts of a block so far.</summary>
    public PartList Parts(int block) => _blocks[block].Parts;

    /// <summary>The span and number of a block's samples so far.</summary>
    public (long First, long Last, long Samples) Span(int block) => (_blocks[block].First, _blocks[block].Last, _blocks[block].Samples);

    /// <summary>The minutes of a block's points so far, by place; null when samples came out of order and must be read back to tell. To be taken once.</summary>
    public List<TelemetryRow>[]? TakeMinutes(int block)
    {
        var tallies = _blocks[block].Tallies;
        if (!Array.TrueForAll(tallies, t => t.Rises))
            return null;
        return Array.ConvertAll(tallies, t => t.Take());
    }

    /// <summary>Codes a batch of at most <see cref="BlockModel.MostSamples"/> samples. The segment it gives is overwritten by the next.</summary>
    public ReadOnlySpan<byte> Add(ReadOnlySpan<TelemetrySample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            var (number, place) = BlockModel.Of(sample.Point);
            var block = Touch(number);
            block.Columns[place].Add(sample);
        }

        _frame.Begin();
        _touched.Sort();
        foreach (var number in _touched)
        {
            var block = _blocks[number];
            var part = block.Model.Write(block.Columns, _scratch);
            block.Tally();
            block.Touched = false;
            block.Parts.Add(part);
            _frame.Add(number, part);
        }

        _touched.Clear();
        return _frame.End();
    }

    /// <summary>Begins the next group.</summary>
    public void Reset()
    {
        _touched.Clear();
        foreach (var block in _blocks)
            block.Reset();
    }

    private Block Touch(int number)
    {
        while (_blocks.Count <= number)
            _blocks.Add(new Block());

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
        public MinuteTally[] Tallies { get; } = [.. Enumerable.Range(0, BlockModel.Points).Select(_ => new MinuteTally())];
        public PartList Parts { get; } = new();
        public bool Touched { get; set; }
        public long First { get; private set; } = long.MaxValue;
        public long Last { get; private set; } = long.MinValue;
        public long Samples { get; private set; }

        public void Reset()
        {
            Model.Reset();
            Parts.Clear();
            foreach (var tally in Tallies)
                tally.Take();
            foreach (var column in Columns)
                column.Clear();
            (First, Last, Samples, Touched) = (long.MaxValue, long.MinValue, 0, false);
        }

        /// <summary>Counts what the columns hold, and empties them.</summary>
        public void Tally()
        {
            for (var place = 0; place < Columns.Length; place++)
            {
                var (column, tally) = (Columns[place], Tallies[place]);
                var (times, values, kinds) = (column.Times, column.Values, column.Kinds);
                for (var i = 0; i < column.Count; i++)
                {
                    tally.Add(times[i], values[i], PointColumn.TrustOf(kinds[i]));
                    if (times[i] < First)
                        First = times[i];
                    if (times[i] > Last)
                        Last = times[i];
                }

                Samples += column.Count;
                column.Clear();
            }
        }
    }
}
