using System.IO.Enumeration;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Telemetry;

/// <summary>Chooses telemetry points by names with * and ?, and says what was probably meant when a name matches nothing.</summary>
internal static class PointSelection
{
    /// <summary>The points of a comma-separated list, in its order; every point without one. <see cref="Refusal"/> when a name matches nothing.</summary>
    public static IReadOnlyList<TelemetryPoint> Choose(IReadOnlyList<TelemetryPoint> points, string? list)
    {
        var names = (list ?? "*").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0)
            throw new Refusal(Exit.Usage, "points_empty", "the list of points is empty", "name them as in meter1/*,inv1/soc, or leave the list away for all");
        var chosen = new List<TelemetryPoint>();
        foreach (var name in names)
        {
            var isFound = false;
            foreach (var point in points)
            {
                if (!FileSystemName.MatchesSimpleExpression(name, point.Name))
                    continue;
                isFound = true;
                if (!chosen.Contains(point))
                    chosen.Add(point);
            }
            if (!isFound && list is not null)
                throw new Refusal(Exit.Usage, "point_unknown", $"no telemetry point is called {name}", Meant(name, points));
        }
        return chosen;
    }

    private static string Meant(string name, IReadOnlyList<TelemetryPoint> points)
    {
        if (points.Count == 0)
            return "the store holds no telemetry yet";
        string[] devices = [.. points.Select(point => Device(point.Name)).Distinct()];
        var device = Device(name);
        var isDevice = devices.Contains(device, StringComparer.OrdinalIgnoreCase);
        if (!isDevice && Spelling.Nearest(device, devices) is { } near)
            return $"did you mean {near}{(device.Length < name.Length ? name[device.Length..] : "/*")}?";
        if (isDevice && device.Length == name.Length)
            return $"did you mean {name}/*?";
        string[] known = [.. points.Where(point => !isDevice || Device(point.Name).Equals(device, StringComparison.OrdinalIgnoreCase)).Select(point => point.Name).Distinct()];
        return Spelling.Suggest(name.TrimEnd('*'), known, "points");
    }

    private static string Device(string name) => name.IndexOf('/') is >= 0 and var slash ? name[..slash] : name;
}
