namespace SmartEms.Edge.Core.Syncing;

/// <summary>How long to wait before the next attempt: full jitter, random between nothing and a bound that doubles with each failure up to 600 s, so that a
/// fleet that lost its broker at one moment does not come back at one moment.</summary>
/// <param name="spread">The first bound: of a fleet that lost its broker, the share spread⁻¹ comes back each second.</param>
/// <param name="dice">A number from 0 up to, not including, 1.</param>
public sealed class Backoff(TimeSpan spread, Func<double> dice)
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(600);

    /// <summary>A session that lasted so long was one: the next failure is a first again.</summary>
    public static readonly TimeSpan Proven = TimeSpan.FromSeconds(60);

    /// <summary>No wait is longer; where few come back, nobody is spared by a long one.</summary>
    public TimeSpan Most { get; init; } = Longest;

    private int failures;

    /// <summary>The wait before the next attempt; the bound doubles.</summary>
    /// <param name="atLeast">A broker that asked for rest gets it.</param>
    public TimeSpan Next(TimeSpan atLeast = default)
    {
        var bound = spread;
        for (var i = 0; i < failures && bound < Most; i++)
            bound *= 2;
        failures++;
        var wait = atLeast + ((bound < Most ? bound : Most) * dice());
        return wait < Longest ? wait : Longest;
    }

    /// <summary>A session is over that lasted so long.</summary>
    public void Lasted(TimeSpan session)
    {
        if (session >= Proven)
            failures = 0;
    }
}
