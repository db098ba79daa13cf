namespace SmartEms.Edge.Core.Deciding;

/// <summary>Whether the batteries' setpoints swing to and fro, and how much of each wanted change is therefore made: whatever a device's delay does that we have
/// not understood, a smaller gain calms it.</summary>
/// <param name="Gain">The part of a wanted change that is made in one step, <see cref="Least"/> to 1.</param>
/// <param name="Turns">Reversals lately; they fade.</param>
/// <param name="Direction">Of the last noticeable change of the sum of setpoints: −1, 0 or 1.</param>
/// <param name="SinceTurn">s.</param>
public readonly record struct Swing(double Gain, double Turns, double Direction, double SinceTurn)
{
    public const double Least = 0.2;

    /// <summary>Loads that switch make a few reversals, a swing makes more.</summary>
    private const double TooMany = 6;

    /// <summary>Smaller changes are no swing, W.</summary>
    private const double Noticeable = 100;

    private const double FadingPerSecond = 1.0 / 15;
    private const double RecoveringPerSecond = 0.003;

    public static Swing None { get; } = new(1, 0, 0, 0);

    /// <param name="change">By how much the sum of setpoints was changed, W.</param>
    /// <param name="latency">The slowest battery's delay, s: a swing turns at least every few of them.</param>
    /// <param name="step">s.</param>
    public Swing After(double change, double latency, double step)
    {
        var turns = Math.Max(0, Turns - (step * FadingPerSecond));
        var gain = turns > 0 ? Gain : Math.Min(1, Gain + (step * RecoveringPerSecond));
        var since = Math.Min(SinceTurn + step, 600);
        if (Math.Abs(change) < Noticeable)
            return new(gain, turns, Direction, since);
        var direction = change > 0 ? 1 : -1;
        if (direction == Direction)
            return new(gain, turns, Direction, since);
        if (Direction != 0 && since <= (4 * latency) + (3 * step))
            turns += 1;
        return turns < TooMany ? new(gain, turns, direction, 0) : new(Math.Max(Least, gain * 0.7), TooMany / 2, direction, 0);
    }
}
