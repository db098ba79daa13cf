using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>The slave's codec: what it takes apart and which exception answers what it does not take.</summary>
public sealed class RequestFacts
{
    private readonly ushort[] _values = new ushort[ModbusPdu.MaxReadBits];

    [Theory]
    [InlineData("0100130013", RegisterSpace.Coil, 19, 19)]
    [InlineData("02FFFF0001", RegisterSpace.DiscreteInput, 65535, 1)]
    [InlineData("030000007D", RegisterSpace.HoldingRegister, 0, 125)]
    [InlineData("0400080001", RegisterSpace.InputRegister, 8, 1)]
    [InlineData("0500ACFF00", RegisterSpace.Coil, 172, 1)]
    [InlineData("0600010003", RegisterSpace.HoldingRegister, 1, 1)]
    [InlineData("0F0013000A02CD01", RegisterSpace.Coil, 19, 10)]
    [InlineData("100001000204000A0102", RegisterSpace.HoldingRegister, 1, 2)]
    public void Sound_requests_are_taken_apart(string hex, RegisterSpace space, int address, int count)
    {
        byte[] pdu = Convert.FromHexString(hex);
        Assert.Equal(0, ModbusRequest.Parse(9, pdu, _values, out ModbusRequest request));
        Assert.Equal(new RegisterSpan(9, space, (ushort)address, (ushort)count), request.Span);
        Assert.Equal(pdu[0] is 5 or 6 or 15 or 16, request.IsWrite);
    }

    [Fact]
    public void Written_values_come_out()
    {
        ModbusRequest.Parse(1, Convert.FromHexString("0F0013000A02CD01"), _values, out ModbusRequest coils);
        Assert.Equal(new ushort[] { 1, 0, 1, 1, 0, 0, 1, 1, 1, 0 }, _values[..10]);
        Assert.Equal(WriteFunction.Multiple, coils.WriteFunction);
        ModbusRequest.Parse(1, Convert.FromHexString("0500ACFF00"), _values, out ModbusRequest coil);
        Assert.Equal(1, _values[0]);
        Assert.Equal(WriteFunction.Single, coil.WriteFunction);
    }

    [Theory]
    [InlineData("00", 1)]
    [InlineData("0700000001", 1)] // functions not spoken here
    [InlineData("1700000001", 1)]
    [InlineData("8300000001", 1)]
    [InlineData("03", 3)]
    [InlineData("03000000", 3)]
    [InlineData("0300000000", 3)] // count 0
    [InlineData("030000007E", 3)] // count 126
    [InlineData("03FFFF007E", 3)] // the count is judged before the address
    [InlineData("01000007D1", 3)] // 2001 bits
    [InlineData("030000000100", 3)] // a byte too many
    [InlineData("03FFFF0002", 2)]
    [InlineData("0F FFFF 0002 01 03", 2)]
    [InlineData("0500AC0001", 3)] // a coil is FF00 or 0000
    [InlineData("0500ACFF01", 3)]
    [InlineData("06000100", 3)]
    [InlineData("0600010003FF", 3)]
    [InlineData("1000010002", 3)]
    [InlineData("10000100020400", 3)]
    [InlineData("100001000203000A01", 3)] // byte count against count
    [InlineData("100001000204000A010200", 3)]
    [InlineData("1000010000 00", 3)]
    [InlineData("10000100FFFE", 3)]
    public void Unsound_requests_get_their_exception(string hex, byte code) =>
        Assert.Equal(code, ModbusRequest.Parse(1, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), _values, out _));

    [Fact]
    public void No_request_makes_the_slave_stumble()
    {
        Random chance = new(20260719);
        Dictionary<byte, int> answers = [];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] pdu = new byte[1 + chance.Next(i % 2 == 0 ? 8 : ModbusPdu.MaxLength)];
            chance.NextBytes(pdu);
            pdu[0] = (byte)(pdu[0] % 18);
            // Small counts at high addresses now and then, or the address would hardly ever be what is wrong.
            if (i % 4 == 0 && pdu.Length >= 5)
                (pdu[1], pdu[2], pdu[3]) = (0xFF, 0xFF, 0);
            byte code = ModbusRequest.Parse(1, pdu, _values, out ModbusRequest request);
            answers[code] = answers.GetValueOrDefault(code) + 1;
            if (code == 0)
                Assert.InRange(request.Span.Address + request.Span.Count, 1, 0x10000);
        }

        Assert.Equal(new byte[] { 0, 1, 2, 3 }, answers.Keys.Order());
    }
}
