using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>Asks a property of very many generated values. The seed is fixed and told, so that every run asks the same; a failure shows the values it found.</summary>
internal static class Always
{
    private const ulong Seed = 20_261_127;

    /// <summary>The second half of FsCheck's seed, odd.</summary>
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    public static void Holds<T>(Gen<T> any, Action<T> ask, ITestOutputHelper story, int times = 20_000)
    {
        story.WriteLine($"{times} values, FsCheck seed ({Seed},{Gamma})");
        Prop.ForAll(any.ToArbitrary(), ask).Check(Config.QuickThrowOnFailure.WithReplay(Seed, Gamma).WithMaxTest(times));
    }
}
