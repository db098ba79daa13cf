using SmartEms.Edge.Core;

namespace SmartEms.Edge.Running;

/// <summary>No service manager listens.</summary>
internal sealed class SilentLink : ISupervisorLink
{
    public static SilentLink Instance { get; } = new();

    public TimeSpan? WatchdogPeriod => null;

    public void Ready()
    {
    }

    public void Alive()
    {
    }

    public void Status(string words)
    {
    }

    public void Stopping()
    {
    }

    public void Dispose()
    {
    }
}
