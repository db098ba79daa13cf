using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>What a Modbus slave serves: the registers of any number of units. The slave calls it for one request at a time.</summary>
public interface IRegisterTable
{
    /// <summary>Fills <paramref name="into"/> (span.Count elements, bits as 0/1). Returns 0 or a code of <see cref="ModbusExceptionCode"/>.</summary>
    byte Read(RegisterSpan span, Span<ushort> into);

    /// <summary>Takes span.Count elements (bits as 0/1), all or none. Returns 0 or a code of <see cref="ModbusExceptionCode"/>.</summary>
    byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function);
}
