using System.Globalization;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>P5: descriptors or threads run out, and control goes on.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ExhaustionTests(ITestOutputHelper story)
{
    private const string Groups = "/sys/fs/cgroup/pids";

    [Fact]
    public async Task P5_control_goes_on_without_a_free_descriptor()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using var daemon = new DaemonUnderTest(site.PathOf, Bundle.Prepare("prlimit", ["--nofile=64", Bundle.Binary, .. DaemonUnderTest.Arguments(site)]));
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        var open = Directory.EnumerateFileSystemEntries($"/proc/{daemon.Pid}/fd").Count();
        Assert.Equal(0, (await Tool.RunAsync("util-linux", "prlimit", "--pid", $"{daemon.Pid}", $"--nofile={open}:64")).Exit);
        story.WriteLine($"it lives with {open} descriptors (64 allowed at its start), and from now on gets no other");
        await GoesOnAsync(site, daemon);
        Assert.Equal(0, (await Tool.RunAsync("util-linux", "prlimit", "--pid", $"{daemon.Pid}", "--nofile=64:64")).Exit);
        await daemon.UntilAsync(now => now.GetProperty("state").GetString() == "running", "the API again");
    }

    [PidsFact]
    public async Task P5_control_goes_on_without_a_further_thread()
    {
        await using var site = await SiteOnWire.StartAsync();
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        var group = Directory.CreateDirectory(Path.Combine(Groups, $"smartems-test-{Environment.ProcessId}")).FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(group, "cgroup.procs"), daemon.Pid.ToString(CultureInfo.InvariantCulture));
            var threads = (await File.ReadAllTextAsync(Path.Combine(group, "pids.current"))).Trim();
            await File.WriteAllTextAsync(Path.Combine(group, "pids.max"), threads);
            story.WriteLine($"held at {threads} threads");
            await GoesOnAsync(site, daemon);
            await daemon.UntilAsync(now => now.GetProperty("state").GetString() == "running", "the API");
        }
        finally
        {
            await daemon.SignalAsync("KILL");
            await daemon.EndAsync();
            Directory.Delete(group);
        }
    }

    /// <summary>Every device is asked again and again; a whole decision period is not needed to see that.</summary>
    private async Task GoesOnAsync(SiteOnWire site, DaemonUnderTest daemon)
    {
        string[] devices = ["meter1", "inv1", "wallbox1"];
        var before = devices.Select(device => site.TapOf(device).Log.Count).ToArray();
        var began = TimeProvider.System.GetTimestamp();
        await Bundle.UntilAsync(() => devices.Select((device, i) => site.TapOf(device).Log.Count - before[i]).All(more => more >= 10), () => $"a device is not asked any more\n{daemon.Said}");
        story.WriteLine($"every device was asked ten times more within {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    /// <summary>Skipped where no group of processes can be made.</summary>
    private sealed class PidsFactAttribute : FactAttribute
    {
        public PidsFactAttribute() => Skip = Environment.UserName == "root" && File.Exists(Path.Combine(Groups, "cgroup.procs")) ? null : $"no process group can be made under {Groups}";
    }
}
