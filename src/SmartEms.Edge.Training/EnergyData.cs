using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Training;

/// <summary>The measured homes, prices and sessions of tests/data/energy, hour by hour.</summary>
public static class EnergyData
{
    /// <summary>The homes whose meters are sound; numbers 12 and 15 are faulty.</summary>
    public static readonly string[] Homes = ["01", "02", "04", "05", "06", "08", "09", "10", "13", "16"];

    /// <summary>The battery of all comparisons.</summary>
    public static Storage Standard { get; } = new(10_000, 5_000, 5_000);

    public static string Folder { get; } = Find();

    public static (ImmutableArray<double> Load, ImmutableArray<double> Pv) Home(string number)
    {
        var rows = Rows($"homes/fontana_{number}.csv");
        return ([.. rows.Select(row => Number(row[1]))], [.. rows.Select(row => Number(row[2]))]);
    }

    /// <summary>flat, tou, or de_YYYY.</summary>
    public static BacktestPrices Prices(string tariff, int steps)
    {
        if (tariff == "flat")
            return RetailPrices.Contract([.. Enumerable.Repeat(0.32, steps)], [.. Enumerable.Repeat(0.08, steps)]);
        if (tariff == "tou")
        {
            var rows = Rows("tariffs/sce_tou_2016.csv");
            return RetailPrices.Contract([.. rows.Select(row => Number(row[1]))], [.. rows.Select(row => Number(row[2]))]);
        }
        return RetailPrices.German.Of(Spot(int.Parse(tariff.AsSpan(3), CultureInfo.InvariantCulture), steps), 60);
    }

    /// <summary>Day-ahead prices per kWh from the first Monday of August on, hour by hour of Berlin's clock: the hour it skips has its predecessor's price, of one it repeats the first counts.</summary>
    private static double[] Spot(int year, int steps)
    {
        var byHour = DayAhead().ToDictionary(row => row.Hour, row => row.PerKwh);
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var local = new DateTime(year, 8, 1);
        while (local.DayOfWeek != DayOfWeek.Monday)
            local = local.AddDays(1);
        var spot = new double[steps];
        for (var i = 0; i < steps; i++, local = local.AddHours(1))
            spot[i] = berlin.IsInvalidTime(local) ? spot[i - 1] : byHour[local - (berlin.IsAmbiguousTime(local) ? berlin.GetAmbiguousTimeOffsets(local).Max() : berlin.GetUtcOffset(local))];
        return spot;
    }

    /// <summary>German day-ahead prices, EUR per kWh, hour by hour of UTC.</summary>
    public static IEnumerable<(DateTime Hour, double PerKwh)> DayAhead() => Rows("prices/de_day_ahead_2020-08_2024-08.csv").Select(row => (
        DateTime.ParseExact(row[0], "yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal), Number(row[1]) / 1_000));

    public static BacktestTrace Trace(string home, string tariff)
    {
        var (load, pv) = Home(home);
        return new(Instant.From(new(2016, 8, 1, 0, 0, 0, TimeSpan.Zero)), 60, load, pv, Prices(tariff, load.Length));
    }

    /// <summary>The rows of a file behind its heading.</summary>
    public static List<string[]> Rows(string file) => [.. File.ReadLines(Path.Combine(Folder, file)).Skip(1).Select(line => line.Split(','))];

    public static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "tests", "data", "energy")))
                return Path.Combine(folder.FullName, "tests", "data", "energy");
        throw new DirectoryNotFoundException("tests/data/energy is not above the program");
    }
}
