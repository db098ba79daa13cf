using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Serial;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Field;

/// <summary>From where a device answers, as the site says it, to the line that is opened.</summary>
internal static class Wiring
{
    /// <summary>The line with the usual patience.</summary>
    public static LineSettings Of(DeviceLink link)
    {
        LineSettings wire = link.Kind == LinkKind.Rtu
            ? new ModbusRtuSettings(new(link.Host)
            {
                Baud = link.Serial.Baud,
                Parity = link.Serial.Parity switch { LineParity.Even => SerialParity.Even, LineParity.Odd => SerialParity.Odd, _ => SerialParity.None },
                StopBits = link.Serial.StopBits,
                Rs485 = link.Serial.Rs485,
            })
            : new ModbusTcpSettings(link.Host, link.Port) { IsRtu = link.Kind == LinkKind.RtuOverTcp };
        return wire with { Echoes = link.Echoes };
    }
}
