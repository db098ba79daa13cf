namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Minimum, maximum, last and mean of rows that know them: as whole numbers (value × 10^k) where minimum, maximum and last are decimals, else as
/// changed bits. The mean is then rounded to two digits more than they have, which no screen shows; minus zero becomes zero.</summary>
internal sealed class RowValues(int count)
{
    private const int MeanDigitsMore = 2;
    private const long MeanScale = 100;

    private readonly double[] _min = new double[count];
    private readonly double[] _max = new double[count];
    private readonly double[] _last = new double[count];
    private readonly double[] _mean = new double[count];

    public void Put(int i, in TelemetryRow row)
    {
        // Adding zero turns minus zero, which is no decimal, into zero.
        (_min[i], _max[i], _last[i], _mean[i]) = (row.Min + 0.0, row.Max + 0.0, row.Last + 0.0, row.Mean + 0.0);
    }

    public TelemetryRow Into(in TelemetryRow row, int i) => row with { Min = _min[i], Max = _max[i], Last = _last[i], Mean = _mean[i] };

    public void Write(PackWriter writer)
    {
        var digits = CommonDigits();
        writer.Byte((byte)digits);
        if (digits > Decimals.MostDigits)
        {
            foreach (var column in new[] { _min, _max, _last, _mean })
                ChangedBits.Write(writer, column);
            return;
        }

        var min = Whole(_min, digits);
        GuessedColumn.Write(writer, min, []);
        GuessedColumn.Write(writer, Whole(_max, digits), min);
        GuessedColumn.Write(writer, Whole(_last, digits), min);
        var isDecimal = TryRoundMeans(digits + MeanDigitsMore);
        writer.Byte(isDecimal ? (byte)1 : (byte)0);
        if (isDecimal)
            GuessedColumn.Write(writer, Whole(_mean, digits + MeanDigitsMore), Scaled(min));
        else
            ChangedBits.Write(writer, _mean);
    }

    /// <exception cref="InvalidDataException">No such values were written.</exception>
    public void Read(ref PackReader reader)
    {
        int digits = reader.Byte();
        if (digits > Decimals.MostDigits)
        {
            foreach (var column in new[] { _min, _max, _last, _mean })
                ChangedBits.Read(ref reader, column);
            return;
        }

        var (min, other) = (new long[_min.Length], new long[_min.Length]);
        GuessedColumn.Read(ref reader, min, []);
        Fill(_min, min, digits);
        GuessedColumn.Read(ref reader, other, min);
        Fill(_max, other, digits);
        GuessedColumn.Read(ref reader, other, min);
        Fill(_last, other, digits);
        if (reader.Byte() == 0)
        {
            ChangedBits.Read(ref reader, _mean);
            return;
        }

        GuessedColumn.Read(ref reader, other, Scaled(min));
        Fill(_mean, other, digits + MeanDigitsMore);
    }

    /// <summary>Digits of minimum, maximum and last together; more than the most when one of them is no decimal.</summary>
    private int CommonDigits()
    {
        var (digits, before) = (0, -1);
        while (digits != before && digits <= Decimals.MostDigits)
        {
            before = digits;
            digits = Decimals.Digits(_last, Decimals.Digits(_max, Decimals.Digits(_min, digits)));
        }

        return digits;
    }

    private bool TryRoundMeans(int digits)
    {
        foreach (var mean in _mean)
            if (!Decimals.IsWhole(Math.Round(mean, digits) + 0.0, Decimals.Powers[digits]))
                return false;
        foreach (ref var mean in _mean.AsSpan())
            mean = Math.Round(mean, digits) + 0.0;
        return true;
    }

    private static long[] Whole(double[] values, int digits)
    {
        var whole = new long[values.Length];
        for (var i = 0; i < values.Length; i++)
            whole[i] = (long)Math.Round(values[i] * Decimals.Powers[digits]);
        return whole;
    }

    private static void Fill(double[] values, long[] whole, int digits)
    {
        var power = Decimals.Powers[digits];
        for (var i = 0; i < values.Length; i++)
            values[i] = whole[i] / power;
    }

    private static long[] Scaled(long[] values)
    {
        var scaled = new long[values.Length];
        for (var i = 0; i < values.Length; i++)
            scaled[i] = unchecked(values[i] * MeanScale);
        return scaled;
    }
}
