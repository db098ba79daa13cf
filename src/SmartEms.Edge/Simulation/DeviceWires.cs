using System.Net;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Serial;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Simulation;

/// <summary>The wire of simulated devices: what their requests come over, and how it can be unwell.</summary>
internal abstract class DeviceWire : IAsyncDisposable
{
    /// <summary>Holds for all devices on the wire. <see cref="ArgumentException"/> for what this kind of wire cannot do.</summary>
    public abstract Misbehaviour Misbehaviour { get; set; }

    /// <summary>Where it listens; null on a serial line.</summary>
    public virtual IPEndPoint? EndPoint => null;

    /// <summary>The link as it really is: with the port or the device file that was got.</summary>
    public virtual DeviceLink Bound(DeviceLink link) => link with { Port = EndPoint!.Port };

    /// <summary>The devices on this wire lose their power, or get it back.</summary>
    public abstract ValueTask SwitchAsync(bool isOn);

    public abstract ValueTask DisposeAsync();

    /// <summary>Begins to serve the devices of a port. Throws <see cref="ArgumentException"/> for a host that is not this machine,
    /// <see cref="System.Net.Sockets.SocketException"/> or <see cref="IOException"/> when the wire cannot be had.</summary>
    public static async Task<DeviceWire> StartAsync(DevicePort port, bool isOnFreePort, TimeProvider time)
    {
        var link = port.Link;
        var units = new ModbusRtuSlaveSettings(port.Units);
        IPEndPoint At() => new(AddressOf(link.Host), isOnFreePort ? 0 : link.Port);
        return link.Kind switch
        {
            LinkKind.Rtu => await SerialWire.StartAsync(port, units, time),
            LinkKind.RtuOverTcp => new RtuTcpWire(ModbusRtuServer.Start(At(), port, units, time)),
            _ => new TcpWire(ModbusTcpSlave.Start(new(At()), port, time)),
        };
    }

    private static IPAddress AddressOf(string host)
    {
        if (host == "localhost")
            return IPAddress.Loopback;
        return IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)
            ? address
            : throw new ArgumentException($"simulated devices live on this machine only, not on {host}: write 127.0.0.1");
    }

    private sealed class TcpWire(ModbusTcpSlave slave) : DeviceWire
    {
        public override Misbehaviour Misbehaviour { get => slave.Misbehaviour; set => slave.Misbehaviour = value; }
        public override IPEndPoint? EndPoint => slave.EndPoint;

        public override ValueTask SwitchAsync(bool isOn) => isOn ? slave.ResumeAsync() : slave.StopListeningAsync();

        public override ValueTask DisposeAsync() => slave.DisposeAsync();
    }

    private sealed class RtuTcpWire(ModbusRtuServer server) : DeviceWire
    {
        public override Misbehaviour Misbehaviour { get => server.Misbehaviour; set => server.Misbehaviour = value; }
        public override IPEndPoint? EndPoint => server.EndPoint;

        public override ValueTask SwitchAsync(bool isOn) => isOn ? server.ResumeAsync() : server.StopListeningAsync();

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }

    /// <summary>A pseudo-terminal: its device file stands where the site file names a port that this machine does not have.</summary>
    private sealed class SerialWire(PseudoTerminal line, ModbusRtuSlave slave) : DeviceWire
    {
        private Misbehaviour wanted = Misbehaviour.None;
        private bool isOff;

        public override Misbehaviour Misbehaviour
        {
            get => wanted;
            set
            {
                wanted = value;
                if (!isOff)
                    slave.Misbehaviour = value;
            }
        }

        public override DeviceLink Bound(DeviceLink link) => link with { Host = line.Path };

        /// <summary>The line stays; who has no power says nothing on it.</summary>
        public override ValueTask SwitchAsync(bool isOn)
        {
            isOff = !isOn;
            slave.Misbehaviour = isOn ? wanted : Misbehaviour.Silent;
            return default;
        }

        public override async ValueTask DisposeAsync()
        {
            await slave.DisposeAsync();
            line.Dispose();
        }

        public static async Task<SerialWire> StartAsync(DevicePort port, ModbusRtuSlaveSettings units, TimeProvider time)
        {
            var line = PseudoTerminal.Open();
            return new(line, await ModbusRtuSlave.StartAsync(new SerialLink(line.Far), port, units, time));
        }
    }
}
