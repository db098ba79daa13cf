using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>What one Modbus line has been through since it was opened, for device health.</summary>
public readonly record struct ModbusLineHealth
{
    /// <summary>Transactions that ended, however they ended; cancelled ones are not among them.</summary>
    public long Transactions { get; init; }

    /// <summary>Transactions without a valid answer (<see cref="BusStatus.Timeout"/>, Unreachable, Dropped, Malformed).</summary>
    public long Failures { get; init; }

    /// <summary>Transactions the device answered with an exception code; the line itself was well.</summary>
    public long Exceptions { get; init; }

    /// <summary>Failures since the last answer; what a back-off is reckoned from.</summary>
    public long FailuresInARow { get; init; }

    /// <summary>Connections made, the first one included.</summary>
    public long Connects { get; init; }

    /// <summary>Connection attempts that failed.</summary>
    public long ConnectFailures { get; init; }

    /// <summary>From the request's first byte to the reply's last, of the latest answered transaction.</summary>
    public TimeSpan LastLatency { get; init; }

    /// <summary>How the latest transaction ended.</summary>
    public BusStatus LastStatus { get; init; }

    /// <summary>What went wrong in the latest failure, for people; null if nothing ever did.</summary>
    public string? LastFault { get; init; }

    /// <summary>Connections made after the first one.</summary>
    public long Reconnects => Math.Max(0, Connects - 1);
}
