using System.Runtime.CompilerServices;
using Xunit;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>What people read, screen by screen; and what scripts read when something is wrong.</summary>
public class ScreenGoldenTests
{
    public static TheoryData<string> Files => Golden.Files("Golden");

    [Theory]
    [MemberData(nameof(Files))]
    public void The_screen_reads(string name) => Golden.Check("Golden", name, given => Shell.TellAsync(given, Sites()).GetAwaiter().GetResult());

    private static string Sites([CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, "Sites");
}
