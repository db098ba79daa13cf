using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Deciding;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What Follow has learnt, as bytes and back: the part of its memory that older records do not have.</summary>
internal static class FollowWire
{
    /// <summary>Whether there is anything to write.</summary>
    public static bool IsTaught(FollowMemory memory) => !memory.Regulation.Batteries.IsEmpty || !memory.Regulation.Plants.IsEmpty;

    public static void Write(WireWriter to, FollowMemory memory)
    {
        var (tracks, alignment, swing) = (memory.Regulation.Batteries, memory.Regulation.Alignment, memory.Regulation.Swing);
        to.Count((ulong)tracks.Length);
        foreach (var track in tracks)
        {
            Numbers(to, [track.Reaction.Seconds, track.Reaction.Count, track.Reaction.Area, track.Reaction.From, track.Reaction.Lasting]);
            to.Byte(track.IsKnown ? (byte)1 : (byte)0);
            Numbers(to, [track.Measured, track.Share, track.ShortSeconds]);
        }
        Many(to, alignment.Imports);
        Many(to, alignment.Discharges);
        Many(to, alignment.Restless);
        to.Whole(alignment.Moves);
        to.Whole(alignment.Late);
        Numbers(to, [swing.Gain, swing.Turns, swing.Direction, swing.SinceTurn]);
        to.Count((ulong)memory.Regulation.Plants.Length);
        foreach (var plant in memory.Regulation.Plants)
        {
            to.Number(plant.Production);
            to.Byte(plant.WasAtLimit ? (byte)1 : (byte)0);
        }
    }

    public static FollowMemory Read(ref WireReader from, FollowMemory older)
    {
        var tracks = new BatteryTrack[from.Length()];
        for (var i = 0; i < tracks.Length; i++)
            tracks[i] = new(
                new(from.Finite(), from.Finite(), from.Finite(), from.Finite(), from.Finite()),
                from.Byte() == 1,
                from.Finite(),
                from.Finite(),
                from.Finite());
        var alignment = Aligned(new(Many(ref from), Many(ref from), Many(ref from), (int)from.Whole(0, Alignment.Enough), (int)from.Whole(Alignment.Least, Alignment.Most)));
        var swing = new Swing(from.Finite(), from.Finite(), from.Finite(), from.Finite());
        if (swing.Gain is < Swing.Least or > 1)
            throw new InvalidDataException($"record damaged: {swing.Gain} is no gain");
        var plants = new PvTrack[from.Length()];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new(from.Finite(), from.Byte() == 1);
        return older with { Regulation = new(ImmutableCollectionsMarshal.AsImmutableArray(tracks), alignment, swing) { Plants = ImmutableCollectionsMarshal.AsImmutableArray(plants) } };
    }

    /// <summary>Lists of other lengths would be read beyond their ends.</summary>
    private static Alignment Aligned(Alignment alignment) =>
        alignment.Restless.Length == Alignment.Fresh.Restless.Length && alignment.Imports.Length == alignment.Discharges.Length && alignment.Imports.Length <= Alignment.Kept
            ? alignment
            : throw new InvalidDataException("record damaged: the readings to be aligned do not belong together");

    private static void Numbers(WireWriter to, ReadOnlySpan<double> numbers)
    {
        foreach (var number in numbers)
            to.Number(number);
    }

    private static void Many(WireWriter to, ImmutableArray<double> numbers)
    {
        to.Count((ulong)numbers.Length);
        Numbers(to, numbers.AsSpan());
    }

    private static ImmutableArray<double> Many(ref WireReader from)
    {
        var numbers = new double[from.Length(8)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = from.Finite();
        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }
}
