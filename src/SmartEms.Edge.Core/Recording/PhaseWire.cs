using SmartEms.Edge.Core.Deciding;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What Follow remembers of chargers that switch their phases, as bytes and back; absent where none does.</summary>
internal static class PhaseWire
{
    private const int MostSwitches = 1_000_000;

    public static bool IsAny(FollowMemory memory)
    {
        foreach (var charger in memory.Chargers)
            if (charger.Phases != default)
                return true;
        return false;
    }

    public static void Write(WireWriter to, FollowMemory memory)
    {
        foreach (var charger in memory.Chargers)
        {
            to.Byte((byte)charger.Phases.Told);
            to.Byte((byte)charger.Phases.Stage);
            to.Number(charger.Phases.StageSeconds);
            to.Number(charger.Phases.LeaningSeconds);
            to.Number(charger.Phases.RestSeconds);
            to.Whole(charger.Phases.Switches);
        }
    }

    public static FollowMemory Read(ref WireReader from, FollowMemory older)
    {
        var chargers = older.Chargers.ToBuilder();
        for (var i = 0; i < chargers.Count; i++)
        {
            var told = from.Byte();
            if (told > 3)
                throw new InvalidDataException($"record damaged: a charger has no {told} phases");
            chargers[i] = chargers[i] with
            {
                Phases = new(
                    told,
                    WireReader.Known((PhaseStage)from.Byte()),
                    MemoryWire.Seconds(ref from),
                    MemoryWire.Seconds(ref from),
                    MemoryWire.Seconds(ref from),
                    (int)from.Whole(0, MostSwitches)),
            };
        }
        return older with { Chargers = chargers.DrainToImmutable() };
    }
}
