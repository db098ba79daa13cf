namespace SmartEms.Edge.Core.Deciding;

/// <summary>How late a battery does what it is told, measured from its own power. Between two moments at which it has caught up, the area between setpoint
/// and power divided by the way gone is the mean delay, of a dead time and of a slow approach alike, and also while the setpoint keeps changing.</summary>
/// <param name="Seconds">The mean delay measured so far, s; 0 as long as <paramref name="Count"/> is 0.</param>
/// <param name="Count">Measurements in it, at most <see cref="Memorable"/>: older ones fade.</param>
/// <param name="Area">Setpoint minus power over the measurement under way, Ws.</param>
/// <param name="From">The power it began at, W.</param>
/// <param name="Lasting">How long it has been under way, s; 0 = none is.</param>
public readonly record struct Reaction(double Seconds, double Count, double Area, double From, double Lasting)
{
    private const double Memorable = 8;

    /// <summary>A battery that has not caught up by now does not follow: that is no delay.</summary>
    private const double AbandonedSeconds = 40;

    /// <summary>Longer than any delay that is believed, s.</summary>
    private const double MostSeconds = 15;

    /// <param name="told">The setpoint that stood over the step, W.</param>
    /// <param name="before">Measured power at the step's start, W.</param>
    /// <param name="now">Measured power at its end, W.</param>
    /// <param name="step">s.</param>
    /// <param name="tolerance">Nearer than this the battery has caught up, W.</param>
    public Reaction After(double told, double before, double now, double step, double tolerance)
    {
        if (Lasting <= 0 && Math.Abs(told - before) <= 3 * tolerance)
            return this;
        var (area, from) = Lasting > 0 ? (Area, From) : (0, before);
        var begun = this with { Area = area + (step * (told - ((before + now) / 2))), From = from, Lasting = Lasting + step };
        if (Math.Abs(told - now) > tolerance)
            return begun.Lasting >= AbandonedSeconds ? Idle : begun;
        var way = now - from;
        if (Math.Abs(way) < 3 * tolerance)
            return Idle;
        var count = Math.Min(Count + 1, Memorable);
        var measured = Math.Clamp(begun.Area / way, 0, MostSeconds);
        return new(Seconds + ((measured - Seconds) / count), count, 0, 0, 0);
    }

    private Reaction Idle => new(Seconds, Count, 0, 0, 0);
}
