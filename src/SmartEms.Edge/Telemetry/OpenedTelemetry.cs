using SmartEms.Edge.Core;

namespace SmartEms.Edge.Telemetry;

/// <summary>Stored telemetry opened for one question, and what must be closed after it (null = it lives on).</summary>
internal sealed class OpenedTelemetry(ITelemetryReader reader, IDisposable? owned = null) : IDisposable
{
    public ITelemetryReader Reader => reader;

    public void Dispose() => owned?.Dispose();
}
