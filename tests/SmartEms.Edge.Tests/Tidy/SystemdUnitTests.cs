using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>The service unit is one that systemd understands and finds well locked: exposure at most 1.5. Needs the package systemd; fails without.</summary>
public sealed class SystemdUnitTests : IDisposable
{
    private const int MostExposure = 15;
    private static readonly string Unit = Path.Combine(SourceTree.Root, "systemd", "smartems.service");
    private readonly string _folder = Directory.CreateTempSubdirectory("smartems-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("smartems-tune.service")]
    [InlineData("smartems-tune.timer")]
    public void Systemd_understands_what_fits_the_policy(string name)
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "systemd", name));
        Write(File.ReadAllText(Path.Combine(SourceTree.Root, "systemd", "smartems-tune.service")).Replace("/usr/bin/smartems", "/bin/true", StringComparison.Ordinal), "smartems-tune.service");
        Assert.Equal("", Verify(text, name));
        Assert.NotEqual("", Verify(text.Replace("Description=", "Descriptions=", StringComparison.Ordinal), name));
    }

    /// <summary>It may be started while control runs: never in its way, never with a device, never with the network.</summary>
    [Fact]
    public void What_fits_the_policy_is_well_locked_and_yields_to_control()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "systemd", "smartems-tune.service"));
        var (exit, report) = Security(text);
        Assert.True(exit == 0, report);
        foreach (var line in new[] { "Nice=19", "CPUQuota=50%", "OOMScoreAdjust=500", "PrivateNetwork=yes", "PrivateDevices=yes", "User=smartems" })
            Assert.Contains(line, text.Split('\n'));
    }

    [Fact]
    public void Systemd_understands_the_unit() => Assert.Equal("", Verify(File.ReadAllText(Unit)));

    [Fact]
    public void The_check_sees_a_wrong_key() =>
        Assert.Contains("RestartSecs", Verify(File.ReadAllText(Unit).Replace("RestartSec=", "RestartSecs=", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void The_unit_is_well_locked()
    {
        var (exit, report) = Security(File.ReadAllText(Unit));
        Assert.True(exit == 0, report);
    }

    [Fact]
    public void The_check_sees_an_open_door() =>
        Assert.NotEqual(0, Security(File.ReadAllText(Unit).Replace("ProtectSystem=strict\n", "", StringComparison.Ordinal)
            .Replace("CapabilityBoundingSet=\n", "", StringComparison.Ordinal).Replace("NoNewPrivileges=yes\n", "", StringComparison.Ordinal)).Exit);

    [Theory]
    [InlineData("Type=notify")]
    [InlineData("NotifyAccess=main")]
    [InlineData("WatchdogSec=20")]
    [InlineData("WatchdogSignal=SIGABRT")]
    [InlineData("Restart=always")]
    [InlineData("TimeoutStopSec=20")]
    [InlineData("User=smartems")]
    [InlineData("DevicePolicy=closed")]
    [InlineData("ExecStart=/usr/bin/smartems run --site /etc/smartems/site.yaml")]
    [InlineData("ExecReload=/usr/bin/smartems reload")]
    [InlineData("ExecStopPost=/usr/bin/smartems release --all --site /etc/smartems/site.yaml")]
    public void The_safety_chain_stands_in_the_unit(string line) => Assert.Contains(line, File.ReadAllLines(Unit));

    /// <summary>Boxes with chrony or ntpd: the kernel may be asked, by the call that the C library really makes, and nothing else opens.</summary>
    [Fact]
    public void The_drop_in_lets_the_kernel_be_asked_for_its_clock()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "systemd", "kernel-clock.conf"));
        DropIn(text);
        Assert.Equal("", Verify(File.ReadAllText(Unit)));
        DropIn(text.Replace("ProtectClock=", "ProtectClocks=", StringComparison.Ordinal));
        Assert.Contains("ProtectClocks", Verify(File.ReadAllText(Unit)), StringComparison.Ordinal);
        Assert.Contains("clock_adjtime", text.Split('\n').Single(line => line.StartsWith("SystemCallFilter=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private void DropIn(string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "smartems.service.d"));
        File.WriteAllText(Path.Combine(_folder, "smartems.service.d", "kernel-clock.conf"), text);
    }

    /// <summary>With 0x in front, a Native AOT binary ignores the limit without a word.</summary>
    [Fact]
    public void The_heap_limit_is_bare_hexadecimal() => Assert.Matches(new Regex("^Environment=DOTNET_GCHeapHardLimit=[0-9A-Fa-f]+$", RegexOptions.Multiline), File.ReadAllText(Unit));

    [Fact]
    public void The_unit_uses_only_groups_that_sysusers_makes()
    {
        var made = Regex.Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "systemd", "smartems.sysusers.conf")), @"^[ug]\s+(\w+)", RegexOptions.Multiline).Select(m => m.Groups[1].Value);
        var used = Regex.Matches(File.ReadAllText(Unit), @"^(?:User|Group|SupplementaryGroups)=(.+)$", RegexOptions.Multiline).SelectMany(m => m.Groups[1].Value.Split(' '));
        Assert.Empty(used.Except(made));
    }

    /// <summary>What systemd complains of; the program itself is not installed where tests run, so a stand-in takes its place.</summary>
    private string Verify(string unit, string name = "smartems.service")
    {
        var (exit, output) = Analyze("verify", "--man=no", Write(unit.Replace("/usr/bin/smartems", "/bin/true", StringComparison.Ordinal), name));
        return exit == 0 ? output.Trim() : $"exit {exit}: {output.Trim()}";
    }

    private (int Exit, string Report) Security(string unit) => Analyze("security", "--offline=true", "--no-pager", $"--threshold={MostExposure}", Write(unit));

    private string Write(string unit, string name = "smartems.service")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, unit);
        return path;
    }

    private static (int Exit, string Output) Analyze(params string[] arguments)
    {
        var start = new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("systemd-analyze did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
