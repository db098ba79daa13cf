using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Control;

/// <summary>Takes the values of one view out of their readings: a Good one as it is, any other as null with its quality noted under the value's name.</summary>
internal sealed class Known
{
    public SortedDictionary<string, string> Quality { get; } = new(StringComparer.Ordinal);

    /// <summary>A measured value in the unit of its name, with at most <paramref name="digits"/> decimals.</summary>
    public double? Take<T>(string name, Reading<T> reading, Func<T, double> unit, int digits = 1)
        where T : struct => Take(name, reading.IsGood ? unit(reading.Value) : null, reading.Quality, digits);

    /// <summary>A sum; null is noted with the quality of the first term that is not Good.</summary>
    public double? Take(string name, double? value, Quality quality, int digits = 1)
    {
        if (value is { } good)
            return Math.Round(good, digits) + 0.0; // −0.04 rounds to −0, which nobody wants to read
        Quality[name] = quality.ToString();
        return null;
    }
}
