using SmartEms.Edge.Core.Deciding;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What Follow has watched of the cars at the chargers, as bytes and back; absent where there is nothing.</summary>
internal static class StayWire
{
    public static bool IsAny(FollowMemory memory)
    {
        foreach (var charger in memory.Chargers)
            if (charger.Stay != default)
                return true;
        return false;
    }

    public static void Write(WireWriter to, FollowMemory memory)
    {
        foreach (var charger in memory.Chargers)
            foreach (var number in (ReadOnlySpan<double>)[charger.Stay.Seconds, charger.Stay.Wh, charger.Stay.MostWatts, charger.Stay.UsualWatts, charger.Stay.IdleSeconds])
                to.Number(number);
    }

    public static FollowMemory Read(ref WireReader from, FollowMemory older)
    {
        var chargers = older.Chargers.ToBuilder();
        for (var i = 0; i < chargers.Count; i++)
            chargers[i] = chargers[i] with { Stay = new(MemoryWire.NotNegative(ref from), MemoryWire.NotNegative(ref from), MemoryWire.NotNegative(ref from), MemoryWire.NotNegative(ref from), MemoryWire.NotNegative(ref from)) };
        return older with { Chargers = chargers.DrainToImmutable() };
    }
}
