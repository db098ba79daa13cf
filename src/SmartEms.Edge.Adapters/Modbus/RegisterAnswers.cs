namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Answers request PDUs out of a register table; used for one request at a time.</summary>
internal sealed class RegisterAnswers(IRegisterTable table)
{
    private readonly ushort[] _values = new ushort[ModbusPdu.MaxReadBits];

    /// <summary>Writes the reply PDU, good or exception, and returns the exception code (0 = good).</summary>
    public byte Answer(byte unit, ReadOnlySpan<byte> pdu, Span<byte> reply, Misbehaviour misbehaviour, out int length)
    {
        byte code = misbehaviour.Kind == MisbehaviourKind.Exception ? misbehaviour.Code : ModbusExceptionCode.None;
        length = 0;
        if (code == ModbusExceptionCode.None)
            code = Serve(unit, pdu, reply, out length);
        if (code != ModbusExceptionCode.None)
            length = ModbusRequest.EncodeException(pdu[0], code, reply);
        return code;
    }

    private byte Serve(byte unit, ReadOnlySpan<byte> pdu, Span<byte> reply, out int length)
    {
        length = 0;
        byte code = ModbusRequest.Parse(unit, pdu, _values, out ModbusRequest request);
        if (code != ModbusExceptionCode.None)
            return code;
        Span<ushort> values = _values.AsSpan(0, request.Span.Count);
        if (request.IsWrite)
        {
            code = table.Write(request.Span, values, request.WriteFunction);
            length = ModbusRequest.EncodeWriteReply(pdu, reply);
            return code;
        }

        code = table.Read(request.Span, values);
        length = request.EncodeReadReply(values, reply);
        return code;
    }
}
