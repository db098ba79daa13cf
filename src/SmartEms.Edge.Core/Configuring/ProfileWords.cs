using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>The words a profile file uses for the values of the sensing vocabulary.</summary>
public static class ProfileWords
{
    public static ImmutableArray<(string Word, RegisterSpace Value)> Spaces { get; } =
    [
        ("coil", RegisterSpace.Coil), ("discrete", RegisterSpace.DiscreteInput),
        ("input", RegisterSpace.InputRegister), ("holding", RegisterSpace.HoldingRegister),
    ];

    public static ImmutableArray<(string Word, RegisterType Value)> Types { get; } =
    [
        ("u16", RegisterType.U16), ("s16", RegisterType.S16), ("u32", RegisterType.U32), ("s32", RegisterType.S32),
        ("u64", RegisterType.U64), ("s64", RegisterType.S64), ("f32", RegisterType.F32), ("f64", RegisterType.F64),
        ("sunssf", RegisterType.SunSsf), ("text", RegisterType.Text),
    ];

    public static ImmutableArray<(string Word, WordOrder Value)> Orders { get; } =
        [("ABCD", WordOrder.BigEndian), ("CDAB", WordOrder.LittleEndian), ("BADC", WordOrder.ByteSwapped), ("DCBA", WordOrder.Reversed)];

    public static ImmutableArray<(string Word, PointAccess Value)> Accesses { get; } =
        [("read", PointAccess.Read), ("readwrite", PointAccess.ReadWrite), ("write", PointAccess.Write)];

    public static ImmutableArray<(string Word, WriteFunction Value)> WriteFunctions { get; } =
        [("single", WriteFunction.Single), ("multiple", WriteFunction.Multiple)];

    public static ImmutableArray<(string Word, PointPriority Value)> Priorities { get; } =
        [("high", PointPriority.High), ("low", PointPriority.Low), ("once", PointPriority.Once)];

    public static ImmutableArray<(string Word, ProfileLayout Value)> Layouts { get; } =
        [("fixed", ProfileLayout.Fixed), ("sunspec", ProfileLayout.SunSpec)];

    public static ImmutableArray<(string Word, ControlKind Value)> Controls { get; } =
        [("battery_discharge", ControlKind.BatteryDischarge), ("ev_current", ControlKind.EvCurrent), ("pv_limit", ControlKind.PvLimit), ("ev_phases", ControlKind.EvPhases)];

    public static ImmutableArray<(string Word, WearClass Value)> Wears { get; } =
        [("volatile", WearClass.Volatile), ("unknown", WearClass.Unknown), ("flash", WearClass.Flash)];

    public static ImmutableArray<(string Word, NativeKind Value)> Natives { get; } =
    [
        ("self_consume", NativeKind.SelfConsume), ("hold", NativeKind.Hold), ("discharge_only", NativeKind.DischargeOnly), ("idle", NativeKind.Idle),
        ("grid_charge", NativeKind.GridCharge), ("off", NativeKind.Off), ("surplus_only", NativeKind.SurplusOnly), ("full", NativeKind.Full),
    ];

    public static ImmutableArray<(string Word, StepCondition Value)> Conditions { get; } =
    [
        ("always", StepCondition.Always), ("positive", StepCondition.WhenPositive),
        ("zero", StepCondition.WhenZero), ("negative", StepCondition.WhenNegative),
    ];

    public static ImmutableArray<(string Word, char Value)> Confidences { get; } = [("A", 'A'), ("B", 'B')];

    public static ImmutableArray<(string Word, Measure Value)> MeasureNames { get; } =
        ReadMeasureNames();

    // Loops instead of LINQ: compiled ahead of time, every Select over a tuple of its own is instantiated with every other, megabytes of them.
    private static ImmutableArray<(string Word, Measure Value)> ReadMeasureNames()
    {
        var names = ImmutableArray.CreateBuilder<(string Word, Measure Value)>(Measures.Count);
        foreach (var name in Measures.Names)
            names.Add((name, Measures.Find(name)!.Value));
        return names.DrainToImmutable();
    }

    /// <summary>The words alone, in their order.</summary>
    public static string[] All<T>(ImmutableArray<(string Word, T Value)> words)
    {
        var all = new string[words.Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = words[i].Word;
        return all;
    }

    /// <summary>The word for a value, as the files spell it.</summary>
    public static string Of<T>(ImmutableArray<(string Word, T Value)> words, T value)
    {
        foreach (var (word, candidate) in words)
            if (EqualityComparer<T>.Default.Equals(candidate, value))
                return word;
        return value?.ToString() ?? "";
    }

    /// <summary>"holding 40" or "model 103 offset 14".</summary>
    public static string Where(PointDefinition point)
    {
        var end = point.Width > 1 ? $"–{point.Address + point.Width - 1}" : "";
        return point.Models.Length > 0
            ? $"model {string.Join("/", point.Models)} offset {point.Address}{end}"
            : $"{Of(Spaces, point.Space)} {point.Address}{end}";
    }
}
