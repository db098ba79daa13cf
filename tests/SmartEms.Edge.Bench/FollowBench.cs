using SmartEms.Edge.Backtesting;
using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>Follow on late devices, in simulated time: steps of load, a connection that may not export, two batteries. Writes its plots and table with --write DIR.</summary>
internal static class FollowBench
{
    private const double ExportRatioMost = 1.5;
    private const double SwingMost = 2 * FollowSteps.BandWatts;
    private static readonly double[] Latencies = [0.2, 0.5, 1, 2, 5];

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        await Task.Yield();
        var directory = arguments switch
        {
            [] => null,
            ["--write", var named] when Directory.Exists(named) => named,
            _ => throw new BenchException("follow knows --write DIR, a directory that exists, for its plots and table"),
        };
        var page = new EvidencePage();
        foreach (var figure in Steps(directory).Concat(Export(directory)).Concat(Pair(directory)))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is not null)
            page.Write(Path.Combine(directory, "follow.md"), "Follow on late devices", "./dev bench follow --write docs/evidence", What);
    }

    private static string What => string.Create(CultureInfo.InvariantCulture, $"""
        Simulated site, no real device.
        slow = first-order approach, dead = nothing at first, old = prompt, but tells its power late; each by the seconds in the name. Steps are measured after ten lessons of
        2 kW; new: before any. A step has no chance in it but its moment within Follow's second: the slowest of ten moments is told.

        Zero export: the worst of {FollowExport.Seeds.Length} days (seeds {FollowExport.Seeds[0]} to {FollowExport.Seeds[^1]}), four hours each; room = the battery can take everything, full = it can take nothing. Energies are those of the day
        with the worst ratio. Limits are written as the profiles of inverters say, changes above {FollowExport.DeadBandWatts} W; limits = how many those are at most an hour, refreshes not counted.

        ![](follow-zero-export.svg)
        ![](follow-two-batteries.svg)
        """);

    private static IEnumerable<Figure> Steps(string? directory)
    {
        foreach (var kind in Enum.GetValues<Lateness>())
            foreach (var seconds in Latencies)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{kind}_{seconds}").ToLowerInvariant();
                var outcome = FollowSteps.Worst(kind, seconds, isTaught: true);
                yield return new($"step_{name}_settled", outcome.Settled, "s", (3 * seconds) + 3);
                yield return new($"step_{name}_swing", outcome.Swing, "W", SwingMost);
                yield return Figure.Told($"step_{name}_measured_delay", outcome.Measured, "s");
                yield return Figure.Told($"step_{name}_settled_new", FollowSteps.Worst(kind, seconds, isTaught: false).Settled, "s");
                if (directory is not null && seconds is 1 or 5)
                    Write(directory, $"follow-step-{name.Replace('_', '-')}.svg", Plot.Svg(
                        string.Create(CultureInfo.InvariantCulture, $"A load of 3 kW comes; the battery is {kind.ToString().ToLowerInvariant()}, {seconds} s"),
                        (-FollowSteps.Before, FollowRig.Tick, "seconds"),
                        new("grid import", "#c22", outcome.Import),
                        new("battery discharge", "#26a", outcome.Battery),
                        new("setpoint", "#999", outcome.Asked)));
            }
    }

    private static IEnumerable<Figure> Export(string? directory)
    {
        foreach (var isFull in new[] { false, true })
            foreach (var seconds in Latencies)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{(isFull ? "full" : "room")}_{seconds}");
                var days = FollowExport.Days(seconds, isFull);
                var (follow, bound) = days.MaxBy(day => day.Follow.Sum / day.Bound.Sum)!;
                yield return Figure.Told($"export_{name}_leaked", follow.Leaked, "Wh");
                yield return Figure.Told($"export_{name}_lost", follow.Lost, "Wh");
                yield return Figure.Told($"export_{name}_unavoidable", bound.Sum, "Wh");
                yield return new($"export_{name}_to_unavoidable", follow.Sum / bound.Sum, "ratio", ExportRatioMost);
                yield return Figure.Told($"export_{name}_limits", days.Max(day => day.Follow.LimitWrites), "1/h");
                if (directory is not null && isFull && seconds == 1)
                    Write(directory, "follow-zero-export.svg", Plot.Svg(
                        "No export allowed, battery full, inverter slow by 1 s: ten minutes of the run",
                        (0, 1, "seconds"),
                        new("grid export", "#c22", Part(follow.Export)),
                        new("PV available", "#ca2", Part(follow.Available)),
                        new("PV produced", "#283", Part(follow.Produced))));
            }
    }

    private static IEnumerable<Figure> Pair(string? directory)
    {
        var outcome = FollowPair.Run();
        yield return new("pair_settled", outcome.Settled, "s", 9);
        yield return new("pair_share_error", outcome.ShareError, "%", 5);
        yield return new("pair_wandering", outcome.Wandering, "W", 50);
        if (directory is not null)
            Write(directory, "follow-two-batteries.svg", Plot.Svg(
                "A load of 3 kW comes to 15 kWh (slow by 2 s) and 5 kWh (slow by 0.5 s)",
                (-5, FollowRig.Tick, "seconds"),
                new("grid import", "#c22", outcome.Import),
                new("large battery", "#26a", outcome.Large),
                new("small battery", "#283", outcome.Small)));
    }

    /// <summary>Ten minutes of a run, a value a second.</summary>
    private static double[] Part(List<double> all)
    {
        var part = new double[600];
        for (var i = 0; i < part.Length; i++)
            part[i] = all[(1_800 + i) * 10];
        return part;
    }

    private static void Write(string directory, string name, string text) => File.WriteAllText(Path.Combine(directory, name), text);
}
