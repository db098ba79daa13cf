using System.Text.Json;
using System.Text.Json.Serialization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>Registers as read; of a device without the daemon.</summary>
internal sealed record RegistersView(string Connect, int Unit, string Space, RegisterView[] Registers);

/// <summary>One register, alone and with the next one; the 32-bit readings are null for the last, floating point also where it is implausible.</summary>
internal sealed record RegisterView(int Address, string Reference, int U16)
{
    public required int S16 { get; init; }
    public required uint? U32Abcd { get; init; }
    public required int? S32Abcd { get; init; }
    public required float? F32Abcd { get; init; }
    public required uint? U32Cdab { get; init; }
    public required int? S32Cdab { get; init; }
    public required float? F32Cdab { get; init; }
    public required string Text { get; init; }
}

/// <summary>What a probe found out about one unit.</summary>
internal sealed record ProbeView(string Connect, UnitView[] Units);

/// <summary>One unit and the tables it answers in; identity is what it says of itself, sunspec its models.</summary>
internal sealed record UnitView(int Unit, string Identity, int[] Sunspec, SpaceView[] Spaces);

/// <summary>One table: where it answered, the longest read it took, and how fast; lost of the requests sent without a pause.</summary>
internal sealed record SpaceView(string Space, int[] AnswersAt, int LargestRead, double MedianMs, int Lost, int Sent);

/// <summary>What a scan found.</summary>
internal sealed record ScanView(int Tried, int Open, FoundView[] Found, SkippedView[] Skipped);

/// <summary>One unit at one place; profile is empty and percent 0 where no profile fits.</summary>
internal sealed record FoundView(string Connect, int Unit, string Identity, string Profile, int Percent, string Note);

/// <summary>A place that was not asked, and why.</summary>
internal sealed record SkippedView(string Connect, string Why);

/// <summary>What a profile made of a capture, and what it writes; value is null where nothing usable was read, and for texts.</summary>
internal sealed record ProfileTestView(string Profile, TestPointView[] Points)
{
    public string Capture { get; init; } = "";
    public int Requests { get; init; }
    public TestPhaseView[] Phases { get; init; } = [];
}

/// <summary>One point as read.</summary>
internal sealed record TestPointView(string Point, double? Value, string? Text, string Unit, string Quality, string Measure);

/// <summary>One phase of a control: why it is refused, or null, and what it writes.</summary>
internal sealed record TestPhaseView(string Control, string What, string? Refused, string[] Notes, TestWriteView[] Writes);

/// <summary>One write as the bytes of its request, and what the device answered.</summary>
internal sealed record TestWriteView(string Frame, string Point, double Value, string Unit, string Reply);

/// <summary>How the tools' objects are written.</summary>
[JsonSerializable(typeof(RegistersView))]
[JsonSerializable(typeof(ProbeView))]
[JsonSerializable(typeof(ScanView))]
[JsonSerializable(typeof(ProfileTestView))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class ToolsJson : JsonSerializerContext
{
    public static ToolsJson Wire { get; } = new(new JsonSerializerOptions(ViewsJson.Wire.Options) { TypeInfoResolver = null });
}
