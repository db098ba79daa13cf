using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>What a walk found: the base and its models, or a reason in words.</summary>
public sealed record SunSpecChain(ushort Base, ImmutableArray<SunSpecModel> Models, string? Reason)
{
    public bool IsFound => Reason is null;

    /// <summary>Nobody answered: nothing is known of the map.</summary>
    public bool IsAway { get; init; }

    /// <summary>The models before the place where a chain breaks, for people to look at; the same as <see cref="Models"/> in a sound chain.</summary>
    public ImmutableArray<SunSpecModel> Seen { get; init; } = Models;

    internal static SunSpecChain No(string reason) => new(0, [], reason);
}

/// <summary>Finds a device's SunSpec map and lists its models (SunSpec Device Information Model Specification, "SunS" marker and model chain).
/// A chain that is broken anywhere is not used at all: addresses behind a wrong length would be anybody's registers.</summary>
public static class SunSpecWalk
{
    private const uint Marker = 0x5375_6E53; // "SunS"
    private const ushort EndId = 0xFFFF;
    private const ushort CommonId = 1;
    private const int MostModels = 64;
    private const int LongestModel = 2_000;

    /// <summary>Looks at every base in order and then one register beside each (some firmwares count from the wrong end), and walks the first map found.
    /// A device that is silent at every base is not asked further: on a bus each question costs the others its timeout.
    /// Throws only when <paramref name="stop"/> fires.</summary>
    public static async ValueTask<SunSpecChain> FindAsync(
        IRegisterBus bus, byte unit, ImmutableArray<ushort> bases, CancellationToken stop)
    {
        var header = new ushort[2];
        var seen = new List<string>();
        var silences = 0;
        foreach (var at in Candidates(bases))
        {
            if (seen.Count == bases.Length && silences == bases.Length)
                return SunSpecChain.No($"the device is silent ({string.Join(", ", seen)})") with { IsAway = true };
            var reply = await bus.ReadAsync(HeaderAt(unit, at), header, stop);
            if (reply.Status == BusStatus.Unreachable)
                return SunSpecChain.No("the device cannot be reached") with { IsAway = true };
            if (reply.IsOk && ((uint)header[0] << 16 | header[1]) == Marker)
                return await WalkAsync(bus, unit, at, stop);
            silences += reply.Status is BusStatus.Timeout or BusStatus.Dropped ? 1 : 0;
            seen.Add(reply.IsOk ? $"{at}: no \"SunS\"" : $"{at}: {reply}");
        }
        return SunSpecChain.No($"no SunSpec map found ({string.Join(", ", seen)})");
    }

    private static IEnumerable<ushort> Candidates(ImmutableArray<ushort> bases)
    {
        foreach (var at in bases)
            yield return at;
        foreach (var at in bases)
        {
            if (at > 0)
                yield return (ushort)(at - 1);
            if (at < ushort.MaxValue - 1)
                yield return (ushort)(at + 1);
        }
    }

    private static async ValueTask<SunSpecChain> WalkAsync(IRegisterBus bus, byte unit, ushort start, CancellationToken stop)
    {
        var models = ImmutableArray.CreateBuilder<SunSpecModel>();
        var broken = await WalkAsync(bus, new(unit, RegisterSpace.HoldingRegister, start, 2), models, stop);
        return broken is null ? new(start, models.ToImmutable(), null) : SunSpecChain.No(broken) with { Base = start, Seen = models.ToImmutable() };
    }

    /// <summary>Adds the models one by one; the reason when the chain breaks, else null.</summary>
    private static async ValueTask<string?> WalkAsync(
        IRegisterBus bus, RegisterSpan marker, ImmutableArray<SunSpecModel>.Builder models, CancellationToken stop)
    {
        var header = new ushort[2];
        var (start, at) = (marker.Address, marker.Address + 2);
        while (true)
        {
            if (at > ushort.MaxValue - 1)
                return $"the chain at {start} runs past the last register{After(models)}";
            var reply = await bus.ReadAsync(HeaderAt(marker.Unit, (ushort)at), header, stop);
            if (!reply.IsOk)
                return $"the chain at {start} breaks at {at} ({reply}){After(models)}";
            var (id, length) = (header[0], header[1]);
            if (id == EndId)
                return models.Count > 0 ? null : $"the map at {start} holds no model";
            if (models.Count == MostModels)
                return $"the chain at {start} has more than {MostModels} models";
            if (Objection(models.Count, id, length) is { } objection)
                return $"the chain at {start} is wrong at {at}: {objection}{After(models)}";
            models.Add(new(id, (ushort)at, length, CountOf(models, id)));
            at += 2 + length;
        }
    }

    private static string? Objection(int before, ushort id, ushort length)
    {
        if (before == 0 && id != CommonId)
            return $"the first model is {id}, not the common model {CommonId}";
        if (length > LongestModel)
            return $"model {id} claims {length} registers";
        var least = SunSpecLengths.Least(id);
        return length < least ? $"model {id} claims {length} registers, the standard has {least}" : null;
    }

    private static RegisterSpan HeaderAt(byte unit, ushort at) => new(unit, RegisterSpace.HoldingRegister, at, 2);

    private static string After(ImmutableArray<SunSpecModel>.Builder models) =>
        models.Count == 0 ? "" : $", after model {models[^1].Id} at {models[^1].Address} of length {models[^1].Length}";

    private static int CountOf(ImmutableArray<SunSpecModel>.Builder models, ushort id)
    {
        var count = 0;
        foreach (var model in models)
            if (model.Id == id)
                count++;
        return count;
    }
}

/// <summary>Published lengths of the SunSpec models we read, header not counted (sunspec/models JSON, Apache-2.0).</summary>
internal static class SunSpecLengths
{
    /// <summary>Shortest honest length of a model, 0 when we do not know it. The common model comes with 65 or 66.</summary>
    public static int Least(ushort id) => id switch
    {
        1 => 65,
        101 or 102 or 103 => 50,
        111 or 112 or 113 => 60,
        120 => 26,
        121 => 30,
        122 => 44,
        123 or 124 => 24,
        160 => 8,
        201 or 202 or 203 or 204 => 105,
        211 or 212 or 213 or 214 => 124,
        701 => 153,
        702 => 50,
        703 => 17,
        704 => 57,
        713 => 7,
        _ => 0,
    };
}
