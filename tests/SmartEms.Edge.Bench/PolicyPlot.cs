using System.Globalization;
using System.Text;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>Bars of R2 by tariff: plan without uncertainty, plan, policy.</summary>
internal static class PolicyPlot
{
    private static readonly (string Name, string Colour)[] Bars = [("plan-deterministic", "#bbb"), ("plan", "#4a90d9"), ("policy-1", "#d9822b")];

    public static string Svg(PolicyScores scores)
    {
        var svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 320\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"760\" height=\"320\" fill=\"white\"/>\n");
        Line(svg, $"<text x=\"60\" y=\"22\" font-size=\"15\">Saving between rule (0 %) and perfect foresight (100 %), test weeks</text>");
        for (var percent = 0; percent <= 100; percent += 20)
            Line(svg, $"<path d=\"M60 {Y(percent):0}H740\" stroke=\"#ddd\"/><text x=\"54\" y=\"{Y(percent) + 4:0}\" text-anchor=\"end\">{percent}</text>");
        for (var t = 0; t < ChunkPool.Tariffs.Length; t++)
        {
            var weeks = scores.Of(one => one == ChunkPool.Tariffs[t]);
            for (var b = 0; b < Bars.Length; b++)
                if (weeks[0].Costs.ContainsKey(Bars[b].Name) && PolicyScores.Share(weeks, Bars[b].Name, "rule") is var share)
                    Line(svg, $"<rect x=\"{75 + (t * 135) + (b * 36)}\" y=\"{Y(Math.Max(0, share)):0.0}\" width=\"32\" height=\"{Y(0) - Y(Math.Max(0, share)):0.0}\" fill=\"{Bars[b].Colour}\"/><text x=\"{91 + (t * 135) + (b * 36)}\" y=\"{Y(Math.Max(0, share)) - 4:0.0}\" text-anchor=\"middle\" font-size=\"10\">{share:0.0}</text>");
            Line(svg, $"<text x=\"{127 + (t * 135)}\" y=\"292\" text-anchor=\"middle\">{ChunkPool.Tariffs[t]}</text>");
        }
        for (var b = 0; b < Bars.Length; b++)
            Line(svg, $"<text x=\"{60 + (b * 160)}\" y=\"312\" fill=\"{Bars[b].Colour}\">{Bars[b].Name}</text>");
        return svg.Append("</svg>\n").ToString();
    }

    private static double Y(double percent) => 275 - (percent * 2.3);

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
