namespace SmartEms.Edge.Core.Recording;

/// <summary>A telemetry point as the store knows it: its number, its name "device/point", and the unit of its values.</summary>
public sealed record TelemetryPoint(int Number, string Name, string Unit);
