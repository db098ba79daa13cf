using System.Net;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>How a Modbus TCP slave listens and which gateway habits it has.</summary>
/// <param name="EndPoint">Where to listen; port 0 takes a free one.</param>
public sealed record ModbusTcpSlaveSettings(IPEndPoint EndPoint)
{
    /// <summary>Further clients are accepted and closed at once, as single-client gateways do; at least 1.</summary>
    public int MaxClients { get; init => field = AtLeastOne(value); } = 32;

    /// <summary>A client silent for this long is closed; null = never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Requests that follow the last reply faster are counted in <see cref="ModbusTcpSlaveCounts.GapViolations"/>, and answered all the same.</summary>
    public TimeSpan RequiredGap { get; init; }

    /// <summary>Seed of the chance in <see cref="MisbehaviourKind.Garbage"/> and <see cref="MisbehaviourKind.Fuzz"/>.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A slave on a free port of the loopback interface.</summary>
    public static ModbusTcpSlaveSettings Loopback(int port = 0) => new(new IPEndPoint(IPAddress.Loopback, port));

    private static int AtLeastOne(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return value;
    }
}

/// <summary>What a slave has seen since it was started.</summary>
public readonly record struct ModbusTcpSlaveCounts
{
    public long Accepted { get; init; }

    /// <summary>Clients turned away because <see cref="ModbusTcpSlaveSettings.MaxClients"/> were being served.</summary>
    public long Refused { get; init; }

    public long Requests { get; init; }

    /// <summary>Requests whose right answer was an exception.</summary>
    public long Exceptions { get; init; }

    public long GapViolations { get; init; }
}
