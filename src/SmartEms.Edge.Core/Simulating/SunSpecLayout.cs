using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>The model chain a simulated SunSpec device shows for a profile: every model the profile's points name first, in ascending order.</summary>
internal static class SunSpecLayout
{
    /// <summary>The models from <paramref name="start"/> on (the register of the "SunS" marker); each as long as the standard or its last point says.</summary>
    public static ImmutableArray<SunSpecModel> Of(DeviceProfile profile, ushort start)
    {
        var ends = new SortedDictionary<ushort, int> { [1] = 0 };
        foreach (var point in profile.Points)
            if (!point.IsDerived && point.Models.Length > 0)
                ends[point.Models[0]] = Math.Max(ends.GetValueOrDefault(point.Models[0]), point.Address + point.Width);
        var models = ImmutableArray.CreateBuilder<SunSpecModel>(ends.Count);
        var at = start + 2;
        foreach (var (id, end) in ends)
        {
            var length = Math.Max(LengthOf(id), end - 2);
            if (id == 160) // repeating modules of 20 registers behind 8 fixed ones
                length = 8 + (length - 8 + 19) / 20 * 20;
            models.Add(new(id, (ushort)at, (ushort)length, 0));
            at += 2 + length;
        }
        return models.ToImmutable();
    }

    private static int LengthOf(ushort id) => id == 1 ? 66 : SunSpecLengths.Least(id);
}
