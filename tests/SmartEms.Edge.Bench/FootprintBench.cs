using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartEms.Edge.Bench;

/// <summary>What the native binary takes of a small box: disk, memory after minutes of work, and time until it first knows its whole site.</summary>
internal static partial class FootprintBench
{
    private const double MostBinaryMegabytes = 15;
    private const double MostResidentMegabytes = 40;
    private const double MostStartMilliseconds = 300;
    private const int Starts = 5;

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var minutes = Minutes(arguments);
        yield return new Figure("binary_size", new FileInfo(NativeBinary.Path).Length / 1e6, "MB", MostBinaryMegabytes);

        var starts = new List<double>();
        for (var i = 0; i < Starts; i++)
            starts.Add(await MeasureStart().ConfigureAwait(false));
        // NaN sorts first: one start that said nothing must not hide behind four that did.
        yield return new Figure("start_to_first_image_median_of_5", starts.Any(double.IsNaN) ? double.NaN : starts.Order().ElementAt(Starts / 2), "ms", MostStartMilliseconds);

        yield return await MeasureResident(minutes).ConfigureAwait(false);
    }

    /// <summary>From process start to the first complete process image of the demo's four local devices, as the daemon itself reports it on standard error.</summary>
    private static async Task<double> MeasureStart()
    {
        var (_, errors) = await NativeBinary.RunAsync(["demo", "--for", "10s"], TimeSpan.FromSeconds(60), _ => { }).ConfigureAwait(false);
        var line = FirstImage().Match(errors);
        return line.Success ? double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) : double.NaN;
    }

    /// <summary>The last sample before the demo ends; NaN when the demo failed or ended at once.</summary>
    private static async Task<Figure> MeasureResident(int minutes)
    {
        var last = double.NaN;
        var (exit, _) = await NativeBinary.RunAsync(["demo", "--for", $"{minutes}m"], TimeSpan.FromMinutes(minutes + 2), process =>
        {
            if (NativeBinary.ResidentMegabytes(process) is var now && !double.IsNaN(now))
                last = now;
        }).ConfigureAwait(false);
        return new Figure($"resident_after_{minutes}_min", exit == 0 ? last : double.NaN, "MB", MostResidentMegabytes);
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
