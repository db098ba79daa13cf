namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Minimum, maximum, last and mean of rows that know them: as whole numbers (value × 10^k) where minimum, maximum and last are decimals, else as
/// changed bits. The mean is then rounded to two digits more than they have, which no screen shows; minus zero becomes zero.</summary>
internal ref struct RowValues(Span<long> room)
{
    /// <summary>How many numbers of room a row takes.</summary>
    public const int Room = 4;

    private const int MeanDigitsMore = 2;
    private const int MeanScale = 100;
    private const int NoDecimal = Decimals.MostDigits + 1;

    // Bit patterns of the values, or whole numbers of so many digits.
    private readonly Span<long> _min = room[..(room.Length / Room)];
    private readonly Span<long> _max = room.Slice(room.Length / Room, room.Length / Room);
    private readonly Span<long> _last = room.Slice(room.Length / Room * 2, room.Length / Room);
    private readonly Span<long> _mean = room.Slice(room.Length / Room * 3, room.Length / Room);
    private int _digits = NoDecimal;
    private bool _meanIsDecimal;

    public void Write(PackWriter writer, List<TelemetryRow> rows)
    {
        _digits = CommonDigits(rows);
        _meanIsDecimal = _digits < NoDecimal;
        for (var i = 0; i < rows.Count && _meanIsDecimal; i++)
            _meanIsDecimal = Decimals.IsWhole(Rounded(rows[i].Mean), Decimals.Powers[_digits + MeanDigitsMore]);
        for (var i = 0; i < rows.Count; i++)
            (_min[i], _max[i], _last[i], _mean[i]) = (Kept(rows[i].Min), Kept(rows[i].Max), Kept(rows[i].Last), KeptMean(rows[i].Mean));

        writer.Byte((byte)_digits);
        writer.Byte(_meanIsDecimal ? (byte)1 : (byte)0);
        if (_digits < NoDecimal)
        {
            GuessedColumn.Write(writer, _min);
            GuessedColumn.Write(writer, _max, _min);
            GuessedColumn.Write(writer, _last, _min);
        }
        else
        {
            ChangedBits.Write(writer, _min);
            ChangedBits.Write(writer, _max);
            ChangedBits.Write(writer, _last);
        }

        if (_meanIsDecimal)
            GuessedColumn.Write(writer, _mean, _min, MeanScale);
        else
            ChangedBits.Write(writer, _mean);
    }

    /// <exception cref="InvalidDataException">No such values were written.</exception>
    public void Read(ref PackReader reader)
    {
        (_digits, _meanIsDecimal) = (reader.Byte(), reader.Byte() != 0);
        if (_digits > NoDecimal || (_meanIsDecimal && _digits == NoDecimal))
            throw new InvalidDataException("Rows have digits that nobody wrote.");
        if (_digits < NoDecimal)
        {
            GuessedColumn.Read(ref reader, _min);
            GuessedColumn.Read(ref reader, _max, _min);
            GuessedColumn.Read(ref reader, _last, _min);
        }
        else
        {
            ChangedBits.Read(ref reader, _min);
            ChangedBits.Read(ref reader, _max);
            ChangedBits.Read(ref reader, _last);
        }

        if (_meanIsDecimal)
            GuessedColumn.Read(ref reader, _mean, _min, MeanScale);
        else
            ChangedBits.Read(ref reader, _mean);
    }

    public (double Min, double Mean, double Max, double Last) At(int i) =>
        (Told(_min[i]), _meanIsDecimal ? _mean[i] / Decimals.Powers[_digits + MeanDigitsMore] : BitConverter.Int64BitsToDouble(_mean[i]), Told(_max[i]), Told(_last[i]));

    private double Told(long kept) => _digits < NoDecimal ? kept / Decimals.Powers[_digits] : BitConverter.Int64BitsToDouble(kept);

    private long Kept(double value) => _digits < NoDecimal ? (long)Math.Round(value * Decimals.Powers[_digits]) : BitConverter.DoubleToInt64Bits(value);

    private long KeptMean(double mean) =>
        _meanIsDecimal ? (long)Math.Round(Rounded(mean) * Decimals.Powers[_digits + MeanDigitsMore]) : BitConverter.DoubleToInt64Bits(mean);

    private double Rounded(double mean) => PlainZero(Math.Round(mean, _digits + MeanDigitsMore));

    /// <summary>Adding zero turns minus zero, which is no decimal, into zero.</summary>
    private static double PlainZero(double value) => value + 0.0;

    /// <summary>Digits of minimum, maximum and last together; more than the most when one of them is no decimal.</summary>
    private static int CommonDigits(List<TelemetryRow> rows)
    {
        var digits = 0;
        for (var i = 0; i < rows.Count && digits < NoDecimal; i++)
        {
            var needed = Decimals.Digits([PlainZero(rows[i].Min), PlainZero(rows[i].Max), PlainZero(rows[i].Last)], digits);
            // With more digits an earlier large value may no longer fit: look at all of them again.
            if (needed != digits)
                (digits, i) = (needed, -1);
        }

        return digits;
    }
}
