using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolled-up rows of one point as columns. The mean is kept to two digits more than the values have, which no screen shows.</summary>
public static class RowColumns
{
    /// <summary>The most rows of one chunk: more than a 32-day stretch of quarter-hours.</summary>
    public const int MostRows = 16_384;

    private const int MeanDigitsMore = 2;
    private const int MostMeanDigits = 6;
    private const int WorstBits = 2;

    /// <summary>Rows must lie on the step's grid.</summary>
    public static byte[] Write(List<TelemetryRow> rows, long stepMs)
    {
        var columns = new Columns(rows.Count);
        for (var i = 0; i < rows.Count; i++)
            columns.Put(i, rows[i], stepMs);
        columns.RoundMeans();
        var coder = new RangeEncoder(new byte[256]);
        columns.Code(ref coder);
        return coder.Finish();
    }

    /// <exception cref="InvalidDataException">These bytes are no such rows.</exception>
    public static List<TelemetryRow> Read(byte[] bytes, (int From, int Length) part, long stepMs)
    {
        var coder = new RangeDecoder(bytes, part.From, part.Length);
        var columns = new Columns(0);
        columns.Code(ref coder);
        var rows = new List<TelemetryRow>(columns.Count);
        for (var i = 0; i < columns.Count; i++)
            rows.Add(columns.Row(i, stepMs));
        return rows;
    }

    private sealed class Columns(int count)
    {
        private readonly NumberModel _numbers = new();
        private readonly BitModel[] _worstStays = new BitModel[1];
        private long[] _times = new long[count];
        private int[] _counts = new int[count];
        private byte[] _worst = new byte[count];
        private double[][] _values = Four(count);

        public int Count { get; private set; } = count;

        public void Put(int i, in TelemetryRow row, long stepMs)
        {
            (_times[i], _counts[i], _worst[i]) = (row.At.UnixMilliseconds / stepMs, row.Count, (byte)row.Worst);
            (_values[0][i], _values[1][i], _values[2][i], _values[3][i]) = (row.Min, row.Max, row.Last, row.Mean);
        }

        public TelemetryRow Row(int i, long stepMs) => new(
            new Instant(unchecked(_times[i] * stepMs)), _values[0][i], _values[3][i], _values[1][i], _values[2][i], (Trust)_worst[i], _counts[i]);

        public void RoundMeans()
        {
            var digits = 0;
            for (var column = 0; column < 3; column++)
                foreach (var value in _values[column])
                    if (!double.IsNaN(value))
                        digits = ValueModel.Digits(value, digits);
            digits += MeanDigitsMore;
            if (digits > MostMeanDigits)
                return;
            foreach (ref var mean in _values[3].AsSpan())
                mean = Math.Round(mean, digits);
        }

        public void Code<T>(ref T coder)
            where T : struct, IBitCoder
        {
            var count = _numbers.Code(ref coder, Count);
            if (count is < 0 or > MostRows)
                throw new InvalidDataException("A chunk of rows has a length that nobody wrote.");
            if (T.Reads)
                (Count, _times, _counts, _worst, _values) = ((int)count, new long[count], new int[count], new byte[count], Four((int)count));
            if (Count == 0)
                return;
            CodeTimes(ref coder);
            CodeCounts(ref coder);
            foreach (var column in _values)
                new ValueModel().Code(ref coder, column.AsSpan());
        }

        private void CodeTimes<T>(ref T coder)
            where T : struct, IBitCoder
        {
            _numbers.Reset();
            var (time, step) = (0L, 1L);
            foreach (ref var next in _times.AsSpan())
            {
                step = unchecked(step + _numbers.Code(ref coder, unchecked(next - time - step)));
                next = time = unchecked(time + step);
            }
        }

        private void CodeCounts<T>(ref T coder)
            where T : struct, IBitCoder
        {
            _numbers.Reset();
            var (samples, worst) = (0, (byte)Trust.Good);
            for (var i = 0; i < Count; i++)
            {
                samples = unchecked((int)(samples + _numbers.Code(ref coder, (long)_counts[i] - samples)));
                if (coder.Bit(ref _worstStays[0], _worst[i] != worst))
                    worst = (byte)coder.Raw(_worst[i], WorstBits);
                (_counts[i], _worst[i]) = (samples, worst);
            }
        }

        private static double[][] Four(int count) => [new double[count], new double[count], new double[count], new double[count]];
    }
}
