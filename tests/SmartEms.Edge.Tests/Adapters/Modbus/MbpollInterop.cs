using System.Text.RegularExpressions;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Somebody else's master, Debian's mbpoll (on libmodbus), against our slave.</summary>
public sealed partial class MbpollInterop
{
    [Theory]
    [InlineData("0", RegisterSpace.Coil)]
    [InlineData("1", RegisterSpace.DiscreteInput)]
    [InlineData("3", RegisterSpace.InputRegister)]
    [InlineData("4", RegisterSpace.HoldingRegister)]
    public async Task Mbpoll_reads_our_slave(string type, RegisterSpace space)
    {
        await using ModbusTcpSlave slave = Serve();
        Dictionary<int, string> read = await PollAsync(slave.BoundPort, "-t", type, "-a", "3", "-r", "200", "-c", "60");
        Assert.Equal(60, read.Count);
        // mbpoll prints registers above 32767 with their negative reading behind: "40000 (-25536)".
        Assert.All(read, pair => Assert.Equal(TestTable.Original(3, space, pair.Key).ToString(), pair.Value.Split(' ')[0]));
    }

    [Fact]
    public async Task Mbpoll_reads_floats_from_our_slave()
    {
        TestTable table = new();
        uint bits = BitConverter.SingleToUInt32Bits(-1234.5f);
        table.Set(1, RegisterSpace.HoldingRegister, 10, (ushort)(bits >> 16), (ushort)(bits & 0xFFFF));
        table.Set(1, RegisterSpace.InputRegister, 10, (ushort)(bits >> 16), (ushort)(bits & 0xFFFF));
        await using ModbusTcpSlave slave = Serve(table);
        Assert.Equal("-1234.5", (await PollAsync(slave.BoundPort, "-t", "4:float", "-B", "-r", "10"))[10]);
        Assert.Equal("-1234.5", (await PollAsync(slave.BoundPort, "-t", "3:float", "-B", "-r", "10"))[10]);
    }

    [Fact]
    public async Task Mbpoll_writes_to_our_slave_and_understands_its_exceptions()
    {
        TestTable table = new() { Size = 100 };
        await using ModbusTcpSlave slave = Serve(table);
        string port = slave.BoundPort.ToString();
        (int exit, string output) = await Tool.RunAsync("mbpoll", "mbpoll", "-0", "-1", "-p", port, "-t", "4", "-r", "7", "127.0.0.1", "321", "654");
        Assert.True(exit == 0, output);
        Assert.Equal(WriteFunction.Multiple, table.LastFunction);
        (exit, output) = await Tool.RunAsync("mbpoll", "mbpoll", "-0", "-1", "-p", port, "-t", "0", "-r", "7", "127.0.0.1", "1");
        Assert.True(exit == 0, output);
        Assert.Equal(WriteFunction.Single, table.LastFunction);
        await using ModbusTcpMaster master = MasterOf(slave);
        Assert.Equal((ushort)321, (await master.ReadOneAsync(7)).Value);
        Assert.Equal((ushort)654, (await master.ReadOneAsync(8)).Value);
        (_, output) = await Tool.RunAsync("mbpoll", "mbpoll", "-0", "-1", "-p", port, "-t", "4", "-r", "100", "127.0.0.1");
        Assert.Contains("Illegal data address", output, StringComparison.Ordinal);
    }

    internal static async Task<Dictionary<int, string>> PollAsync(int port, params string[] what)
    {
        (int exit, string output) = await Tool.RunAsync("mbpoll", "mbpoll", ["-0", "-1", "-o", "5", "-p", port.ToString(), .. what, "127.0.0.1"]);
        Assert.True(exit == 0, output);
        return ReadLine().Matches(output).ToDictionary(line => int.Parse(line.Groups[1].Value), line => line.Groups[2].Value.Trim());
    }

    [GeneratedRegex(@"^\[(\d+)\]:\s*(.+)$", RegexOptions.Multiline)]
    private static partial Regex ReadLine();
}
