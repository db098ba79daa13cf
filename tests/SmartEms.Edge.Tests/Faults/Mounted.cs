using System.Diagnostics;
using System.Runtime.InteropServices;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A test that mounts a file system; skipped, with the reason, where that is not allowed.</summary>
internal sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute(string kind) => Skip = kind == "ext4" ? Mounted.WhyNoExt4.Value : Mounted.WhyNoTmpfs.Value;
}

/// <summary>Mounting for tests: what is allowed here, and an ext4 on a loop device whose power can be cut.</summary>
internal static class Mounted
{
    public static Lazy<string?> WhyNoTmpfs { get; } = new(() => WhyNot("mount -t tmpfs -o size=1m tmpfs \"$1\" && umount \"$1\""));

    public static Lazy<string?> WhyNoExt4 { get; } =
        new(() => WhyNot("truncate -s 8M \"$1/i\" && mkfs.ext4 -q -F \"$1/i\" && mkdir \"$1/m\" && mount -o loop \"$1/i\" \"$1/m\" && umount \"$1/m\""));

    public static void Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}: {errors}");
    }

    private static string? WhyNot(string script)
    {
        using var folder = new StoreFolder();
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", folder.Directory]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"a file system cannot be mounted here: {errors.Trim()}";
    }
}

/// <summary>An ext4 in an image file, mounted in its own directory.</summary>
internal sealed partial class LoopDisk : IDisposable
{
    private const uint Shutdown = 0x8004587D; // EXT4_IOC_SHUTDOWN, linux/ext4.h
    private const uint WithoutLogFlush = 2;

    private readonly StoreFolder folder = StoreFolder.InMemory();
    private readonly string options;

    public LoopDisk(string options)
    {
        this.options = options;
        using (var image = File.Create(Image))
            image.SetLength(64 << 20);
        Mounted.Run("mkfs.ext4", "-q", "-F", Image);
        System.IO.Directory.CreateDirectory(Directory);
        Mount();
    }

    public string Directory => Path.Combine(folder.Directory, "disk");

    private string Image => Path.Combine(folder.Directory, "image");

    /// <summary>From this moment nothing more reaches the medium, neither data nor journal; whoever writes gets EIO.</summary>
    public void CutPower()
    {
        var directory = Open(Directory, 0);
        var flags = WithoutLogFlush;
        var result = Control(directory, Shutdown, ref flags);
        var errno = Marshal.GetLastPInvokeError();
        _ = Close(directory);
        Assert.True(result == 0, $"EXT4_IOC_SHUTDOWN failed with errno {errno}");
    }

    /// <summary>Forgets what memory held of the disk and mounts it again, which replays its journal.</summary>
    public void PowerOn()
    {
        Mounted.Run("umount", Directory);
        Mount();
    }

    public void Dispose()
    {
        Mounted.Run("umount", "-l", Directory);
        folder.Dispose();
    }

    private void Mount() => Mounted.Run("mount", "-o", $"loop,{options}", Image, Directory);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int file, nuint request, ref uint argument);
}
