using System.Net;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.Maps;
using Xunit;

namespace SmartEms.Edge.Tests.Discovery;

/// <summary>A slave that shows a capture, holes and all, and counts what is written to it.</summary>
internal sealed class CapturedDevice(Capture capture) : IRegisterTable
{
    public int Writes { get; private set; }

    public byte Read(RegisterSpan span, Span<ushort> into)
    {
        var words = new ushort[span.Count];
        var reply = capture.ReadAsync(span, words, default).AsTask().Result;
        words.CopyTo(into);
        return reply.ExceptionCode;
    }

    public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        Writes++;
        return ModbusExceptionCode.IllegalFunction;
    }
}

/// <summary>The raw tool and the scan against real sockets: what they show, what they refuse, and that looking never writes.</summary>
public class ToolTests
{
    private static readonly string[] NoDaemon = ["--socket", "/nowhere/ctl.sock"];

    [Fact]
    public async Task Read_shows_every_plausible_reading()
    {
        var table = new TestTable();
        table.Set(1, RegisterSpace.HoldingRegister, 30_775, 0, 8412, 0x4366, 0x8000);
        await using var slave = Shared.Serve(table);
        var ran = await RunAsync("modbus", "read", $"tcp://127.0.0.1:{slave.BoundPort}", "30775", "-n", "4");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("430776", ran.Out);
        Assert.Contains("8412", ran.Out);
        Assert.Contains("230.5", ran.Out);
        Assert.Contains("\"s32_abcd\":8412", (await RunAsync("modbus", "read", $"127.0.0.1:{slave.BoundPort}", "0x7837", "-o", "json")).Out);
    }

    [Theory]
    [InlineData("65536", "1", 2, "there is no register 65536")]
    [InlineData("400001", "1", 2, "document register 400001 is address 0 with --space holding")]
    [InlineData("0", "126", 2, "one request reads 1 to 125")]
    [InlineData("65535", "2", 2, "--count 1 at most")]
    public async Task Impossible_registers_are_refused_with_the_remedy(string address, string count, int exit, string says)
    {
        var ran = await RunAsync("modbus", "read", "tcp://127.0.0.1:1", address, "-n", count);
        Assert.Equal(exit, ran.Exit);
        Assert.Contains(says, ran.Error);
    }

    [Fact]
    public async Task Exceptions_and_silence_have_their_exit_codes()
    {
        await using var slave = Shared.Serve(new TestTable { Size = 10 });
        var place = $"tcp://127.0.0.1:{slave.BoundPort}";
        var refused = await RunAsync("modbus", "read", place, "20");
        Assert.Equal(Exit.DeviceRefused, refused.Exit);
        Assert.Contains("no such register", refused.Error);
        slave.Misbehaviour = Misbehaviour.Silent;
        Assert.Equal(Exit.DeviceUnreachable, (await RunAsync("modbus", "read", place, "0", "--timeout", "0.1")).Exit);
        await slave.StopListeningAsync();
        Assert.Equal(Exit.DeviceUnreachable, (await RunAsync("modbus", "read", place, "0")).Exit);
        var port = await RunAsync("modbus", "read", "rtu:///dev/no-such-port?baud=19200", "0");
        Assert.Equal(Exit.DeviceUnreachable, port.Exit);
        Assert.Contains("ls /dev/serial/by-id", port.Error);
    }

    [Fact]
    public async Task Dump_halves_until_it_knows_what_exists_and_reads_back_as_a_capture()
    {
        var capture = Hardware.Capture("keba-p30", "charging");
        await using var slave = Shared.Serve(new CapturedDevice(capture));
        var ran = await RunAsync("modbus", "dump", $"tcp://127.0.0.1:{slave.BoundPort}", "1000-1025", "--unit", "255");
        Assert.Equal(0, ran.Exit);
        var again = Capture.Parse(ran.Out);
        foreach (var at in new ushort[] { 1000, 1004, 1008, 1020 })
        {
            var (was, now) = (new ushort[2], new ushort[2]);
            Assert.True((await capture.ReadAsync(new(255, RegisterSpace.HoldingRegister, at, 2), was, default)).IsOk);
            Assert.True((await again.ReadAsync(new(255, RegisterSpace.HoldingRegister, at, 2), now, default)).IsOk);
            Assert.Equal(was, now);
        }
        Assert.Contains("# holding 1002–1003: exception 2", ran.Out);
    }

    [Fact]
    public async Task A_sunspec_map_is_dumped_with_names()
    {
        await using var slave = Shared.Serve(new CapturedDevice(Hardware.Capture("sunspec-hybrid", "day")));
        var ran = await RunAsync("modbus", "dump", $"tcp://127.0.0.1:{slave.BoundPort}", "--sunspec");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("# model 103 Inverter (Three Phase)", ran.Out);
        Assert.Contains("# St: 4 MPPT", ran.Out);
        Assert.Equal([1, 103, 120, 121, 122, 123, 160, 124], (await SunSpecWalk.FindAsync(Capture.Parse(ran.Out), 1, [40_000], default)).Models.Select<SunSpecModel, int>(model => model.Id));
    }

    [Fact]
    public async Task Probe_tells_what_a_unit_answers_to()
    {
        await using var slave = Shared.Serve(new TestTable { Size = 200 });
        var ran = await RunAsync("modbus", "probe", $"tcp://127.0.0.1:{slave.BoundPort}", "--unit", "3");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("answers at 0, 1, 100", ran.Out);
        Assert.Contains("longest read 125", ran.Out);
    }

    [Fact]
    public async Task Write_wants_a_reason_and_a_yes_and_reads_back()
    {
        var table = new TestTable();
        await using var slave = Shared.Serve(table);
        var place = $"tcp://127.0.0.1:{slave.BoundPort}";
        Assert.Contains("--reason", (await RunAsync("modbus", "write", place, "7", "42", "--yes")).Error);
        Assert.Contains("--yes", (await RunAsync("modbus", "write", place, "7", "42", "--reason", "test")).Error);
        Assert.Null(table.LastFunction);
        var ran = await RunAsync("modbus", "write", place, "7", "42", "--reason", "test", "--yes", "--single");
        Assert.Equal((0, WriteFunction.Single), (ran.Exit, table.LastFunction));
        Assert.Contains("→ 002A", ran.Error);
        Assert.Contains("read back: 002A", ran.Out);
        Assert.Contains("did you mean keba-p30?", (await RunAsync("modbus", "write", place, "7", "42", "--reason", "test", "--profile", "keba-p31")).Error);
    }

    [Fact]
    public async Task A_scan_tells_sound_silent_and_garbled_places_apart_and_never_writes()
    {
        var inverter = new CapturedDevice(Hardware.Capture("sunspec-hybrid", "day"));
        await using var one = Serve("127.0.0.2", 0, inverter);
        var port = one.BoundPort;
        await using var two = Serve("127.0.0.3", port, new TestTable());
        await using var three = Serve("127.0.0.4", port, new TestTable());
        (two.Misbehaviour, three.Misbehaviour) = (Misbehaviour.Silent, new(MisbehaviourKind.Garbage));
        var ran = await RunAsync("scan", "127.0.0.0/29", "--ports", $"{port}", "--units", "1,3", "--timeout", "1.5");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("sunspec-hybrid", ran.Out);
        Assert.Contains($"{{name: device1, profile: sunspec-hybrid, connect: \"tcp://127.0.0.2:{port}\", unit: 1}}", ran.Out);
        Assert.Contains("takes connections, but no unit asked answers", ran.Out);
        Assert.Contains($"tcp://127.0.0.4:{port}", ran.Out);
        Assert.Equal(0, inverter.Writes);
        Assert.Equal(0, one.Counts.Refused); // it takes one client at a time
    }

    [Fact]
    public async Task A_silent_network_and_a_large_one_end_in_words()
    {
        var ran = await RunAsync("scan", "127.0.0.8/30", "--ports", "1", "--timeout", "0.1");
        Assert.Equal(0, ran.Exit);
        Assert.Contains("nothing answered: 2 hosts, 2 ports tried", ran.Out);
        Assert.Contains("1024 hosts".Replace("1024", "65536", StringComparison.Ordinal), (await RunAsync("scan", "10.0.0.0/16")).Error);
        Assert.Contains("as in 192.168.3.0/24", (await RunAsync("scan", "192.168.3.0/33")).Error);
    }

    [Theory]
    [InlineData("192.168.3.0/30", "192.168.3.1 192.168.3.2")]
    [InlineData("192.168.3.9-11", "192.168.3.9 192.168.3.10 192.168.3.11")]
    [InlineData("192.168.3.7/32", "192.168.3.7")]
    [InlineData("meter.local", "meter.local")]
    public void Targets_are_spelled_out(string told, string hosts) => Assert.Equal(hosts, string.Join(' ', ScanTargets.Of([told], false)));

    [Theory]
    [InlineData("2B0E01830000030004414341450105503130303002023131", "ACAE P1000 fw 11")]
    [InlineData("2B0E0183000301", null)]
    [InlineData("AB01", null)]
    public void An_identification_is_believed_only_whole(string pdu, string? says) => Assert.Equal(says, DeviceIdentification.Parse(Convert.FromHexString(pdu))?.ToString());

    private static ModbusTcpSlave Serve(string address, int port, IRegisterTable table) =>
        ModbusTcpSlave.Start(new(new IPEndPoint(IPAddress.Parse(address), port)) { MaxClients = 1 }, table, TimeProvider.System);

    private static Task<Ran> RunAsync(params string[] args) => Shell.RunAsync([.. args, .. NoDaemon]);
}
