using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Deciding;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What Follow remembers of flexible loads, as bytes and back; absent where there are none.</summary>
internal static class LoadWire
{
    public static void Write(WireWriter to, ImmutableArray<LoadMemory> loads)
    {
        to.Count((ulong)loads.Length);
        foreach (var load in loads)
        {
            to.Byte(load.MayRun ? (byte)1 : (byte)0);
            to.Number(load.SinceSeconds);
            to.Number(load.EnoughSeconds);
            to.Number(load.ShortSeconds);
        }
    }

    public static ImmutableArray<LoadMemory> Read(ref WireReader from)
    {
        var loads = new LoadMemory[from.Length()];
        for (var i = 0; i < loads.Length; i++)
            loads[i] = new(from.Byte() == 1, MemoryWire.Seconds(ref from), MemoryWire.Seconds(ref from), MemoryWire.Seconds(ref from));
        return ImmutableCollectionsMarshal.AsImmutableArray(loads);
    }
}
