using System.Diagnostics;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Guest;

/// <summary>The native binary on a real Linux kernel with simulated hardware (gpio-sim, i2c-stub), in QEMU without any acceleration.</summary>
[Collection(EndToEndCollection.Name)]
public class GuestTests(ITestOutputHelper log)
{
    /// <summary>The guest has no network: its meter is never reached, and what is wired to the machine must work all the same. No pull is asked for,
    /// because gpio-sim takes that for what drives the line.</summary>
    private const string Site = """
        version: 1
        site: {id: guest}
        pcc: {meter: meter1, import_max_w: 15000, export_max_w: 5000, fuse_a: 25}
        devices:
          - {name: meter1, profile: eastron-sdm630, connect: "tcp://127.0.0.1:502"}
        contacts:
          - {name: stop, role: emergency_stop, chip: house, line: estop, pull: none, closed_level: low}
          - {name: heatpump, role: pulse_meter, chip: house, line: meter, pull: none, closed_level: low, pulses_per_kwh: 1000, debounce_ms: 10}
        relays:
          - {name: permit, chip: house, line: relay}
        sensors:
          - {name: cabinet, kind: lm75, bus: i2c-0, address: 0x48}

        """;

    private static readonly TimeSpan BuildGuard = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan BootGuard = TimeSpan.FromMinutes(10);

    [GuestFact]
    public async Task The_kernel_tells_the_story()
    {
        var built = await Bundle.RunAsync(Bundle.Prepare("bash", [Story.Beside("kernel.sh")]), BuildGuard);
        Assert.True(built.Exit == 0, $"{built}");
        var kernel = built.Out.Trim();
        log.WriteLine($"kernel {kernel}, built in {await File.ReadAllTextAsync(Path.Combine(kernel, "build-seconds"))} s");
        using var scratch = new Scratch();
        await PackAsync(scratch, kernel);
        var began = Stopwatch.GetTimestamp();
        var ran = await Bundle.RunAsync(Bundle.Prepare("qemu-system-x86_64", ["-accel", "tcg", "-cpu", "max", "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-kernel", Path.Combine(kernel, "bzImage"), "-initrd", scratch.Of("initrd"), "-append", "console=ttyS0 quiet panic=-1"]), BootGuard);
        log.WriteLine($"the guest lived {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s\n{ran}");
        var (begin, end) = (ran.Out.IndexOf("story begins", StringComparison.Ordinal), ran.Out.IndexOf("story ends", StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, $"the story was not told to its end:\n{ran}");
        var told = Story.WithoutTimes(ran.Out[begin..end]);
        Assert.Equal(Story.Expected, told[(told.IndexOf('\n') + 1)..]);
        TheDaemonLived(ran.Out[end..].ReplaceLineEndings("\n"));
    }

    /// <summary>The relay follows the stop by edges alone, falls at an orderly end and by a release after a kill; pulses of all three lives are in the store.</summary>
    private static void TheDaemonLived(string told)
    {
        Assert.Contains("\nF210 the emergency stop stop is pressed\n", told, StringComparison.Ordinal);
        foreach (var line in (string[])["runs: pin 3 1", "orderly end 0: pin 3 0", "pressed: pin 3 0", "button released: pin 3 0", "after a kill: permit  released\npin 3 0"])
            Assert.Contains($"\n{line}\n", told, StringComparison.Ordinal);
        Assert.DoesNotContain("never", told, StringComparison.Ordinal);
        var stored = told.Split('\n').Where(line => line.StartsWith("stored: ", StringComparison.Ordinal)).ToList();
        Assert.Contains(stored, line => line.Contains("-10.5", StringComparison.Ordinal) && line.Contains(" 5", StringComparison.Ordinal));
    }

    /// <summary>Everything the guest has: busybox, the bundle with what the loader wants, the stub's module, and the story.</summary>
    private static async Task PackAsync(Scratch scratch, string kernel)
    {
        scratch.Write("story", Story.AsShell());
        scratch.Write("site.yaml", Site);
        const string script = """
            set -euo pipefail
            root=$1/root bundle=$2 kernel=$3
            mkdir -p $root/bin $root/proc $root/sys $root/dev $root/tmp $root/smartems
            cp /bin/busybox $root/bin/
            cp -r $bundle/smartems $bundle/lib $root/smartems/
            # libssl is loaded when it is needed, so that ldd does not name it.
            { ldd $bundle/smartems; ldconfig -p | grep -E 'lib(ssl|crypto)\.so\.3 .*x86-64'; } | grep -o '/[^ ]*' | while read -r library; do mkdir -p $root${library%/*}; cp -L $library $root$library; done
            cp $kernel/i2c-stub.ko $1/story $1/site.yaml $root/
            install -m 755 $4 $root/init
            cd $root
            find . | cpio --quiet -o -H newc | gzip -1 >$1/initrd
            """;
        var packed = await Bundle.RunAsync(Bundle.Prepare("bash", ["-c", script, "pack", scratch.Of(""), Bundle.Directory, kernel, Story.Beside("init")]), Bundle.Guard * 10);
        Assert.True(packed.Exit == 0, $"{packed}");
    }
}
