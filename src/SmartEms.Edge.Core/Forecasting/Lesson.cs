namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What was learnt of one series at one lead. A copy learns; what was handed out is never written again.</summary>
internal sealed class Lesson
{
    private const int ResidualHours = 28 * 24;

    /// <summary>What one outcome beyond P10 or P90 moves its distance from the median by: adaptive conformal inference (Gibbs and Candès, NeurIPS 2021).</summary>
    private const double WidthRate = 0.02;
    private const double WidthLeast = 0.3;
    private const double WidthMost = 4;
    private const double Tenth = 0.1;

    private readonly int inputs;

    public Lesson(Kind kind, Grid grid, int lead)
    {
        inputs = Features.Count(kind, grid);
        Lead = lead;
        HoursAhead = (lead + grid.StepsPerHour - 1) / grid.StepsPerHour;
        Regression = new(inputs, kind == Kind.Load ? 1e-4 : 1e-7);
        Mixture = new();
        Residuals = new float[ResidualHours];
        Widths = [1, 1];
        Foretold = new float[HoursAhead * (inputs + Told)];
        Array.Fill(Residuals, float.NaN);
        Array.Fill(Foretold, float.NaN);
    }

    private Lesson(Lesson other)
    {
        (inputs, Lead, HoursAhead, Regression, Mixture) = (other.inputs, other.Lead, other.HoursAhead, other.Regression.Copy(), other.Mixture.Copy());
        (Residuals, Widths, Foretold) = ([.. other.Residuals], [.. other.Widths], [.. other.Foretold]);
    }

    /// <summary>Beside its features, a foretold hour holds what the regression expected, the quantiles of every way, and the mixed P10, P50 and P90.</summary>
    private static int Told => 1 + (Levels.Count * Mixture.Ways) + 3;

    /// <summary>Steps ahead, 1 = the step that begins now.</summary>
    public int Lead { get; }

    /// <summary>After so many hours the outcome of what is foretold now is known.</summary>
    public int HoursAhead { get; }

    public Regression Regression { get; }
    public Mixture Mixture { get; }

    /// <summary>Outcome less regression, by the hour of the last four weeks; NaN = not known.</summary>
    public float[] Residuals { get; }

    /// <summary>How much farther from the median quantiles lie than they were mixed: below it and above.</summary>
    public float[] Widths { get; }

    /// <summary>What was foretold in each of the hours whose outcome is still to come; NaN = nothing.</summary>
    public float[] Foretold { get; }

    public Lesson Copy() => new(this);

    /// <summary>What the regression missed by at about the same time of the days before; how many there are, three a day at most.</summary>
    /// <param name="hour">Number of the hour to be foretold.</param>
    /// <param name="now">Number of the hour that begins.</param>
    /// <param name="samples">Where they go.</param>
    public int ResidualsAbout(long hour, long now, Span<double> samples)
    {
        var count = 0;
        for (var day = 1; day <= ResidualHours / 24; day++)
        {
            var then = hour - (24 * day) - 1;
            var place = (int)((then + ResidualHours) % ResidualHours);
            for (var near = 0; near < 3; near++, then++, place = place == ResidualHours - 1 ? 0 : place + 1)
                if (then < now && then >= now - ResidualHours && then >= 0 && !float.IsNaN(Residuals[place]))
                    samples[count++] = Residuals[place];
        }
        return count;
    }

    /// <summary>Moves quantiles away from their median, or towards it.</summary>
    public void Widen(Span<double> quantiles)
    {
        var middle = quantiles[Levels.P50];
        for (var level = 0; level < Levels.Count; level++)
            quantiles[level] = middle + ((quantiles[level] - middle) * Widths[level < Levels.P50 ? 0 : 1]);
    }

    /// <summary>Nothing is awaited any more, and of some hours nothing was learnt: a gap.</summary>
    public void Skip(long fromHour, long toHour)
    {
        Array.Fill(Foretold, float.NaN);
        for (var hour = Math.Max(fromHour, toHour - ResidualHours); hour < toHour; hour++)
            if (hour >= 0)
                Residuals[(int)(hour % ResidualHours)] = float.NaN;
    }

    /// <summary>Learns from the outcome of what was foretold, in the hour that begins, for the step whose outcome is known now.</summary>
    /// <param name="now">Number of the hour that begins.</param>
    /// <param name="targetHour">Number of the hour the outcome belongs to.</param>
    /// <param name="outcome">On the scale of the series; NaN = not measured.</param>
    public void Learn(long now, long targetHour, double outcome)
    {
        var cell = Cell(now);
        var known = !float.IsNaN(cell[0]) && !double.IsNaN(outcome);
        Residuals[(int)(targetHour % ResidualHours)] = known ? (float)outcome - cell[inputs] : float.NaN;
        if (!known || !(cell[^1] > 0))
            return; // nothing was foretold, or it was night
        Span<double> told = stackalloc double[cell.Length];
        for (var i = 0; i < told.Length; i++)
            told[i] = cell[i];
        Regression.Learn(told[..inputs], outcome);
        Mixture.Learn(told[(inputs + 1)..^3], outcome);
        Widths[0] = Width(Widths[0], outcome < told[^2] + ((told[^3] - told[^2]) * Widths[0]));
        Widths[1] = Width(Widths[1], outcome > told[^2] + ((told[^1] - told[^2]) * Widths[1]));
    }

    /// <summary>Notes what is foretold in the hour that begins.</summary>
    public void Note(long now, Sight sight)
    {
        var cell = Cell(now);
        for (var i = 0; i < inputs; i++)
            cell[i] = (float)sight.Features[i];
        cell[inputs] = (float)sight.Expected;
        for (var i = 0; i < sight.Ways.Length; i++)
            cell[inputs + 1 + i] = (float)sight.Ways[i];
        (cell[^3], cell[^2], cell[^1]) = ((float)sight.Quantiles[Levels.P10], (float)sight.Quantiles[Levels.P50], (float)sight.Quantiles[Levels.P90]);
    }

    /// <summary>Notes that nothing could be foretold.</summary>
    public void NoteNothing(long now) => Cell(now).Fill(float.NaN);

    private Span<float> Cell(long hour) => Foretold.AsSpan((int)(hour % HoursAhead) * (inputs + Told), inputs + Told);

    private static float Width(float width, bool isBeyond) =>
        (float)Math.Clamp(width + (WidthRate * ((isBeyond ? 1 : 0) - Tenth)), WidthLeast, WidthMost);
}
