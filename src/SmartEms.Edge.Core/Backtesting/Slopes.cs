namespace SmartEms.Edge.Core.Backtesting;

/// <summary>A convex function made of straight pieces: where it begins, its value there being anything, and the pieces by rising slope.</summary>
internal sealed class Slopes
{
    private readonly double _begin;
    private readonly double[] _lengths, _slopes;

    private Slopes(double begin, double[] lengths, double[] slopes) => (_begin, _lengths, _slopes) = (begin, lengths, slopes);

    /// <summary>From pieces in any order: what is not convex is taken as if its pieces could be mixed.</summary>
    public static Slopes From(double begin, ReadOnlySpan<(double Length, double Slope)> pieces)
    {
        var kept = new List<(double Length, double Slope)>(pieces.Length);
        foreach (var piece in pieces)
            if (piece.Length > 0)
                kept.Insert(kept.FindIndex(other => other.Slope > piece.Slope) is var at && at >= 0 ? at : kept.Count, piece);
        return new(begin, [.. kept.ConvertAll(piece => piece.Length)], [.. kept.ConvertAll(piece => piece.Slope)]);
    }

    /// <summary>min over d of stage(d) + this(x − d), for each x.</summary>
    public Slopes With(Slopes stage)
    {
        var (lengths, slopes) = (new double[_lengths.Length + stage._lengths.Length], new double[_lengths.Length + stage._lengths.Length]);
        var (i, j) = (0, 0);
        for (var n = 0; n < lengths.Length; n++)
            (lengths[n], slopes[n]) = j >= stage._lengths.Length || (i < _lengths.Length && _slopes[i] <= stage._slopes[j])
                ? (_lengths[i], _slopes[i++]) : (stage._lengths[j], stage._slopes[j++]);
        return new(_begin + stage._begin, lengths, slopes);
    }

    /// <summary>The part between two ends; neighbours of one slope become one piece.</summary>
    public Slopes Cut(double low, double high)
    {
        var (lengths, slopes) = (new List<double>(_lengths.Length), new List<double>(_lengths.Length));
        var at = _begin;
        for (var n = 0; n < _lengths.Length; n++)
        {
            var length = Math.Min(at + _lengths[n], high) - Math.Max(at, low);
            at += _lengths[n];
            if (length <= 0)
                continue;
            if (slopes.Count > 0 && slopes[^1] == _slopes[n])
                lengths[^1] += length;
            else
                (lengths, slopes) = (Add(lengths, length), Add(slopes, _slopes[n]));
        }
        return new(low, [.. lengths], [.. slopes]);
    }

    /// <summary>The d that is best at x: stage(d) + this(x − d) is least where the slopes of both meet.</summary>
    public double Best(Slopes stage, double x)
    {
        // x is shared out: slopes are used up from the steepest fall, whichever side they are on.
        var left = x - _begin - stage._begin;
        var (given, i, j) = (stage._begin, 0, 0);
        while (left > 0 && (i < _lengths.Length || j < stage._lengths.Length))
        {
            if (j >= stage._lengths.Length || (i < _lengths.Length && _slopes[i] <= stage._slopes[j]))
                left -= _lengths[i++];
            else
            {
                var part = Math.Min(left, stage._lengths[j++]);
                (given, left) = (given + part, left - part);
            }
        }
        return given;
    }

    private static List<double> Add(List<double> list, double value)
    {
        list.Add(value);
        return list;
    }
}
