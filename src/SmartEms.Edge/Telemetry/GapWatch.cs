using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Telemetry;

/// <summary>Watches rows go by and says afterwards what is missing: the gaps the store knows of, and the steps for which no point had a row.
/// What only a finer tier lost is not missing where a row came by all the same.</summary>
internal sealed class GapWatch
{
    /// <summary>Beyond this many holes the list says no more; whoever has so many reads the rows.</summary>
    public const int MostHoles = 1_000;

    private readonly TelemetryGap[] known;
    private readonly bool[] filled;
    private readonly Step step;
    private readonly List<TelemetryGap> holes = [];
    private int first;
    private Instant? last;

    public GapWatch(IReadOnlyList<TelemetryGap> known, Step step)
    {
        (this.known, this.step) = ([.. known.OrderBy(gap => gap.From)], step);
        filled = new bool[known.Count];
    }

    /// <summary>A row for this moment came by; moments come in order.</summary>
    public void Saw(Instant at)
    {
        while (first < known.Length && known[first].To <= at)
            first++;
        for (var i = first; i < known.Length && known[i].From <= at; i++)
            filled[i] |= at < known[i].To;
        if (!step.IsRaw && last is { } before && at.UnixMilliseconds - before.UnixMilliseconds > step.Milliseconds && holes.Count < MostHoles)
            holes.Add(new(new(before.UnixMilliseconds + step.Milliseconds), at, step.Tier, 0, "no row was recorded"));
        last = at;
    }

    /// <summary>Everything that is missing, in time order.</summary>
    public IReadOnlyList<TelemetryGap> Missing()
    {
        var missing = new List<TelemetryGap>();
        for (var i = 0; i < filled.Length; i++)
            if (known[i].Tier == step.Tier || (known[i].Tier < step.Tier && !filled[i]))
                missing.Add(known[i]);
        foreach (var hole in holes)
            if (!missing.Exists(gap => gap.From <= hole.From && hole.To <= gap.To))
                missing.Add(hole);
        missing.Sort((a, b) => a.From.CompareTo(b.From));
        return missing;
    }
}
