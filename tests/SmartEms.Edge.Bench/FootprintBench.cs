using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartEms.Edge.Bench;

/// <summary>What the native binary takes of a small box: disk, memory after minutes of work, and time until it first knows its whole site.</summary>
internal static partial class FootprintBench
{
    private const double MostBinaryMegabytes = 15;
    private const double MostResidentMegabytes = 40;
    private const double MostStartMilliseconds = 300;
    private const int Starts = 7;

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var minutes = Minutes(arguments);
        yield return new Figure("binary_size", new FileInfo(NativeBinary.Path).Length / 1e6, "MB", MostBinaryMegabytes);

        var house = await DemoHouse.StartAsync().ConfigureAwait(false);
        await using var living = house.ConfigureAwait(false);
        var starts = new List<double>();
        for (var i = 0; i < Starts; i++)
            starts.Add(await MeasureStart(i).ConfigureAwait(false));
        // NaN sorts first: one start that said nothing must not hide behind those that did.
        yield return new Figure($"start_to_first_image_median_of_{Starts}", starts.Any(double.IsNaN) ? double.NaN : starts.Order().ElementAt(Starts / 2), "ms", MostStartMilliseconds);

        var demo = ResidentDemo(minutes);
        var daemon = ResidentDaemon(minutes);
        yield return new Figure($"demo_resident_after_{minutes}_min", await demo.ConfigureAwait(false), "MB", MostResidentMegabytes);
        yield return new Figure($"daemon_resident_after_{minutes}_min", await daemon.ConfigureAwait(false), "MB", MostResidentMegabytes);

        // From process start to the first complete process image of four local devices, as the daemon itself reports it on standard error.
        async Task<double> MeasureStart(int number)
        {
            var (_, errors) = await NativeBinary.RunAsync(house.Run(number), TimeSpan.FromSeconds(60), (_, said) => FirstImage().IsMatch(said)).ConfigureAwait(false);
            var line = FirstImage().Match(errors);
            return line.Success ? double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) : double.NaN;
        }

        // The daemon alone, its devices living in this process.
        async Task<double> ResidentDaemon(int during)
        {
            var (last, began) = (double.NaN, TimeProvider.System.GetTimestamp());
            var (exit, _) = await NativeBinary.RunAsync(house.Run(Starts), TimeSpan.FromMinutes(during + 2), (process, _) =>
            {
                last = NativeBinary.ResidentMegabytes(process) is var now && !double.IsNaN(now) ? now : last;
                return TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMinutes(during);
            }).ConfigureAwait(false);
            return exit == 0 ? last : double.NaN;
        }
    }

    /// <summary>Daemon, simulated devices and physics in one process. The last sample before the demo ends; NaN when it failed or ended at once.</summary>
    private static async Task<double> ResidentDemo(int minutes)
    {
        var last = double.NaN;
        var (exit, _) = await NativeBinary.RunAsync(["demo", "--for", $"{minutes}m"], TimeSpan.FromMinutes(minutes + 2), (process, _) =>
        {
            last = NativeBinary.ResidentMegabytes(process) is var now && !double.IsNaN(now) ? now : last;
            return false;
        }).ConfigureAwait(false);
        return exit == 0 ? last : double.NaN;
    }

    private static int Minutes(string[] arguments) => arguments switch
    {
        [] => 5,
        ["--minutes", var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 => minutes,
        _ => throw new BenchException("footprint knows --minutes N"),
    };

    [GeneratedRegex(@"first complete process image after (\d+(?:\.\d+)?) ms")]
    private static partial Regex FirstImage();
}
