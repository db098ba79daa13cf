using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Commands;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Commands;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>A real store in a directory of its own, owned by a writer that stays open: what a running daemon leaves to the verbs.</summary>
internal sealed class StoreOnDisk : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("smartems-test-");
    private readonly SqliteStore store;

    public StoreOnDisk()
    {
        Path = File("store.db");
        store = SqliteStore.Open(Path);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(directory.FullName, name);

    public string[] Files => [.. directory.GetFiles().Select(file => file.Name).Where(name => !name.StartsWith("store.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Three points every 10 s from 13:00Z to 13:47Z; the inverter is silent from 13:20 to 13:30 and stale from 13:40.</summary>
    public StoreOnDisk WithAfternoon()
    {
        int meter = store.PointNumber("meter1/grid_import_w", "W"), soc = store.PointNumber("inv1/soc", "%"), dc = store.PointNumber("inv1/dc_power_w", "W");
        var samples = new List<TelemetrySample>();
        for (var i = 0; i < 282; i++)
        {
            var at = StoredHouse.Start + TimeSpan.FromSeconds(i * 10);
            samples.Add(Sample(at, meter, 1000 + i, Trust.Good));
            if (i is >= 120 and < 180)
                continue;
            samples.Add(Sample(at, soc, 60 + (i / 100.0), Trust.Good));
            samples.Add(Sample(at, dc, 5000 - i, i < 240 ? Trust.Good : Trust.Uncertain));
        }
        store.Append([.. samples]);
        return this;
    }

    /// <summary>One point with so many values a second apart, ending at the start of the afternoon.</summary>
    public StoreOnDisk WithSeconds(int count)
    {
        var point = store.PointNumber("meter1/grid_import_w", "W");
        var batch = new TelemetrySample[10_000];
        for (var i = 0; i < count; i += batch.Length)
        {
            for (var k = 0; k < batch.Length; k++)
                batch[k] = Sample(StoredHouse.Start + TimeSpan.FromSeconds(i + k - count), point, (i + k) % 977, Trust.Good);
            store.Append(batch);
        }
        return this;
    }

    /// <summary>Runs "smartems telemetry …" on this store; DIR stands for its directory.</summary>
    public Task<Ran> RunAsync(string line, ScreenTraits? traits = null) =>
        Shell.RunAsync(["telemetry", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace("DIR", directory.FullName, StringComparison.Ordinal)), "--store", Path], traits);

    /// <summary>The same as a story for a golden file.</summary>
    public async Task<string> TellAsync(string given)
    {
        var (told, traits) = (new StringWriter(), new ScreenTraits());
        foreach (var line in given.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("width ", StringComparison.Ordinal))
            {
                traits = traits with { Width = int.Parse(line[6..], System.Globalization.CultureInfo.InvariantCulture) };
                continue;
            }
            var ran = await RunAsync(line["$ smartems telemetry ".Length..], traits);
            told.Write($"{(ran.Out + (ran.Error.Length > 0 ? "[stderr]\n" + ran.Error : "")).Replace(directory.FullName, "DIR", StringComparison.Ordinal)}[exit {ran.Exit}]\n");
        }
        return told.ToString();
    }

    public void Dispose()
    {
        store.Dispose();
        directory.Delete(true);
    }

    private static TelemetrySample Sample(Instant at, int point, double value, Trust trust) => new(at, point, value, trust, BadReason.None);
}
