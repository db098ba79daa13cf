using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>A profile and how sure it is the device's, in percent: never 100, a read on the real unit decides.</summary>
internal readonly record struct Match(string Profile, int Percent);

/// <summary>Holds the fingerprints of all profiles against one unit; each register is read once, whoever asks for it.</summary>
internal sealed class ProfileMatch(IRegisterBus bus, byte unit, ImmutableArray<SunSpecModel> models)
{
    private const int Surest = 99;

    /// <summary>What a SunSpec chain that holds all of a profile's measures is worth by itself: any vendor's device has such a chain.</summary>
    private const int ByChain = 60;

    /// <summary>So many reads in a row without an answer: the unit does not like to be asked, and is left in peace.</summary>
    private const int MostSilent = 3;

    private const ushort FirstDer = 701;
    private const ushort DerControls = 704;

    private readonly Dictionary<RegisterSpan, ushort[]?> seen = [];
    private int silent;

    /// <summary>True once the unit has answered anything at all, be it an exception.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>How sure the profile is; 0 when nothing speaks for it. A fingerprint that is read and does not fit speaks against it with its weight.</summary>
    public async Task<int> PercentAsync(DeviceProfile profile, CancellationToken stop)
    {
        var sum = profile.Layout == ProfileLayout.SunSpec ? ByChainOf(profile) : 0;
        if (profile.Layout == ProfileLayout.SunSpec && sum == 0)
            return 0;
        foreach (var mark in profile.Identify)
        {
            if (Place(profile, mark) is not { } span || await ReadAsync(span, stop) is not { } words)
                continue;
            sum += mark.Fits(words) ? mark.Weight : -mark.Weight;
        }
        return Math.Clamp(IsSuperseded(profile) ? sum / 2 : sum, 0, Surest);
    }

    /// <summary>The device also shows the DER models of IEEE 1547 (measurements and controls): the older models stand beside them for old clients, and a
    /// profile of the older ones is the second choice.</summary>
    private bool IsSuperseded(DeviceProfile profile)
    {
        var (isOlder, isMeasured, isSteered) = (false, false, false);
        foreach (var point in profile.Points)
            foreach (var id in point.Models)
            {
                if (id >= FirstDer)
                    return false;
                isOlder |= id > 1;
            }
        foreach (var model in models)
            (isMeasured, isSteered) = (isMeasured || model.Id == FirstDer, isSteered || model.Id == DerControls);
        return isOlder && isMeasured && isSteered;
    }

    private int ByChainOf(DeviceProfile profile)
    {
        var (held, all) = (0, 0);
        var located = Located.InChain(profile, unit, models);
        for (var i = 0; i < profile.Points.Length; i++)
        {
            if (profile.Points[i].Measure == Measure.None)
                continue;
            all++;
            held += located.Places[i].Installed ? 1 : 0;
        }
        return all == 0 ? 0 : ByChain * held / all;
    }

    private RegisterSpan? Place(DeviceProfile profile, Fingerprint mark)
    {
        var at = (int)mark.Address;
        if (mark.Model is { } id)
        {
            var found = -1;
            foreach (var model in models)
                if (found < 0 && model.Id == id && mark.Address + mark.Width <= model.Length + 2)
                    found = model.Address + mark.Address;
            at = found;
        }
        var asked = mark.UnitId is { } name && profile.Units.TryGetValue(name, out var other) ? other : unit;
        return at < 0 || at + mark.Width > 0x10000 ? null : new(asked, mark.Space, (ushort)at, (ushort)mark.Width);
    }

    private async Task<ushort[]?> ReadAsync(RegisterSpan span, CancellationToken stop)
    {
        if (seen.TryGetValue(span, out var known))
            return known;
        if (silent >= MostSilent)
            return null;
        var words = new ushort[span.Count];
        var reply = await bus.ReadAsync(span, words, stop);
        var answered = reply.IsOk || reply.Status == BusStatus.Exception && reply.ExceptionCode is not (0x0A or 0x0B);
        HasAnswered |= answered;
        silent = answered ? 0 : silent + 1;
        return seen[span] = reply.IsOk ? words : null;
    }
}
