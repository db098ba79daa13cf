namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Widens or narrows what is foretold until a tenth of all outcomes lies below P10 and a tenth above P90, for each range of leads by itself:
/// adaptive conformal inference (Gibbs and Candès, NeurIPS 2021), on the factor by which a quantile lies away from the median.</summary>
internal sealed record Calibration
{
    /// <summary>Hours ahead that are scored; each stands for the leads from the one before it on.</summary>
    private static readonly int[] ScoredHours = [1, 2, 4, 8, 16, 24, 40];

    /// <summary>What one outcome beyond a quantile moves its factor by, in hours of steps.</summary>
    private const double Rate = 0.02;

    private const double Tenth = 0.1;
    private const double FactorLeast = 0.3;
    private const double FactorMost = 4;

    private Calibration(float[] factors, float[] foretold)
    {
        Factors = factors;
        Foretold = foretold;
    }

    public static Calibration Fresh { get; } = new(FreshFactors(), []);

    /// <summary>For load, then PV: for each range below and above the median.</summary>
    public float[] Factors { get; }

    /// <summary>P10, P50 and P90 as they were foretold for steps still to come, before correction; NaN = nothing was.</summary>
    public float[] Foretold { get; }

    /// <summary>Scores what was foretold for the last step of the past, and notes what is foretold now.</summary>
    public Calibration After(Past past)
    {
        var (factors, foretold) = ((float[])Factors.Clone(), Foretold.Length > 0 ? (float[])Foretold.Clone() : Nothing(past.Grid));
        var origin = new Origin(past);
        Span<double> quantiles = stackalloc double[Levels.Count];
        var cells = foretold.AsSpan();
        for (var series = 0; series < 2; series++)
            for (var range = 0; range < ScoredHours.Length; range++)
            {
                // What is foretold now at this lead is for the step that has the same cell one lead later.
                var lead = ScoredHours[range] * past.Grid.StepsPerHour;
                var cell = cells.Slice((int)((past.First + past.Count - 1) % lead) * 3, 3);
                cells = cells[(lead * 3)..];
                var track = series == 0 ? past.Load : past.Pv;
                Score(factors.AsSpan(((series * ScoredHours.Length) + range) * 2, 2), cell, track.Watts[^1], past.StepMinutes / 60.0);
                var known = series == 0 ? origin.Load(lead, quantiles) : origin.Pv(lead, quantiles);
                (cell[0], cell[1], cell[2]) = known ? ((float)quantiles[Levels.P10], (float)quantiles[Levels.P50], (float)quantiles[Levels.P90]) : (float.NaN, 0, 0);
            }
        return new(factors, foretold);
    }

    private static void Score(Span<float> factors, ReadOnlySpan<float> foretold, double measured, double hours)
    {
        var (low, middle, high) = (foretold[0], foretold[1], foretold[2]);
        if (double.IsNaN(measured) || !(high > 0))
            return; // nothing was foretold, or it was night
        var (isBelow, isAbove) = (measured < middle + ((low - middle) * factors[0]), measured > middle + ((high - middle) * factors[1]));
        factors[0] = (float)Math.Clamp(factors[0] + (Rate * hours * ((isBelow ? 1 : 0) - Tenth)), FactorLeast, FactorMost);
        factors[1] = (float)Math.Clamp(factors[1] + (Rate * hours * ((isAbove ? 1 : 0) - Tenth)), FactorLeast, FactorMost);
    }

    /// <summary>Moves quantiles away from their median, or towards it.</summary>
    public void Correct(bool isPv, int lead, Grid grid, Span<double> quantiles)
    {
        var range = Range(lead, grid);
        var at = ((isPv ? ScoredHours.Length : 0) + range) * 2;
        var middle = quantiles[Levels.P50];
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = middle + ((quantiles[level] - middle) * Factors[level < Levels.P50 ? at : at + 1]);
    }

    private static int Range(int lead, Grid grid)
    {
        var range = 0;
        while (range < ScoredHours.Length - 1 && lead > ScoredHours[range] * grid.StepsPerHour)
            range++;
        return range;
    }

    private static float[] Nothing(Grid grid)
    {
        var hours = 0;
        foreach (var scored in ScoredHours)
            hours += scored;
        var foretold = new float[hours * grid.StepsPerHour * 2 * 3];
        Array.Fill(foretold, float.NaN);
        return foretold;
    }

    private static float[] FreshFactors()
    {
        var factors = new float[ScoredHours.Length * 4];
        Array.Fill(factors, 1f);
        return factors;
    }
}
