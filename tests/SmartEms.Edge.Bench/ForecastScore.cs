namespace SmartEms.Edge.Bench;

/// <summary>How good quantiles were: the mean pinball loss over the levels, W, and how many outcomes lay between P10 and P90.</summary>
internal sealed class ForecastScore
{
    /// <summary>What an outlook holds: P10, P50 and P90, and 0.3 and 0.7 as the second and fourth of its five paths.</summary>
    public static readonly double[] Levels = [0.1, 0.3, 0.5, 0.7, 0.9];

    private double loss;
    private long count;
    private long judged;
    private long inside;

    public double Pinball => loss / count;

    /// <summary>Percent.</summary>
    public double Coverage => 100.0 * inside / judged;

    public void Add(double[] quantiles, double outcome, bool judgesCoverage)
    {
        for (var i = 0; i < Levels.Length; i++)
            loss += (outcome >= quantiles[i] ? Levels[i] * (outcome - quantiles[i]) : (1 - Levels[i]) * (quantiles[i] - outcome)) / Levels.Length;
        count++;
        if (!judgesCoverage)
            return;
        judged++;
        if (outcome >= quantiles[0] && outcome <= quantiles[^1])
            inside++;
    }

    public void Add(ForecastScore other)
    {
        loss += other.loss;
        count += other.count;
        judged += other.judged;
        inside += other.inside;
    }
}
