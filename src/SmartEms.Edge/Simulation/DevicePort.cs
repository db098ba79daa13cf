using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>All devices behind one host and port: one Modbus TCP slave that answers for their units, each request as a whole.</summary>
internal sealed class DevicePort(string host, int port, Lock gate) : IRegisterTable
{
    private readonly SimulatedDevice?[] byUnit = new SimulatedDevice?[256];

    public string Host => host;

    /// <summary>As in the site file; the slave knows the one it really got.</summary>
    public int Port => port;
    public List<SimulatedDevice> Devices { get; } = [];

    /// <summary>Set when listening starts.</summary>
    public ModbusTcpSlave? Slave { get; set; }

    /// <summary>Throws <see cref="ArgumentException"/> when one of the device's units is another's already.</summary>
    public void Add(SimulatedDevice device)
    {
        Devices.Add(device);
        foreach (var unit in device.Units)
        {
            if (byUnit[unit] is { } other)
                throw new ArgumentException($"{device.Name} and {other.Name} both are unit {unit} at {host}:{port}");
            byUnit[unit] = device;
        }
    }

    public byte Read(RegisterSpan span, Span<ushort> into)
    {
        lock (gate)
            return byUnit[span.Unit]?.Read(span, into) ?? ModbusExceptionCode.GatewayPathUnavailable;
    }

    public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        lock (gate)
            return byUnit[span.Unit]?.Write(span, values, function) ?? ModbusExceptionCode.GatewayPathUnavailable;
    }
}
