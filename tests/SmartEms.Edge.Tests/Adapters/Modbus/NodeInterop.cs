using System.Diagnostics;
using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using Xunit;
using static SmartEms.Edge.Tests.Adapters.Modbus.Shared;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>npm's modbus-serial over TCP in both roles: what libmodbus does not share with it, such as function 43.</summary>
public sealed class NodeInterop
{
    private static readonly TimeSpan NodeGuard = TimeSpan.FromSeconds(60); // its cold start on a busy machine

    [NodeFact]
    public async Task Our_master_reads_and_writes_its_server()
    {
        using Process server = NodeModbus.Package.Start("server");
        string line = await server.StandardOutput.ReadLineAsync().WaitAsync(NodeGuard) ?? await server.StandardError.ReadToEndAsync();
        Assert.StartsWith("port ", line, StringComparison.Ordinal);
        ModbusTcpSettings at = new("127.0.0.1", int.Parse(line.AsSpan(5))) { TransactionTimeout = HangGuard };
        await using (ModbusTcpMaster master = new(at, TimeProvider.System))
        {
            foreach (RegisterSpace space in Enum.GetValues<RegisterSpace>())
                Assert.Equal(Enumerable.Range(900, 100).Select(address => Value(space, address)), await ReadAsync(master, space, 900, 100));
            await WriteAsync(master, RegisterSpace.Coil, WriteFunction.Single, 10, 1);
            await WriteAsync(master, RegisterSpace.Coil, WriteFunction.Multiple, 20, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1);
            await WriteAsync(master, RegisterSpace.HoldingRegister, WriteFunction.Single, 30, 0xFFFE);
            await WriteAsync(master, RegisterSpace.HoldingRegister, WriteFunction.Multiple, 40, 1, 0x8000, 3);
            Assert.Equal(new BusReply(BusStatus.Exception, ModbusExceptionCode.IllegalDataAddress), await master.ReadAsync(Holding(3_000, 1, 7), new ushort[1], default).AsTask().Guarded());
            Assert.Equal((1, 0, 1), (master.Health.Connects, master.Health.Failures, master.Health.Exceptions));
        }

        Assert.Equal("Interop MS-8 fw 8.0.21", (await DeviceIdentification.ReadAsync(at, 7, TimeProvider.System, default))?.ToString());
        server.StandardInput.Close();
        await server.WaitForExitAsync().WaitAsync(NodeGuard);
        Assert.Equal(0, server.ExitCode);
    }

    [NodeFact]
    public async Task Its_client_reads_and_writes_our_slave()
    {
        TestTable table = new() { Size = 50_000 };
        await using ModbusTcpSlave slave = Serve(table);
        using Process client = NodeModbus.Package.Start("client", slave.BoundPort.ToString());
        string said = await client.StandardOutput.ReadToEndAsync().WaitAsync(NodeGuard);
        await client.WaitForExitAsync().WaitAsync(NodeGuard);
        Assert.True(client.ExitCode == 0, await client.StandardError.ReadToEndAsync());
        using JsonDocument seen = JsonDocument.Parse(said);
        int[] Seen(string key) => [.. seen.RootElement.GetProperty(key).EnumerateArray().Select(value => value.GetInt32())];
        Assert.Equal(Originals(RegisterSpace.Coil, 200, 19), Seen("fc1"));
        Assert.Equal(Originals(RegisterSpace.DiscreteInput, 200, 19), Seen("fc2"));
        Assert.Equal(Originals(RegisterSpace.HoldingRegister, 1_000, 125), Seen("fc3"));
        Assert.Equal(Originals(RegisterSpace.InputRegister, 1_000, 125), Seen("fc4"));
        Assert.Equal([1, 0], Now(table, RegisterSpace.Coil, 40, 2));
        Assert.Equal([4711], Now(table, RegisterSpace.HoldingRegister, 50, 1));
        Assert.Equal([1, 0, 1, 1, 0, 1, 1, 1, 0, 1], Now(table, RegisterSpace.Coil, 60, 10));
        Assert.Equal([1, 65_535, 32_768], Now(table, RegisterSpace.HoldingRegister, 70, 3));
        Assert.Equal([4711], Seen("after"));
        // Functions we do not serve are refused by their proper exception, and the connection stays.
        Assert.Equal((2, 1, 1), (Code("missing"), Code("fc22"), Code("fc43")));
        Assert.Equal(1, slave.Counts.Accepted);

        int Code(string key) => seen.RootElement.GetProperty(key) is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() : throw new InvalidDataException($"{key}: {seen.RootElement.GetProperty(key)}");
    }

    private static ushort Value(RegisterSpace space, int address) => space switch
    {
        RegisterSpace.Coil or RegisterSpace.DiscreteInput => (ushort)(address % 3 == 0 ? 1 : 0),
        RegisterSpace.HoldingRegister => (ushort)(3_000 + address),
        _ => (ushort)(4_000 + address),
    };

    private static async Task<ushort[]> ReadAsync(ModbusTcpMaster master, RegisterSpace space, int address, int count)
    {
        ushort[] into = new ushort[count];
        Assert.Equal(BusReply.Ok, await master.ReadAsync(new(7, space, (ushort)address, (ushort)count), into, default).AsTask().Guarded());
        return into;
    }

    private static async Task WriteAsync(ModbusTcpMaster master, RegisterSpace space, WriteFunction function, int address, params ushort[] values)
    {
        Assert.Equal(BusReply.Ok, await master.WriteAsync(new(7, space, (ushort)address, (ushort)values.Length), values, function, default).AsTask().Guarded());
        Assert.Equal(values, await ReadAsync(master, space, address, values.Length));
    }

    private static IEnumerable<int> Originals(RegisterSpace space, int address, int count) => Enumerable.Range(address, count).Select(at => (int)TestTable.Original(3, space, at));

    private static int[] Now(TestTable table, RegisterSpace space, int address, int count)
    {
        ushort[] into = new ushort[count];
        Assert.Equal(0, table.Read(new(3, space, (ushort)address, (ushort)count), into));
        return Array.ConvertAll(into, value => (int)value);
    }
}
