using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;

namespace SmartEms.Edge.Bench;

/// <summary>Whether a week of telemetry leaves memory flat: 40 points at 1 s, committed every 10 s, in a process of its own whose collector is set as the
/// shipped binary's is; the highest resident memory of the first day against that of the last. A day lasts from one o'clock to one o'clock here, so that each
/// has its fold, which comes at the first quarter-hour of the next.</summary>
internal static class WeekBench
{
    private const double MostGrowth = 1.05;
    private const int HourSeconds = 3600;

    /// <summary>Starts that process and passes on what it tells.</summary>
    public static List<Figure> Run(string file, int days)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["store", "--week", file, days.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_gcConcurrent"] = "0", ["DOTNET_GCgen0size"] = "200000" },
        };
        using var process = Process.Start(start) ?? throw new BenchException("the week did not start");
        var told = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        var resident = told.Select(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        if (process.ExitCode != 0 || resident.Count != days)
            throw new BenchException("the week did not end well");
        return
        [
            Figure.Told("resident_on_day_1", resident[0], "MB"),
            Figure.Told($"resident_on_day_{days}", resident[^1], "MB"),
            new($"resident_day_{days}_to_day_1", resident[^1] / resident[0], "ratio", MostGrowth),
        ];
    }

    /// <summary>Lives through the days and tells the highest resident memory of each, looking every hour.</summary>
    public static IEnumerable<Figure> Live(string file, int days)
    {
        using var store = SqliteStore.Open(file);
        StoreBench.Number(store, 40);
        var (highest, hour, batch) = (0.0, 0, 0);
        foreach (var samples in StoreBench.Batches((days * StoreBench.DaySeconds) + HourSeconds, StoreBench.CommitSeconds))
        {
            store.Append(samples);
            if (++batch * StoreBench.CommitSeconds % HourSeconds != 0)
                continue;
            highest = Math.Max(highest, NativeBinary.ResidentMegabytes(Environment.ProcessId));
            if (++hour % 24 != 1 || hour == 1)
                continue;
            yield return Figure.Told($"resident_on_day_{hour / 24}", highest, "MB");
            highest = 0;
        }
    }
}
