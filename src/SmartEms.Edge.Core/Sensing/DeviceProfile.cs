using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>Everything the program knows of one device model, as data: the file <c>hw/profiles/&lt;name&gt;.yaml</c> and nothing else.</summary>
public sealed record DeviceProfile(string Name, string Title, LinkRules Link, ImmutableArray<PointDefinition> Points)
{
    /// <summary>Documents the facts come from, and how sure we are (A: vendor document or two independent sources; B: one secondary source).</summary>
    public string Source { get; init; } = "";
    public char Confidence { get; init; } = 'B';
    public ProfileLayout Layout { get; init; } = ProfileLayout.Fixed;

    /// <summary>Where to look for a SunSpec map, in order (SunSpec Information Model Specification §6); empty for fixed layouts.</summary>
    public ImmutableArray<ushort> SunSpecBases { get; init; } = [];
    public ImmutableArray<ControlDefinition> Controls { get; init; } = [];

    /// <summary>Spans that must never be read over: inclusive register addresses the device answers with an exception.</summary>
    public ImmutableArray<RegisterHole> Holes { get; init; } = [];

    /// <summary>Further unit ids the profile needs, with defaults (a gateway's battery unit).</summary>
    public ImmutableDictionary<string, byte> Units { get; init; } = ImmutableDictionary<string, byte>.Empty;

    /// <summary>How a device of this model is told from others, by reading only.</summary>
    public ImmutableArray<Fingerprint> Identify { get; init; } = [];

    /// <summary>Where the device shows its own clock; null where it shows none.</summary>
    public DeviceClock? Clock { get; init; }

    /// <summary>The index of a point by name, or −1.</summary>
    public int IndexOf(string point)
    {
        for (var i = 0; i < Points.Length; i++)
            if (Points[i].Name == point)
                return i;
        return -1;
    }
}

/// <summary>Where a point's address comes from: written in the profile, or found by walking the SunSpec model chain.</summary>
public enum ProfileLayout : byte
{
    Fixed,
    SunSpec,
}

/// <summary>An inclusive run of unreadable registers.</summary>
public readonly record struct RegisterHole(RegisterSpace Space, ushort First, ushort Last);

/// <summary>How a model wants to be talked to. Times in milliseconds.</summary>
public sealed record LinkRules
{
    public int DefaultPort { get; init; } = 502;
    public byte DefaultUnit { get; init; } = 1;
    public int TimeoutMs { get; init; } = 1_000;

    /// <summary>Silence between two transactions.</summary>
    public int GapMs { get; init; }

    /// <summary>Shortest time between two reads of the same register.</summary>
    public int RereadMs { get; init; }

    /// <summary>Shortest time between two writes.</summary>
    public int WriteGapMs { get; init; }
    public int WaitAfterConnectMs { get; init; }

    /// <summary>Longest span of one read, in registers (Modbus allows 125).</summary>
    public int MaxRead { get; init; } = 120;

    /// <summary>Unused registers a block read may run over.</summary>
    public int MaxGap { get; init; } = 8;
    public bool SingleClient { get; init; }
}

/// <summary>The wire types of a register point.</summary>
public enum RegisterType : byte
{
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F32,
    F64,

    /// <summary>A SunSpec scale factor: a signed power of ten, −10…10, 0x8000 = not implemented.</summary>
    SunSsf,
    Text,
}

/// <summary>What may be done with a point.</summary>
public enum PointAccess : byte
{
    Read,
    ReadWrite,
    Write,
}

/// <summary>How often a point is read: High every round, Low one block per round, Once after connecting.</summary>
public enum PointPriority : byte
{
    High,
    Low,
    Once,
}

/// <summary>One telemetry point of a model: where it lies, how its bits become a number in <see cref="Unit"/>, and what it means to us.</summary>
public sealed record PointDefinition(string Name, RegisterType Type)
{
    public RegisterSpace Space { get; init; } = RegisterSpace.HoldingRegister;

    /// <summary>0-based register address, or the offset from the model's id register where <see cref="Models"/> names one.</summary>
    public ushort Address { get; init; }

    /// <summary>SunSpec model id (none for a vendor's own registers beside the chain); several may be named where the layout allows either (101–103), the first one present counts.</summary>
    public ImmutableArray<ushort> Models { get; init; } = [];

    /// <summary>Length in registers of a Text point.</summary>
    public int TextLength { get; init; }
    public WordOrder Words { get; init; }

    /// <summary>Engineering value = raw × Scale × 10^ScaleFactor. A negative scale turns a vendor's sign into ours; nowhere else is a sign turned.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Name of the SunSsf point that scales this one, or null.</summary>
    public string? ScaleFactor { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>Raw codes (as unsigned bits of the type's width) that mean "no value".</summary>
    public ImmutableArray<ulong> Sentinels { get; init; } = [];

    /// <summary>The value a "no value" code (or NaN) stands for, where the vendor uses it for a plain state (an inverter asleep produces 0 W); null = unknown.</summary>
    public double? NoValueIs { get; init; }

    /// <summary>The bits of the register that make up this point, 0 = all; the value counts from the lowest of them.</summary>
    public ulong Mask { get; init; }

    /// <summary>Name of the point whose sign this one takes, for devices that count amounts only; null = its own sign.</summary>
    public string? SignFrom { get; init; }

    /// <summary>The point means something only while another has a certain value (a meter's state says "online"); null = always.</summary>
    public PointCondition? OnlyWhen { get; init; }

    /// <summary>How the register survives writing, and how often a day and in its life it may be written; 0 = what its class allows.</summary>
    public WearClass Wear { get; init; }
    public int WritesPerDay { get; init; }
    public int WritesLifetime { get; init; }
    public PointAccess Access { get; init; }
    public WriteFunction WriteWith { get; init; } = WriteFunction.Multiple;
    public PointPriority Priority { get; init; } = PointPriority.Low;

    /// <summary>What the controller knows this point as; None for points that are only stored and shown.</summary>
    public Measure Measure { get; init; }

    /// <summary>Raw code → canonical code, for states (a vendor's charging state to <see cref="EvState"/>); codes not listed are Implausible.</summary>
    public ImmutableDictionary<long, double> Map { get; init; } = ImmutableDictionary<long, double>.Empty;

    /// <summary>Plausible range in <see cref="Unit"/>; outside it the reading is Bad.</summary>
    public double Min { get; init; } = double.NegativeInfinity;
    public double Max { get; init; } = double.PositiveInfinity;
    public int MaxAgeMs { get; init; } = 60_000;

    /// <summary>Name of a further unit id (see <see cref="DeviceProfile.Units"/>), or null for the device's own.</summary>
    public string? UnitId { get; init; }

    /// <summary>For a derived point: the sum of other points times factors; it has no register of its own and the worst quality of its terms.</summary>
    public ImmutableArray<DerivedTerm> Terms { get; init; } = [];
    public string Meaning { get; init; } = "";

    public bool IsDerived => Terms.Length > 0;

    /// <summary>Width in registers (bits count as one).</summary>
    public int Width => Type switch
    {
        RegisterType.U32 or RegisterType.S32 or RegisterType.F32 => 2,
        RegisterType.U64 or RegisterType.S64 or RegisterType.F64 => 4,
        RegisterType.Text => TextLength,
        _ => 1,
    };
}

/// <summary>Another point and the value it must have.</summary>
public sealed record PointCondition(string Point, double Value);

/// <summary>One addend of a derived point.</summary>
public readonly record struct DerivedTerm(string Point, double Factor);
