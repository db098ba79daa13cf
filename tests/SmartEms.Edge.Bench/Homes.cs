using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Bench;

/// <summary>The measured homes that are sound, hour by hour, and the window in which everything is scored (tests/data/energy/README.md).</summary>
internal static class Homes
{
    public const int HoursPerDay = 24;

    private const int WarmDays = 28;
    private const int LastDays = 2;

    /// <summary>Not 12, whose load meter stands still, and not 15, whose PV is dead.</summary>
    public static readonly string[] Sound = ["01", "02", "04", "05", "06", "08", "09", "10", "13", "16"];

    public static SiteTrace Read(string home)
    {
        var path = Path.Combine("tests", "data", "energy", "homes", $"fontana_{home}.csv");
        return File.Exists(path)
            ? SiteTrace.Parse(File.ReadAllText(path))
            : throw new BenchException($"{path} is not here; run from the top of the tree");
    }

    /// <summary>The scored hours: from, and up to.</summary>
    public static (int From, int To) Window(SiteTrace trace) => (WarmDays * HoursPerDay, trace.Count - (LastDays * HoursPerDay));
}
