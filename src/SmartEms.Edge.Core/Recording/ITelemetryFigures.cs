namespace SmartEms.Edge.Core.Recording;

/// <summary>What a reader of telemetry may know of its own size, besides the rows.</summary>
public interface ITelemetryFigures
{
    /// <summary>Bytes on the disk by what they hold ("raw", "minute", …), in the order to be shown.</summary>
    IReadOnlyList<(string What, long Bytes)> Sizes();
}
