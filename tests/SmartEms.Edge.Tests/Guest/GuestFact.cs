using System.Diagnostics;
using Xunit;

namespace SmartEms.Edge.Tests.Guest;

/// <summary>A test in a guest with a kernel of its own; skipped, with the reason, where the guest or its kernel cannot be had.</summary>
internal sealed class GuestFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> WhyNot = new(Ask);

    public GuestFactAttribute() => Skip = WhyNot.Value;

    private static string? Ask()
    {
        foreach (var (program, package) in ((string, string)[])[("/usr/bin/qemu-system-x86_64", "qemu-system-x86"), ("/bin/busybox", "busybox-static"), ("/usr/bin/cpio", "cpio")])
            if (!File.Exists(program))
                return $"no guest here: there is no {program} (apt install {package})";
        using var asked = Process.Start(new ProcessStartInfo("bash", [Story.Beside("kernel.sh"), "can"]) { RedirectStandardError = true })!;
        var errors = asked.StandardError.ReadToEnd().Trim();
        asked.WaitForExit();
        return asked.ExitCode == 0 ? null : $"no kernel for the guest here: {errors}";
    }
}
