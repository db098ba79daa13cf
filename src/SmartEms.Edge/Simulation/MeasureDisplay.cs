using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>Shows every measure of a profile that its model does not care for itself; a derived point is shown through its terms.</summary>
internal sealed class MeasureDisplay
{
    private readonly PointBoard board;
    private readonly DeviceShare share;
    private readonly Entry[] entries;

    public MeasureDisplay(PointBoard board, DeviceShare share)
    {
        (this.board, this.share) = (board, share);
        var profile = board.Device.Profile;
        var found = new List<Entry>();
        for (var i = 0; i < profile.Points.Length; i++)
        {
            var point = profile.Points[i];
            if (point.Measure == Measure.None)
                continue;
            if (!point.IsDerived && !board.IsOwned(i) && board.Own(point.Name) >= 0)
                found.Add(new(point.Measure, i, [], []));
            else if (point.IsDerived && TermsOf(profile, point) is { } terms)
                found.Add(new(point.Measure, -1, Side(terms, 1), Side(terms, -1)));
        }
        entries = [.. found];
    }

    public void Show()
    {
        foreach (var entry in entries)
        {
            var value = share.Of(entry.Measure);
            if (double.IsNaN(value))
                continue;
            if (entry.Point >= 0)
                board.Set(entry.Point, value);
            else
                ShowThroughTerms(entry, value);
        }
    }

    /// <summary>The positive part goes to the terms with a positive factor and the negative part to the others; where one kind is missing the other takes both.</summary>
    private void ShowThroughTerms(Entry entry, double value)
    {
        var up = entry.Negative.Length == 0 ? value : entry.Positive.Length == 0 ? 0 : Math.Max(value, 0);
        Spread(entry.Positive, up);
        Spread(entry.Negative, value - up);
    }

    private void Spread(Term[] terms, double value)
    {
        foreach (var term in terms)
            board.Set(term.Point, value * term.Weight / term.Factor);
    }

    private Term[]? TermsOf(DeviceProfile profile, PointDefinition point)
    {
        var terms = new List<Term>();
        foreach (var term in point.Terms)
        {
            var at = profile.IndexOf(term.Point);
            if (at >= 0 && board.IsOwned(at))
                return null;
            terms.Add(new(board.Own(term.Point), term.Factor, 0));
        }
        return [.. terms];
    }

    /// <summary>The terms of one sign; two share 60 to 40 as two unequal strings do, more share evenly.</summary>
    private static Term[] Side(Term[] terms, int sign)
    {
        var chosen = Array.FindAll(terms, term => Math.Sign(term.Factor) == sign);
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = chosen[i] with { Weight = chosen.Length == 2 ? (i == 0 ? 0.6 : 0.4) : 1.0 / chosen.Length };
        return chosen;
    }

    private readonly record struct Term(int Point, double Factor, double Weight);

    private readonly record struct Entry(Measure Measure, int Point, Term[] Positive, Term[] Negative);
}
