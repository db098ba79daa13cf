using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>One model found in a SunSpec chain: <see cref="Address"/> is the register of its id, <see cref="Length"/> counts the registers after
/// the two header registers, <see cref="Nth"/> is 0 for the first model of this id.</summary>
public readonly record struct SunSpecModel(ushort Id, ushort Address, ushort Length, int Nth);

/// <summary>Where one point of a device lies; not installed when its model is absent or too short. <see cref="Segment"/> keeps block reads inside one model.</summary>
public readonly record struct PointPlace(bool Installed, RegisterSpan Span, int Segment);

/// <summary>A profile with its feet on the ground: every point's unit and absolute address on one real device.</summary>
public sealed class Located
{
    private Located(DeviceProfile profile, ImmutableArray<PointPlace> places, ImmutableArray<SunSpecModel> models)
    {
        Profile = profile;
        Places = places;
        Models = models;
    }

    public DeviceProfile Profile { get; }

    /// <summary>One place per point of the profile, same order. Derived points have an empty span and are installed when all their terms are.</summary>
    public ImmutableArray<PointPlace> Places { get; }

    /// <summary>The chain as found; empty for fixed layouts.</summary>
    public ImmutableArray<SunSpecModel> Models { get; }

    /// <summary>A device whose addresses stand in its profile. <paramref name="units"/> overrides the profile's further unit ids.</summary>
    public static Located Fixed(DeviceProfile profile, byte unit, ImmutableDictionary<string, byte>? units = null)
    {
        var places = ImmutableArray.CreateBuilder<PointPlace>(profile.Points.Length);
        foreach (var point in profile.Points)
            places.Add(PlaceAt(point, UnitOf(profile, point, unit, units), point.Address, 0));
        return new(profile, WithDerived(profile, places), []);
    }

    /// <summary>A device whose models were found by <see cref="SunSpecWalk"/>: of a point's alternative models the first one present counts, and of
    /// several models of one id the first. A point without a model is one of the vendor's own registers at a fixed address.</summary>
    public static Located InChain(DeviceProfile profile, byte unit, ImmutableArray<SunSpecModel> models)
    {
        var places = ImmutableArray.CreateBuilder<PointPlace>(profile.Points.Length);
        foreach (var point in profile.Points)
        {
            if (point.Models.IsEmpty)
            {
                places.Add(PlaceAt(point, UnitOf(profile, point, unit, null), point.Address, -1));
                continue;
            }
            var at = IndexOf(models, point.Models);
            var fits = at >= 0 && point.Address + point.Width <= models[at].Length + 2;
            places.Add(fits ? PlaceAt(point, unit, (ushort)(models[at].Address + point.Address), at) : default);
        }
        return new(profile, WithDerived(profile, places), models);
    }

    private static PointPlace PlaceAt(PointDefinition point, byte unit, ushort address, int segment) =>
        point.IsDerived ? default : new(true, new(unit, point.Space, address, (ushort)point.Width), segment);

    private static byte UnitOf(DeviceProfile profile, PointDefinition point, byte unit, ImmutableDictionary<string, byte>? units)
    {
        if (point.UnitId is not { } name)
            return unit;
        if (units is not null && units.TryGetValue(name, out var chosen))
            return chosen;
        return profile.Units.TryGetValue(name, out var usual) ? usual : unit;
    }

    private static int IndexOf(ImmutableArray<SunSpecModel> models, ImmutableArray<ushort> wanted)
    {
        foreach (var id in wanted)
            for (var i = 0; i < models.Length; i++)
                if (models[i].Id == id)
                    return i;
        return -1;
    }

    private static ImmutableArray<PointPlace> WithDerived(DeviceProfile profile, ImmutableArray<PointPlace>.Builder places)
    {
        for (var i = 0; i < places.Count; i++)
        {
            if (!profile.Points[i].IsDerived)
                continue;
            var installed = true;
            foreach (var term in profile.Points[i].Terms)
                installed &= profile.IndexOf(term.Point) is >= 0 and var at && (places[at].Installed || profile.Points[at].IsDerived);
            places[i] = new(installed, default, -1);
        }
        return places.MoveToImmutable();
    }
}
