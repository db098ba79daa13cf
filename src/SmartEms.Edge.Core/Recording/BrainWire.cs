using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What a site has learnt, as bytes and back: the body of a <see cref="LedgerKind.Brain"/> entry. Records after it roll it on.</summary>
public static class BrainWire
{
    /// <summary>Where neither peaks nor carbon cost anything and no car was seen, it is written in the form before.</summary>
    private const byte Form = 3;
    private const byte WithoutPeaksAndCars = 2;
    private const byte WithoutContest = 1;

    public static byte[] ToBytes(Brain brain)
    {
        var to = new WireWriter();
        var isWhole = brain.Peak is not null || brain.Carbon is not null || brain.Contest?.Batteries.Any(one => one.Peak != 0) == true || !brain.Cars.IsEmpty;
        to.Byte(isWhole ? Form : WithoutPeaksAndCars);
        to.Whole(brain.SpotFrom.Index);
        to.Count((ulong)brain.Spot.Length);
        foreach (var price in brain.Spot)
            to.Number(price);
        to.Bytes(ForecastWire.ToBytes(brain.Past));
        ContestWire.Write(to, brain.Contest);
        if (isWhole)
        {
            WritePeaks(to, brain);
            CarWire.Write(to, brain.Cars);
        }
        return to.ToArray();
    }

    private static void WritePeaks(WireWriter to, Brain brain)
    {
        to.Byte((byte)((brain.Peak is null ? 0 : 1) | (brain.Carbon is null ? 0 : 2)));
        if (brain.Peak is { } peak)
        {
            to.Whole(peak.Period);
            to.Number(peak.Watts);
        }
        if (brain.Carbon is { } carbon)
            to.Number(carbon);
        foreach (var one in brain.Contest?.Batteries ?? [])
            to.Number(one.Peak);
    }

    private static Brain ReadPeaks(ref WireReader from, Brain brain)
    {
        var mark = from.Byte();
        if (mark > 3)
            throw new InvalidDataException($"what was learnt is damaged: {mark} is no sign of a peak");
        DemandPeak? peak = (mark & 1) != 0 ? new(from.Whole(long.MinValue, long.MaxValue), Watts(ref from)) : null;
        double? carbon = (mark & 2) != 0 ? from.Finite() : null;
        if (brain.Contest is not { } contest)
            return brain with { Peak = peak, Carbon = carbon };
        var batteries = contest.Batteries.ToArray();
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = batteries[i] with { Peak = Watts(ref from) };
        return brain with { Peak = peak, Carbon = carbon, Contest = contest with { Batteries = ImmutableCollectionsMarshal.AsImmutableArray(batteries) } };
    }

    private static double Watts(ref WireReader from)
    {
        var watts = from.Finite();
        return watts >= 0 ? watts : throw new InvalidDataException($"what was learnt is damaged: a peak of {watts} W");
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Brain FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        var form = from.Byte();
        if (form is not (Form or WithoutPeaksAndCars or WithoutContest))
            throw new InvalidDataException("what was learnt has an unknown form");
        var slot = from.Slot();
        var spot = new double[from.Length(atLeastBytesEach: 8)];
        for (var i = 0; i < spot.Length; i++)
            spot[i] = from.Finite();
        var past = ForecastWire.FromBytes(from.Bytes());
        var contest = form == WithoutContest ? null : ContestWire.Read(ref from);
        var brain = new Brain(past, slot, ImmutableCollectionsMarshal.AsImmutableArray(spot)) { Contest = contest };
        if (form == Form)
            brain = ReadPeaks(ref from, brain) with { Cars = CarWire.Read(ref from) };
        return from.IsAtEnd ? brain : throw new InvalidDataException("what was learnt is damaged: something follows its end");
    }

    /// <summary>With what a record's image told, and what was decided then.</summary>
    public static Brain? After(Brain? brain, CycleRecord record, Site site)
    {
        var after = Brain.After(brain, record.Slot, record.Image, site, record.Before.Follow.Stays);
        return record.Decision.Batteries.IsEmpty ? after : after?.Choosing(record.Decision.Shadows, record.Decision.Batteries[0].Mode);
    }
}
