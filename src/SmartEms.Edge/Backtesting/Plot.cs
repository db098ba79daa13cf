using System.Globalization;
using System.Text;

namespace SmartEms.Edge.Backtesting;

/// <summary>One line of a plot.</summary>
internal readonly record struct Curve(string Name, string Colour, IReadOnlyList<double> Values);

/// <summary>Lines over time as an SVG file, the same bytes from the same numbers.</summary>
internal static class Plot
{
    private const int Wide = 900;
    private const int High = 380;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 60;
    private const int Bottom = 45;

    /// <param name="title">Above the plot.</param>
    /// <param name="times">The time of the first value, what lies between values, and their unit.</param>
    /// <param name="curves">In watts, all of one length.</param>
    public static string Svg(string title, (double Begins, double Every, string Unit) times, params Curve[] curves)
    {
        var (begins, every, unit) = times;
        var (low, high) = (Math.Min(0, curves.Min(c => c.Values.Min())), curves.Max(c => c.Values.Max()));
        var grid = Nice((high - low) / 6);
        (low, high) = (Math.Floor(low / grid) * grid, Math.Ceiling(high / grid) * grid);
        var last = begins + (every * (curves[0].Values.Count - 1));
        double X(double t) => Left + ((t - begins) / (last - begins) * (Wide - Left - Right));
        double Y(double w) => High - Bottom - ((w - low) / (high - low) * (High - Top - Bottom));
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Wide} {High}\" font-family=\"sans-serif\" font-size=\"12\">");
        Line(svg, $"<rect width=\"{Wide}\" height=\"{High}\" fill=\"white\"/>");
        Line(svg, $"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{title}</text>");
        for (var w = low; w <= high + (grid / 2); w += grid)
        {
            Line(svg, $"<path d=\"M{Left} {Y(w):0.0}H{Wide - Right}\" stroke=\"{(Math.Abs(w) < 1 ? "#555" : "#ddd")}\"/>");
            Line(svg, $"<text x=\"{Left - 6}\" y=\"{Y(w) + 4:0.0}\" text-anchor=\"end\">{w:0}</text>");
        }
        var tick = Nice((last - begins) / 9);
        for (var t = Math.Ceiling(begins / tick) * tick; t <= last + 1e-9; t += tick)
            Line(svg, $"<text x=\"{X(t):0.0}\" y=\"{High - Bottom + 18}\" text-anchor=\"middle\">{t:0.##}</text>");
        Line(svg, $"<text x=\"{Wide - Right}\" y=\"{High - 8}\" text-anchor=\"end\">{unit}</text>");
        Line(svg, $"<text x=\"8\" y=\"{Top - 16}\">watts</text>");
        for (var i = 0; i < curves.Length; i++)
        {
            Line(svg, $"<text x=\"{Left + (i * 190)}\" y=\"42\" fill=\"{curves[i].Colour}\">{curves[i].Name}</text>");
            var points = new StringBuilder();
            for (var j = 0; j < curves[i].Values.Count; j++)
                points.Append(CultureInfo.InvariantCulture, $"{(j == 0 ? "" : " ")}{X(begins + (j * every)):0.0},{Y(curves[i].Values[j]):0.0}");
            Line(svg, $"<polyline fill=\"none\" stroke-width=\"1.6\" stroke=\"{curves[i].Colour}\" points=\"{points}\"/>");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>1, 2 or 5 times a power of ten, at least so much.</summary>
    private static double Nice(double least)
    {
        var size = 0.01;
        while (size * 10 < least)
            size *= 10;
        return least <= size ? size : least <= 2 * size ? 2 * size : least <= 5 * size ? 5 * size : 10 * size;
    }
}
