using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads where a device shows its own clock: one point that counts seconds, or six that tell date and time.</summary>
internal static class ProfileClock
{
    private static readonly string[] Fields = ["year", "month", "day", "hour", "minute", "second"];
    private static readonly string[] Keys = ["seconds", "since", "zone", .. Fields];
    private static readonly ImmutableArray<(string, bool)> Zones = [("utc", false), ("local", true)];

    /// <summary>Null where the profile names no clock.</summary>
    public static DeviceClock? Read(NodeReader file, ImmutableArray<PointDefinition> points)
    {
        if (file.Map("clock", Keys) is not { } clock)
            return null;
        var isLocal = clock.Word("zone", Zones) ?? false;
        if (!clock.Has("seconds"))
            return new() { Fields = [.. Fields.Select(field => IndexOf(clock, field, points))], IsLocal = isLocal };
        foreach (var field in Fields)
            if (clock.Has(field))
                clock.Note(field, ProblemCodes.Contradiction, "the clock counts seconds or tells its fields, not both", "keep seconds, or the six fields");
        return new() { Seconds = IndexOf(clock, "seconds", points), SinceYear = clock.Whole("since", new(1900, 2100, "", "the year in which the device's count begins")) ?? 1970, IsLocal = isLocal };
    }

    private static int IndexOf(NodeReader clock, string key, ImmutableArray<PointDefinition> points)
    {
        var name = clock.Text(key, required: true);
        for (var i = 0; i < points.Length; i++)
            if (points[i].Name == name)
                return i;
        if (name is not null)
            clock.Note(key, ProblemCodes.UnknownName, $"no point named {Scalars.Shown(name)}", "name a point of this profile that is read");
        return -1;
    }
}
