using System.Text.Json;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The shipped binary on a site whose meter hangs on a serial port and whose inverter on a plain serial server.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class SerialSiteTests
{
    [Fact]
    public async Task A_site_on_a_serial_port_and_on_rtu_through_tcp_is_run_and_a_silent_meter_is_told()
    {
        await using var site = await SiteOnWire.StartAsync(new()
        {
            Lines = [("tcp://127.0.0.1:5021\"", "rtu:///dev/ttyUSB0?baud=19200\""), ("tcp://127.0.0.1:5022\"", "rtutcp://127.0.0.1:4196\"")],
        });
        await using var daemon = DaemonUnderTest.Start(site);
        var status = await daemon.UntilAsync(now => now.GetProperty("state").GetString() == "running" && now.GetProperty("cycles").GetInt64() >= 1 && IsUp(now, "meter1") && IsUp(now, "inv1"), "a site that runs");
        Assert.StartsWith("rtu:///dev/pts/", Device(status, "meter1").GetProperty("link").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("rtutcp://127.0.0.1:", Device(status, "inv1").GetProperty("link").GetString(), StringComparison.Ordinal);
        await site.SwitchOffAsync("meter1");
        await daemon.UntilAsync(now => Device(now, "meter1").GetProperty("fault").GetString()?.Contains("no answer", StringComparison.Ordinal) == true, "the silent meter");
        Assert.Contains("meter1: no answer", (await daemon.AskAsync("devices")).Out, StringComparison.Ordinal);
        await site.Devices.SwitchOnAsync("meter1");
        await daemon.UntilAsync(now => IsUp(now, "meter1"), "the meter again");
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.EndAsync());
    }

    private static JsonElement Device(JsonElement status, string name) => status.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == name);

    private static bool IsUp(JsonElement status, string name) => Device(status, name).GetProperty("state").GetString() == "up";
}
