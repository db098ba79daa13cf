namespace SmartEms.Edge.Core.Forecasting;

/// <summary>How much each way of foretelling counts, for each level by itself: learnt by the gradient of the pinball loss.</summary>
internal sealed class Mixture
{
    /// <summary>The regression, and two comparisons with days alike.</summary>
    public const int Ways = 3;

    private const double Rate = 0.01;
    private const double ErrorRate = 0.005;
    private const float ShareLeast = -0.2f;
    private const float ShareMost = 1.2f;

    public Mixture()
    {
        Shares = new float[Levels.Count * Ways];
        Array.Fill(Shares, 1f / Ways);
    }

    private Mixture(Mixture other) => (Shares, Error) = ([.. other.Shares], other.Error);

    /// <summary>For each level, what each way counts; sums to one.</summary>
    public float[] Shares { get; }

    /// <summary>The usual miss of the first way's median, on the scale of the series; 0 = none yet.</summary>
    public double Error { get; set; }

    public Mixture Copy() => new(this);

    /// <summary>The quantiles of all ways together.</summary>
    /// <param name="ways">The quantiles of each way, one way after the other.</param>
    /// <param name="quantiles">Where they go.</param>
    public void Of(ReadOnlySpan<double> ways, Span<double> quantiles)
    {
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = At(level, ways);
        quantiles.Sort(); // levels learn by themselves and may cross
    }

    public void Learn(ReadOnlySpan<double> ways, double outcome)
    {
        var miss = Math.Abs(outcome - ways[Levels.P50]);
        Error = Error > 0 ? Error + (ErrorRate * (miss - Error)) : miss;
        if (!(Error > 0))
            return;
        for (var level = 0; level < Levels.Count; level++)
        {
            var (mean, slope) = (0.0, Rate * (outcome >= At(level, ways) ? Levels.All[level] : Levels.All[level] - 1));
            for (var way = 0; way < Ways; way++)
                mean += ways[(way * Levels.Count) + level] / Ways;
            var shares = Shares.AsSpan(level * Ways, Ways);
            var sum = 0f;
            for (var way = 0; way < Ways; way++)
            {
                var lean = Math.Clamp((ways[(way * Levels.Count) + level] - mean) / Error, -3, 3);
                shares[way] = Math.Clamp(shares[way] + (float)(slope * lean), ShareLeast, ShareMost);
                sum += shares[way];
            }
            for (var way = 0; way < Ways; way++)
                shares[way] += (1 - sum) / Ways;
        }
    }

    private double At(int level, ReadOnlySpan<double> ways)
    {
        var sum = 0.0;
        for (var way = 0; way < Ways; way++)
            sum += Shares[(level * Ways) + way] * ways[(way * Levels.Count) + level];
        return sum;
    }
}
