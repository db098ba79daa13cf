using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>The master's codec against the examples of the Modbus Application Protocol 1.1b3, §6, and against replies that are nearly right.</summary>
public sealed class PduFacts
{
    [Theory]
    [InlineData(RegisterSpace.Coil, 19, 19, "0100130013")]
    [InlineData(RegisterSpace.DiscreteInput, 196, 22, "0200C40016")]
    [InlineData(RegisterSpace.HoldingRegister, 107, 3, "03006B0003")]
    [InlineData(RegisterSpace.InputRegister, 8, 1, "0400080001")]
    public void Reads_are_encoded_as_in_the_standard(RegisterSpace space, ushort address, ushort count, string hex)
    {
        byte[] pdu = new byte[ModbusPdu.MaxLength];
        int length = ModbusPdu.EncodeRead(new RegisterSpan(1, space, address, count), pdu);
        Assert.Equal(hex, Convert.ToHexString(pdu, 0, length));
    }

    [Theory]
    [InlineData(RegisterSpace.Coil, WriteFunction.Single, 172, new ushort[] { 1 }, "0500ACFF00")]
    [InlineData(RegisterSpace.Coil, WriteFunction.Single, 172, new ushort[] { 0 }, "0500AC0000")]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Single, 1, new ushort[] { 3 }, "0600010003")]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 19, new ushort[] { 1, 0, 1, 1, 0, 0, 1, 1, 1, 0 }, "0F0013000A02CD01")]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Multiple, 1, new ushort[] { 10, 258 }, "100001000204000A0102")]
    public void Writes_are_encoded_as_in_the_standard(RegisterSpace space, WriteFunction function, ushort address, ushort[] values, string hex)
    {
        byte[] pdu = new byte[ModbusPdu.MaxLength];
        int length = ModbusPdu.EncodeWrite(new RegisterSpan(1, space, address, (ushort)values.Length), values, function, pdu);
        Assert.Equal(hex, Convert.ToHexString(pdu, 0, length));
    }

    [Theory]
    [InlineData("0100130013", "0103CD6B05", new ushort[] { 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1 })]
    [InlineData("03006B0003", "0306022B00000064", new ushort[] { 555, 0, 100 })]
    [InlineData("0400080001", "0402000A", new ushort[] { 10 })]
    public void Good_read_replies_are_believed(string request, string reply, ushort[] expected)
    {
        ushort[] into = new ushort[expected.Length];
        Assert.Equal(BusReply.Ok, ModbusPdu.DecodeRead(Bytes(request), Bytes(reply), into));
        Assert.Equal(expected, into);
        Assert.Equal(reply.Length / 2, ModbusPdu.ReplyLength(Bytes(request)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")]
    [InlineData("0402000A")] // another function
    [InlineData("0303000A00")] // odd byte count
    [InlineData("0302000A00")] // longer than its count
    [InlineData("030200")] // shorter than its count
    [InlineData("0304000A000B")] // a register more than asked for
    [InlineData("0301000A")] // byte count too small for its bytes
    [InlineData("8302000A")] // exception with a body
    [InlineData("8300")] // exception 0 does not exist
    [InlineData("83")]
    [InlineData("8402")] // exception of another function
    public void Bad_read_replies_are_malformed_and_leave_the_values_alone(string reply)
    {
        ushort[] into = [7];
        Assert.Equal(new BusReply(BusStatus.Malformed), ModbusPdu.DecodeRead(Bytes("0300080001"), Bytes(reply), into));
        Assert.Equal(7, into[0]);
    }

    [Theory]
    [InlineData("0600010003", "0600010003", BusStatus.Ok)]
    [InlineData("0600010003", "0600020003", BusStatus.Malformed)] // another address
    [InlineData("0600010003", "0600010004", BusStatus.Malformed)] // another value
    [InlineData("0600010003", "060001000300", BusStatus.Malformed)]
    [InlineData("0600010003", "06000100", BusStatus.Malformed)]
    [InlineData("0600010003", "8604", BusStatus.Exception)]
    [InlineData("100001000204000A0102", "1000010002", BusStatus.Ok)]
    [InlineData("100001000204000A0102", "1000010001", BusStatus.Malformed)] // fewer registers than sent
    [InlineData("0F0013000A02CD01", "0F0013000A", BusStatus.Ok)]
    [InlineData("0500ACFF00", "0500AC0000", BusStatus.Malformed)] // the coil stayed off
    public void Write_replies_must_echo_the_request(string request, string reply, BusStatus expected)
    {
        BusReply decoded = ModbusPdu.DecodeWrite(Bytes(request), Bytes(reply));
        Assert.Equal(expected, decoded.Status);
        Assert.Equal(expected == BusStatus.Exception ? 4 : 0, decoded.ExceptionCode);
    }

    [Theory]
    [InlineData(RegisterSpace.HoldingRegister, 0, 0, "1 to 125")]
    [InlineData(RegisterSpace.InputRegister, 0, 126, "1 to 125")]
    [InlineData(RegisterSpace.Coil, 0, 2001, "1 to 2000")]
    [InlineData(RegisterSpace.DiscreteInput, 0, 0, "1 to 2000")]
    [InlineData(RegisterSpace.HoldingRegister, 65535, 2, "65535")]
    [InlineData((RegisterSpace)9, 0, 1, "not a register space")]
    public void Reads_no_request_can_carry_are_refused_naming_the_limit(RegisterSpace space, int address, int count, string limit)
    {
        RegisterSpan span = new(1, space, (ushort)address, (ushort)count);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => ModbusPdu.CheckRead(span, count));
        Assert.Contains(limit, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Multiple, 0, 124, "1 to 123")]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 0, 1969, "1 to 1968")]
    [InlineData(RegisterSpace.HoldingRegister, WriteFunction.Single, 0, 2, "1 to 1")]
    [InlineData(RegisterSpace.InputRegister, WriteFunction.Single, 0, 1, "only coils and holding registers")]
    [InlineData(RegisterSpace.DiscreteInput, WriteFunction.Multiple, 0, 1, "only coils and holding registers")]
    [InlineData(RegisterSpace.Coil, WriteFunction.Multiple, 65535, 2, "65535")]
    public void Writes_no_request_can_carry_are_refused_naming_the_limit(RegisterSpace space, WriteFunction function, int address, int count, string limit)
    {
        RegisterSpan span = new(1, space, (ushort)address, (ushort)count);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => ModbusPdu.CheckWrite(span, new ushort[count], function));
        Assert.Contains(limit, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_coil_is_0_or_1_and_the_values_fill_the_span()
    {
        RegisterSpan coil = new(1, RegisterSpace.Coil, 0, 1);
        Assert.Throws<ArgumentException>(() => ModbusPdu.CheckWrite(coil, [2], WriteFunction.Single));
        Assert.Throws<ArgumentException>(() => ModbusPdu.CheckWrite(coil, [1, 1], WriteFunction.Single));
        Assert.Throws<ArgumentException>(() => ModbusPdu.CheckRead(coil, 2));
    }

    [Theory]
    [InlineData("000700000003", 1, "0700", null)]
    [InlineData("000700010003", 1, "0700", "protocol id")]
    [InlineData("000700000001", 1, "0700", "length")]
    [InlineData("0007000000FF", 1, "0700", "length")]
    [InlineData("00070000FFFF", 1, "0700", "length")]
    [InlineData("000800000003", 1, "0700", "transaction id")]
    [InlineData("000700000003", 2, "0700", "unit")]
    [InlineData("000700000006", 1, "0700", "length")]
    public void Only_the_header_of_the_awaited_reply_passes(string header, byte unit, string tail, string? fault)
    {
        Mbap read = Mbap.Read([.. Bytes(header), unit, .. Bytes(tail)]);
        string? found = read.FaultAsReply(transactionId: 7, unit: 1, replyLength: 4);
        if (fault is null)
            Assert.Null(found);
        else
            Assert.Contains(fault, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_survives_the_wire()
    {
        byte[] frame = new byte[Mbap.MaxFrame];
        Assert.Equal(260, Mbap.Write(frame, 0xABCD, 247, ModbusPdu.MaxLength));
        Assert.Equal(new Mbap(0xABCD, 0, 254, 247), Mbap.Read(frame));
        Assert.Equal(260, Mbap.Read(frame).FrameLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => Mbap.Write(frame, 1, 1, ModbusPdu.MaxLength + 1));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
