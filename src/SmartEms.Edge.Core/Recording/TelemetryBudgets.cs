namespace SmartEms.Edge.Core.Recording;

/// <summary>How many bytes of the file each tier of telemetry may take, with its share of indexes and half-full pages; beyond that its oldest goes, with a gap record that says so.</summary>
public sealed record TelemetryBudgets(long RawBytes, long MinuteBytes, long QuarterBytes)
{
    public static TelemetryBudgets Default { get; } = new(1_000_000_000, 512_000_000, 256_000_000);
}
