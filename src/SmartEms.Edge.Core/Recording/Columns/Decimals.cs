namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Values that are decimals, as meters send them: value × 10^k is whole, and gives the same value back.</summary>
internal static class Decimals
{
    /// <summary>The most digits of a value; a mean may have two more.</summary>
    public const int MostDigits = 6;

    /// <summary>The largest whole number: beyond it neighbouring decimals could become one.</summary>
    public const long MostWhole = 1L << 50;

    public static readonly double[] Powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>The least k from <paramref name="from"/> to 6 for which all values are decimals of k digits, or 7 when there is none.</summary>
    public static int Digits(ReadOnlySpan<double> values, int from)
    {
        var digits = from;
        for (var i = 0; i < values.Length && digits <= MostDigits; i++)
        {
            if (IsWhole(values[i], Powers[digits]))
                continue;
            do
                digits++;
            while (digits <= MostDigits && !IsWhole(values[i], Powers[digits]));
            // With more digits an earlier large value may no longer fit: look at all of them again.
            i = -1;
        }

        return digits;
    }

    public static bool IsWhole(double value, double power)
    {
        var whole = Math.Round(value * power);
        return Math.Abs(whole) <= MostWhole && BitConverter.DoubleToInt64Bits((long)whole / power) == BitConverter.DoubleToInt64Bits(value);
    }
}
