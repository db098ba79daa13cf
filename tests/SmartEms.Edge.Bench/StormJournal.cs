using System.Globalization;
using SmartEms.Edge.Core;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Bench;

/// <summary>What one storm gave, as a line of numbers.</summary>
/// <param name="Counts">In the order of <see cref="Names"/>.</param>
internal sealed record StormYear(ulong Seed, double[] Counts)
{
    public static readonly string[] Names =
    [
        "days", "steps", "fine_steps", "faults", "clock_steps", "restarts", "store_outages", "broker_outages", "orders", "decisions", "lied_s", "envelope_violations", "blind_setpoints",
        "broken_orders", "limit_violations", "limit_longest", "limit_unmeetable", "restart_changes", "setpoints_proven", "setpoints_alerted", "setpoints_silent", "phase_changes", "contactor_violations",
    ];

    public double this[string name] => Counts[Array.IndexOf(Names, name)];

    public static StormYear Of(StormResult one) => new(one.Seed,
    [
        one.Days, one.Steps, one.FineSteps, one.Strikes, one.ClockSteps, one.Restarts, one.StoreOutages, one.BrokerOutages, one.Orders, one.Decisions, one.LiedSeconds, one.Judge.Escapes,
        one.Judge.BlindSetpoints, one.Judge.BrokenOrders, one.Limits.Violations, one.Limits.LongestReaction, one.Limits.Unmeetable, one.RestartChanges, one.Setpoints.Proven, one.Setpoints.Alerted,
        one.Setpoints.Silent, one.Contactors.Switches, one.Contactors.UnderCurrent + one.Contactors.TooSoon + one.Contactors.TooMany,
    ]);

    public string Line => string.Join(',', [Seed.ToString(CultureInfo.InvariantCulture), .. Counts.Select(count => count.ToString("R", CultureInfo.InvariantCulture))]);

    public static StormYear? Parse(string line)
    {
        var cells = line.Split(',');
        return cells.Length == Names.Length + 1 && ulong.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? new(seed, [.. cells.Skip(1).Select(cell => double.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture))])
            : null;
    }
}

/// <summary>A file of the storms that are done, so that a thousand of them can be run in pieces. It belongs to one build of core and storm: a change that a few short storms would
/// not notice may count in the thousandth. Another build is refused, and a line cut short is run again.</summary>
internal sealed class StormJournal
{
    private readonly string? path;
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, StormYear> done = [];

    /// <param name="path">The file; null = nothing is kept.</param>
    public StormJournal(string? path)
    {
        this.path = path;
        if (path is null)
            return;
        var begin = $"# built as {Program()}";
        if (!File.Exists(path))
            File.WriteAllText(path, $"{begin}\nseed,{string.Join(',', StormYear.Names)}\n");
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != begin)
            throw new BenchException($"{path} is of another build of the program; take it away to begin anew");
        foreach (var line in lines.Skip(2))
            if (StormYear.Parse(line) is { } year)
                done[year.Seed] = year;
    }

    public StormYear? Of(ulong seed)
    {
        lock (gate)
            return done.GetValueOrDefault(seed);
    }

    public void Add(StormYear year)
    {
        lock (gate)
        {
            done[year.Seed] = year;
            if (path is not null)
                File.AppendAllText(path, year.Line + "\n");
        }
    }

    /// <summary>The same source in the same place gives the same modules.</summary>
    private static string Program() =>
        string.Join(' ', new[] { typeof(Cycle), typeof(Storm) }.Select(type => type.Module.ModuleVersionId.ToString("N")[..16]));
}
