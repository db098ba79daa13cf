using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What a site has learnt, as bytes and back: the body of a <see cref="LedgerKind.Brain"/> entry. Records after it roll it on.</summary>
public static class BrainWire
{
    private const byte Form = 3;
    private const byte WithoutCars = 2;
    private const byte WithoutContest = 1;

    public static byte[] ToBytes(Brain brain)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Whole(brain.SpotFrom.Index);
        to.Count((ulong)brain.Spot.Length);
        foreach (var price in brain.Spot)
            to.Number(price);
        to.Bytes(ForecastWire.ToBytes(brain.Past));
        ContestWire.Write(to, brain.Contest);
        CarWire.Write(to, brain.Cars);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Brain FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        var form = from.Byte();
        if (form is not (Form or WithoutCars or WithoutContest))
            throw new InvalidDataException("what was learnt has an unknown form");
        var slot = from.Slot();
        var spot = new double[from.Length(atLeastBytesEach: 8)];
        for (var i = 0; i < spot.Length; i++)
            spot[i] = from.Finite();
        var past = ForecastWire.FromBytes(from.Bytes());
        var contest = form > WithoutContest ? ContestWire.Read(ref from) : null;
        var cars = form > WithoutCars ? CarWire.Read(ref from) : [];
        return from.IsAtEnd ? new(past, slot, ImmutableCollectionsMarshal.AsImmutableArray(spot)) { Contest = contest, Cars = cars } : throw new InvalidDataException("what was learnt is damaged: something follows its end");
    }

    /// <summary>With what a record's image told, and what was decided then.</summary>
    public static Brain? After(Brain? brain, CycleRecord record, Site site)
    {
        var after = Brain.After(brain, record.Slot, record.Image, site, record.Before.Follow.Stays);
        return record.Decision.Batteries.IsEmpty ? after : after?.Choosing(record.Decision.Shadows, record.Decision.Batteries[0].Mode);
    }
}
