using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>Sub-devices: each further common model (id 1) of a chain begins one, as SolarEdge does for its meters and batteries.</summary>
public static class SunSpecParts
{
    private const ushort CommonId = 1;

    /// <summary>The chain cut at its common models, in order; each part begins with one.</summary>
    public static ImmutableArray<ImmutableArray<SunSpecModel>> Of(ImmutableArray<SunSpecModel> models)
    {
        var parts = ImmutableArray.CreateBuilder<ImmutableArray<SunSpecModel>>();
        var part = ImmutableArray.CreateBuilder<SunSpecModel>();
        foreach (var model in models)
        {
            if (model.Id == CommonId && part.Count > 0)
            {
                parts.Add(part.ToImmutable());
                part.Clear();
            }
            part.Add(model);
        }
        if (part.Count > 0)
            parts.Add(part.ToImmutable());
        return parts.ToImmutable();
    }

    /// <summary>The part that holds most of a profile's points beyond the common model, by its index; the first of several that hold as many.</summary>
    public static int Home(DeviceProfile profile, ImmutableArray<SunSpecModel> models)
    {
        var parts = Of(models);
        var (home, most) = (0, -1);
        for (var i = 0; i < parts.Length; i++)
        {
            var held = 0;
            foreach (var point in profile.Points)
                held += First(parts[i], point.Models) is >= 0 and var at && parts[i][at].Id != CommonId ? 1 : 0;
            if (held > most)
                (home, most) = (i, held);
        }
        return home;
    }

    /// <summary>Where in the whole chain the first wanted model stands that is present: in part <paramref name="home"/> before anywhere else; −1 when absent.</summary>
    internal static int IndexOf(ImmutableArray<SunSpecModel> models, ImmutableArray<ushort> wanted, int home)
    {
        foreach (var id in wanted)
        {
            var (anywhere, part) = (-1, -1);
            for (var i = 0; i < models.Length; i++)
            {
                part += models[i].Id == CommonId ? 1 : 0;
                if (models[i].Id != id)
                    continue;
                if (part == home)
                    return i;
                anywhere = anywhere < 0 ? i : anywhere;
            }
            if (anywhere >= 0)
                return anywhere;
        }
        return -1;
    }

    private static int First(ImmutableArray<SunSpecModel> part, ImmutableArray<ushort> wanted)
    {
        foreach (var id in wanted)
            for (var i = 0; i < part.Length; i++)
                if (part[i].Id == id)
                    return i;
        return -1;
    }
}
