using System.Runtime.CompilerServices;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A program on libmodbus, compiled from a C file that lies beside the tests.</summary>
internal static class LibmodbusProgram
{
    /// <summary>The path of the program; a missing library fails the test and names the Debian package.</summary>
    public static async Task<string> BuildAsync(string source, DirectoryInfo into, [CallerFilePath] string caller = "")
    {
        (int found, string flags) = await Tool.RunAsync("pkg-config", "pkg-config", "--cflags", "--libs", "libmodbus");
        Assert.True(found == 0, $"libmodbus cannot be compiled against: install the Debian package libmodbus-dev ({flags.Trim()})");
        string program = Path.Combine(into.FullName, Path.GetFileNameWithoutExtension(source));
        string file = Path.Combine(Path.GetDirectoryName(caller)!, source);
        (int built, string messages) = await Tool.RunAsync("gcc", "gcc", ["-Wall", "-O1", "-o", program, file, .. flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(built == 0, messages);
        return program;
    }
}
