using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>All devices of one place, be it host and port or a serial line: one wire that answers for their units, each request as a whole.</summary>
internal sealed class DevicePort(DeviceLink link, Lock gate) : IRegisterTable
{
    private readonly SimulatedDevice?[] byUnit = new SimulatedDevice?[256];

    /// <summary>As in the site file; the wire knows the place it really got.</summary>
    public DeviceLink Link => link;
    public List<SimulatedDevice> Devices { get; } = [];

    /// <summary>Set when listening starts.</summary>
    public DeviceWire? Wire { get; set; }

    /// <summary>All units that somebody answers for.</summary>
    public IReadOnlySet<byte> Units
    {
        get
        {
            var units = new HashSet<byte>();
            foreach (var device in Devices)
                units.UnionWith(device.Units);
            return units;
        }
    }

    /// <summary>Throws <see cref="ArgumentException"/> when one of the device's units is another's already.</summary>
    public void Add(SimulatedDevice device)
    {
        Devices.Add(device);
        foreach (var unit in device.Units)
        {
            if (byUnit[unit] is { } other)
                throw new ArgumentException($"{device.Name} and {other.Name} both are unit {unit} at {link.Place}");
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
