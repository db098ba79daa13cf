using System.Globalization;
using Xunit;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>How much a fault test does: a fair sample in the ordinary run, the stated count with SMARTEMS_LONG=1.</summary>
internal static class Effort
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("SMARTEMS_LONG") == "1";

    /// <summary>Fixed in the ordinary run, so that it fails for everybody or nobody; SMARTEMS_SEED repeats another run.</summary>
    public static int Seed { get; } =
        Environment.GetEnvironmentVariable("SMARTEMS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 20261120;

    public static int Of(int ordinary, int whole) => IsLong ? whole : ordinary;

    /// <summary>Chance of its own for one run out of many, so that it can be repeated without those before it.</summary>
    public static Dice Dice(int run, int kind = 0)
    {
        var dice = new Dice(((ulong)(uint)Seed << 32) ^ ((ulong)(uint)kind << 20) ^ (uint)run);
        dice.Next();
        return dice;
    }
}

/// <summary>Faults take the disk and the processor for themselves: one after the other, and not beside what measures time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class FaultRun
{
    public const string Name = "faults";
}
