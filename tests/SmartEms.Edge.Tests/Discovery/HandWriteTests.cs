using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Discovery;

/// <summary>modbus write leaves a trace: it is refused past a daemon that owns the device, goes through it on demand, and stands in the ledger with its reason.</summary>
public sealed class HandWriteTests
{
    private static readonly string[] Why = ["--reason", "limit set by the installer", "--yes"];

    [Fact]
    public void A_record_reads_back_as_it_was_written()
    {
        HandWrite done = new("anna", "why: a test", "rtu:///dev/ttyUSB0", new(7, RegisterSpace.HoldingRegister, 40_001, 2), new ushort[] { 1, 0xFFFF }) { After = new ushort[] { 1, 0xFFFE }, Outcome = "Exception 2" };
        var bytes = done.ToBytes();
        var back = HandWrite.FromBytes(bytes);
        Assert.Equal((done.By, done.Reason, done.Place, done.Span, done.Outcome), (back.By, back.Reason, back.Place, back.Span, back.Outcome));
        Assert.Equal(done.Written.ToArray(), back.Written.ToArray());
        Assert.Empty(back.Before.ToArray());
        Assert.Equal(done.After.ToArray(), back.After.ToArray());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => HandWrite.FromBytes(bytes.AsSpan(0, length)));
        bytes[0]++;
        Assert.Throws<InvalidDataException>(() => HandWrite.FromBytes(bytes));
    }

    [Fact]
    public async Task It_is_refused_while_the_daemon_owns_the_device()
    {
        await using var server = await Control.LiveServer.StartAsync(Control.House.Desk(Control.House.Well));
        var ran = await Shell.RunAsync(["modbus", "write", "tcp://192.168.3.21:502", "7", "42", .. Why, "--socket", server.Socket]);
        Assert.Equal(Exit.Busy, ran.Exit);
        Assert.Contains("the daemon is running and owns tcp://192.168.3.21:502 (inv1)", ran.Error, StringComparison.Ordinal);
        Assert.Contains("systemctl stop smartems", ran.Error, StringComparison.Ordinal);
        Assert.Contains("--through-daemon", ran.Error, StringComparison.Ordinal);
        ran = await Shell.RunAsync(["modbus", "write", "tcp://127.0.0.1:1", "7", "42", .. Why, "--through-daemon", "--socket", server.Socket]);
        Assert.Equal(Exit.Usage, ran.Exit);
        Assert.Contains("no running daemon owns tcp://127.0.0.1:1", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_leaves_the_daemons_places_alone()
    {
        await using var server = await Control.LiveServer.StartAsync(Control.House.Desk(Control.House.Well));
        var ran = await Shell.RunAsync(["scan", "192.168.3.20", "192.168.3.41", "--ports", "502", "--timeout", "0.1", "-o", "json", "--socket", server.Socket]);
        Assert.Equal(0, ran.Exit);
        Assert.Contains("\"found\":[]", ran.Out, StringComparison.Ordinal);
        Assert.Contains("tcp://192.168.3.20:502\",\"why\":\"the daemon holds it as meter1", ran.Out, StringComparison.Ordinal);
        Assert.Contains("tcp://192.168.3.41:502\",\"why\":\"the daemon holds it as wallbox1", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_the_daemon_it_goes_over_the_daemons_line_and_into_its_ledger()
    {
        ProfileSource profiles = new(null);
        await using var run = await DemoRun.StartAsync(SiteSource.Parse(DemoSite.SiteText, "site.yaml", profiles).Value!, profiles, new(60, 1, null, TimeProvider.System, Log.Silent));
        await using var live = await LiveDaemon.StartAsync(run.Built);
        var place = run.Built.Site.Devices.Single(device => device.Name == "wallbox1").Link.Place;
        var ran = await live.RunAsync(["modbus", "write", place, "5004", "10000", "--unit", "255", "--single", .. Why, "--through-daemon"]);
        Assert.True(ran.Exit is 0 or Exit.DeviceRefused, ran.ToString()); // 5004 is write-only on this box: it need not read back
        var entry = run.Built.Recorder.Look(store => store.Last(LedgerKind.HandWrite));
        var done = HandWrite.FromBytes(entry!.Body);
        Assert.Equal(("limit set by the installer", place, "Ok", 10_000), (done.Reason, done.Place, done.Outcome, done.Written.Span[0]));
        Assert.StartsWith($"{Environment.UserName} (", done.By, StringComparison.Ordinal); // as the kernel names the caller
        Assert.Equal(1, run.Built.Field.Sessions.Count(session => session.Device.Name == "wallbox1" && session.Counts.Failures == 0));
    }

    [Fact]
    public async Task Past_a_running_daemon_that_does_not_own_the_device_the_daemon_takes_it_down()
    {
        ProfileSource profiles = new(null);
        await using var run = await DemoRun.StartAsync(SiteSource.Parse(DemoSite.SiteText, "site.yaml", profiles).Value!, profiles, new(60, 1, null, TimeProvider.System, Log.Silent));
        await using var live = await LiveDaemon.StartAsync(run.Built);
        await using var slave = Shared.Serve();
        var ran = await live.RunAsync(["modbus", "write", $"tcp://127.0.0.1:{slave.BoundPort}", "7", "42", .. Why]);
        Assert.Equal(0, ran.Exit);
        Assert.Contains("recorded in the ledger", ran.Out, StringComparison.Ordinal);
        var done = HandWrite.FromBytes(run.Built.Recorder.Look(store => store.Last(LedgerKind.HandWrite))!.Body);
        Assert.Equal((TestTable.Original(1, RegisterSpace.HoldingRegister, 7), 42, 42), (done.Before.Span[0], done.Written.Span[0], done.After.Span[0]));
    }

    [Fact]
    public async Task Without_a_daemon_it_stands_in_the_store()
    {
        using Scratch scratch = new();
        var path = scratch.Of("store.db");
        SqliteStore.Open(path).Dispose();
        await using var slave = Shared.Serve(new TestTable { Size = 100 });
        var place = $"tcp://127.0.0.1:{slave.BoundPort}";
        var ran = await Shell.RunAsync(["modbus", "write", place, "7", "42", .. Why, "--store", path, "--socket", "/nowhere/ctl.sock"]);
        Assert.True(ran.Exit == 0, ran.ToString());
        ran = await Shell.RunAsync(["modbus", "write", place, "100", "42", .. Why, "--store", path, "--socket", "/nowhere/ctl.sock"]);
        Assert.Equal(Exit.DeviceRefused, ran.Exit);
        Assert.Contains("no such register", ran.Error, StringComparison.Ordinal);
        using var store = SqliteStore.OpenReadOnly(path);
        var all = store.Read(LedgerKind.HandWrite, new Instant(0), new Instant(253_402_300_799_999)).Select(entry => HandWrite.FromBytes(entry.Body)).ToArray();
        Assert.Equal(["Ok", "exception"], all.Select(done => done.Outcome.Split(' ')[0]));
        Assert.All(all, done => Assert.Equal("limit set by the installer", done.Reason));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_keeps_the_write_from_being_made()
    {
        using Scratch scratch = new();
        TestTable table = new();
        await using var slave = Shared.Serve(table);
        using var holder = SqliteStore.Open(scratch.Of("held.db"));
        var ran = await Shell.RunAsync(["modbus", "write", $"tcp://127.0.0.1:{slave.BoundPort}", "7", "42", .. Why, "--store", scratch.Of("held.db"), "--socket", "/nowhere/ctl.sock"]);
        Assert.Equal(Exit.Failed, ran.Exit);
        Assert.Null(table.LastFunction);
    }

    [Fact]
    public async Task A_device_tells_who_it_is_over_a_real_socket()
    {
        using HandSlave slave = new();
        var asked = DeviceIdentification.ReadAsync(new("127.0.0.1", slave.Port) { TransactionTimeout = Shared.HangGuard }, 9, TimeProvider.System, default);
        using var client = await slave.AcceptAsync();
        var request = (await client.ReceiveAsync())!;
        Assert.Equal("09" + "2B0E0100", Convert.ToHexString(request.AsSpan(6)));
        var pdu = Convert.FromHexString("2B0E01830000030004414341450105503130303002023131");
        await client.SendAsync([request[0], request[1], 0, 0, 0, (byte)(pdu.Length + 1)]);
        await client.SendAsync([9, .. pdu[..5]]);
        await client.SendAsync(pdu[5..]);
        Assert.Equal("ACAE P1000 fw 11", (await asked.Guarded())?.ToString());
    }
}
