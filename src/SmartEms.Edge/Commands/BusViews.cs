using System.Text.Json;
using System.Text.Json.Serialization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>The GPIO chips of the machine.</summary>
internal sealed record GpioChipsView(GpioChipView[] Chips);

/// <summary>A chip and its lines.</summary>
internal sealed record GpioChipView(string Name, string Label, GpioLineView[] Lines);

/// <summary>A line; consumer is empty when nobody holds it.</summary>
internal sealed record GpioLineView(int Offset, string Name, string Direction, string Pull, bool ActiveLow, bool Used, string Consumer);

/// <summary>Levels by line, as they were asked for.</summary>
internal sealed record GpioLevelsView(string Chip, Dictionary<string, bool> Levels);

/// <summary>One edge; time on the kernel's monotonic clock, ns.</summary>
internal sealed record GpioEdgeView(string Line, string Edge, long AtNs, uint Sequence);

/// <summary>The I²C buses of the machine.</summary>
internal sealed record I2cBusesView(I2cBusView[] Buses);

/// <summary>A bus.</summary>
internal sealed record I2cBusView(string Device, string Name);

/// <summary>Who answered at which address: "answers" or "in_use" (a driver of the kernel holds it).</summary>
internal sealed record I2cScanView(string Bus, Dictionary<string, string> Found);

/// <summary>Bytes of a register, hexadecimal.</summary>
internal sealed record I2cBytesView(string Bus, string Address, string Register, string[] Bytes);

/// <summary>One reading of a sensor.</summary>
internal sealed record SensorView(string Kind, string Bus, string Address, SensorValueView[] Values);

/// <summary>A value; null with its reason when it is Bad.</summary>
internal sealed record SensorValueView(string Name, string Unit, double? Value, string Quality);

/// <summary>How the objects of gpio and i2c are written.</summary>
[JsonSerializable(typeof(GpioChipsView))]
[JsonSerializable(typeof(GpioLevelsView))]
[JsonSerializable(typeof(GpioEdgeView))]
[JsonSerializable(typeof(I2cBusesView))]
[JsonSerializable(typeof(I2cScanView))]
[JsonSerializable(typeof(I2cBytesView))]
[JsonSerializable(typeof(SensorView))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class BusJson : JsonSerializerContext
{
    public static BusJson Wire { get; } = new(new JsonSerializerOptions(ViewsJson.Wire.Options) { TypeInfoResolver = null });
}
