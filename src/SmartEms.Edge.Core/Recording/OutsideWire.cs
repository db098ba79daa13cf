using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What was known beyond the devices, as bytes and back.</summary>
public static class OutsideWire
{
    private const int MinutesMost = 18 * 60;
    private const byte Nothing = 0;
    private const byte WithoutCars = 1;
    private const byte WithCars = 2;
    private const byte WithImport = 4;
    private const byte WithForetold = 8;

    public static void Write(WireWriter to, Outside outside)
    {
        Clock(to, outside.Clock);
        var measured = outside.Measured is not { } told ? Nothing : told.Ev == 0 ? WithoutCars : WithCars;
        to.Byte((byte)(measured | (outside.Imported is null ? 0 : WithImport) | (outside.Foretold is null ? 0 : WithForetold)));
        if (outside.Measured is { } means)
        {
            to.Number(means.Load);
            to.Number(means.Pv);
            if (means.Ev != 0)
                to.Number(means.Ev);
        }
        to.Count((ulong)outside.Spot.Length);
        foreach (var price in outside.Spot)
            to.Number(price);
        if (outside.Imported is { } import)
            to.Number(import);
        if (outside.Foretold is { } foretold)
            ForetoldWire.Write(to, foretold);
    }

    public static Outside Read(ref WireReader from)
    {
        var clock = Clock(ref from);
        var mark = from.Byte();
        StepMeans? measured = (mark & ~(WithImport | WithForetold)) switch
        {
            Nothing => null,
            WithoutCars => new(Known(from.Number()), Known(from.Number())),
            WithCars => new(Known(from.Number()), Known(from.Number())) { Ev = Known(from.Number()) },
            var other => throw new InvalidDataException($"record damaged: {other} is no sign of what was measured"),
        };
        var spot = new double[from.Length(atLeastBytesEach: 8)];
        for (var i = 0; i < spot.Length; i++)
            spot[i] = from.Finite();
        return new(clock)
        {
            Measured = measured,
            Spot = ImmutableCollectionsMarshal.AsImmutableArray(spot),
            Imported = (mark & WithImport) != 0 ? Known(from.Finite()) : null,
            Foretold = (mark & WithForetold) != 0 ? ForetoldWire.Read(ref from) : null,
        };
    }

    public static void Clock(WireWriter to, LocalClock clock)
    {
        to.Whole(clock.OffsetMinutes);
        to.Whole(clock.ChangesAt.UnixMilliseconds);
        to.Whole(clock.LaterOffsetMinutes);
    }

    public static LocalClock Clock(ref WireReader from) => new((int)from.Whole(-MinutesMost, MinutesMost), from.Instant(), (int)from.Whole(-MinutesMost, MinutesMost));

    private static double Known(double watts) => double.IsNaN(watts) || (double.IsFinite(watts) && watts >= 0) ? watts : throw new InvalidDataException($"record damaged: {watts} W were measured");
}
