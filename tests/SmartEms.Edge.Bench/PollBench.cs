using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>What polling costs: the daemon, with all it does besides (image, envelope, Follow, storing), beside collectd that only reads; then a plant of 200 devices.</summary>
internal static class PollBench
{
    private const double MostOfCollectd = 0.2;
    private const double MostOfOneCore = 0.25;
    private const double MostAgeMs = 1_200;
    private const double MostGrowth = 1.05;
    private const int WarmUpSeconds = 10;
    private const int ContestSeconds = 60;

    /// <summary>Memory is first looked at after so many seconds: by then every buffer has been used.</summary>
    private const int SettledSeconds = 120;

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var minutes = arguments switch
        {
            [] => 10,
            ["--minutes", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var given) && given > 0 => given,
            _ => throw new BenchException("poll knows --minutes N"),
        };
        await foreach (var figure in ContestAsync().ConfigureAwait(false))
            yield return figure;
        await foreach (var figure in PlantAsync(minutes).ConfigureAwait(false))
            yield return figure;
    }

    /// <summary>20 devices × 40 floats each second, both at once, each on its own ports of one server.</summary>
    private static async IAsyncEnumerable<Figure> ContestAsync()
    {
        await using var ours = new PolledDevices(20, 40);
        await using var theirs = new PolledDevices(20, 40);
        using var collectd = new CollectdPoller(theirs);
        var (own, peer) = (default(Cost), default(Cost));
        using var folder = new BenchFolder();
        await DaemonAsync(ours, folder, WarmUpSeconds + ContestSeconds, (process, second) =>
        {
            if (second == WarmUpSeconds)
                (own, peer) = (Cost.Of(process, ours), Cost.Of(collectd.ProcessId, theirs));
            if (second == WarmUpSeconds + ContestSeconds)
                (own, peer) = (Cost.Of(process, ours) - own, Cost.Of(collectd.ProcessId, theirs) - peer);
        }).ConfigureAwait(false);
        yield return Figure.Told("collectd_samples_per_s", peer.Samples / (double)ContestSeconds, "samples/s");
        yield return new Figure("smartems_samples_per_s", own.Samples / (double)ContestSeconds, "samples/s", double.PositiveInfinity, 20 * 40 * 0.98);
        yield return Figure.Told("collectd_cpu_per_sample", peer.MicrosecondsPerSample, "us");
        yield return Figure.Told("smartems_cpu_per_sample", own.MicrosecondsPerSample, "us");
        yield return new Figure("cpu_per_sample_of_collectd", own.MicrosecondsPerSample / peer.MicrosecondsPerSample, "ratio", MostOfCollectd);
    }

    /// <summary>200 devices × 100 floats each second.</summary>
    private static async IAsyncEnumerable<Figure> PlantAsync(int minutes)
    {
        await using var devices = new PolledDevices(200, 100);
        var (cost, settled, last, ages) = (default(Cost), double.NaN, double.NaN, new List<double>());
        using var folder = new BenchFolder();
        var end = minutes * 60;
        var settledAt = Math.Min(SettledSeconds, end / 2);
        await DaemonAsync(devices, folder, end, (process, second) =>
        {
            if (second == WarmUpSeconds)
            {
                cost = Cost.Of(process, devices);
                devices.TakeAges();
            }

            settled = second == settledAt ? NativeBinary.ResidentMegabytes(process) : settled;
            if (second == end)
                (cost, last, ages) = (Cost.Of(process, devices) - cost, NativeBinary.ResidentMegabytes(process), devices.TakeAges());
        }).ConfigureAwait(false);
        var seconds = end - WarmUpSeconds;
        ages.Sort();
        yield return new Figure("plant_samples_per_s", cost.Samples / (double)seconds, "samples/s", double.PositiveInfinity, 200 * 100 * 0.98);
        yield return new Figure("plant_cpu_of_one_core", cost.CpuSeconds / seconds, "cores", MostOfOneCore);
        yield return Figure.Told("plant_cpu_per_sample", cost.MicrosecondsPerSample, "us");
        yield return new Figure("plant_read_age_p99", ages.Count == 0 ? double.NaN : ages[(int)(ages.Count * 0.99)], "ms", MostAgeMs);
        yield return Figure.Told("plant_resident", last, "MB");
        yield return new Figure($"plant_resident_second_{end}_of_second_{settledAt}", last / settled, "ratio", MostGrowth);
    }

    /// <summary>Runs the native daemon on the devices and on what <paramref name="more"/> lines of the site file name; each second that it has lived,
    /// from the first on, <paramref name="look"/> sees it once.</summary>
    internal static async Task DaemonAsync(PolledDevices devices, BenchFolder folder, int seconds, Action<int, int> look, string more = "")
    {
        var (profile, site) = devices.Files();
        Directory.CreateDirectory(folder.File("profiles"));
        await File.WriteAllTextAsync(folder.File("profiles/bench-floats.yaml"), profile).ConfigureAwait(false);
        await File.WriteAllTextAsync(folder.File("site.yaml"), site + more).ConfigureAwait(false);
        string[] arguments = ["run", "--site", folder.File("site.yaml"), "--profiles", folder.File("profiles"), "--store", folder.File("store.db"), "--socket", folder.File("ctl.sock")];
        var (began, next) = (TimeProvider.System.GetTimestamp(), 1);
        var (exit, errors) = await NativeBinary.RunAsync(arguments, TimeSpan.FromSeconds(seconds + 60), (process, _) =>
        {
            if (TimeProvider.System.GetElapsedTime(began).TotalSeconds >= next)
                look(process, next++);
            return next > seconds;
        }).ConfigureAwait(false);
        if (exit != 0)
            throw new BenchException($"the daemon ended with {exit}: {errors}");
    }

    /// <summary>Processor time of a process and the samples that were read meanwhile.</summary>
    private readonly record struct Cost(double CpuSeconds, long Samples)
    {
        public double MicrosecondsPerSample => CpuSeconds * 1e6 / Samples;

        public static Cost Of(int process, PolledDevices devices)
        {
            // proc(5): utime and stime are fields 14 and 15; the name before them may hold blanks, its bracket may not.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return new Cost(ticks / 100.0, devices.Samples);
        }

        public static Cost operator -(Cost a, Cost b) => new(a.CpuSeconds - b.CpuSeconds, a.Samples - b.Samples);
    }
}
