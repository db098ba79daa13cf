using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Who came to the chargers and when they left, as bytes and back.</summary>
internal static class CarWire
{
    public static void Write(WireWriter to, ImmutableArray<CarLog> cars)
    {
        to.Count((ulong)cars.Length);
        foreach (var car in cars)
        {
            to.Byte(car.Since is null ? (byte)0 : (byte)1);
            if (car.Since is { } since)
                to.Whole(since.UnixMilliseconds);
            to.Number(car.Wh);
            to.Count((ulong)car.Stays.Length);
            foreach (var stay in car.Stays)
            {
                to.Whole(stay.PluggedIn.UnixMilliseconds);
                to.Whole(stay.PluggedOut.UnixMilliseconds);
                to.Number(stay.ChargedWh);
            }
        }
    }

    public static ImmutableArray<CarLog> Read(ref WireReader from)
    {
        var cars = new CarLog[from.Length()];
        for (var i = 0; i < cars.Length; i++)
        {
            var since = from.Byte() == 0 ? (Quantities.Instant?)null : from.Instant();
            var wattHours = MemoryWire.NotNegative(ref from);
            var stays = new EvStay[from.Length()];
            if (stays.Length > CarLog.StaysMost)
                throw new InvalidDataException($"what was learnt is damaged: {stays.Length} stays at one charger");
            for (var k = 0; k < stays.Length; k++)
                stays[k] = new(from.Instant(), from.Instant(), MemoryWire.NotNegative(ref from));
            cars[i] = new(since, wattHours, ImmutableCollectionsMarshal.AsImmutableArray(stays));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(cars);
    }
}
