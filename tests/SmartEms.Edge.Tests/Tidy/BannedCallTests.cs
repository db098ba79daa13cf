using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>Time and chance are handed in, Core touches nothing, and the decided path keeps to arithmetic that is the same on every machine.</summary>
public class BannedCallTests
{
    /// <summary>One ban: what must not be written, in which files, and why.</summary>
    private readonly record struct Ban(string Pattern, Func<SourceFile, bool> Where, string Why);

    private static readonly string[] DecidedRooms = ["Forecasting", "Planning", "Proposing", "Safeguarding", "Deciding", "Simulating"];
    private static readonly string[] DecidedFiles = ["Cycle.cs", "Follow.cs"];
    private static readonly string[] MayHoldTheClock = [$"src/{SourceTree.Program}/Composition.cs", $"src/{SourceTree.Program}/Program.cs"];

    private static readonly Ban[] Bans =
    [
        new(@"DateTime\s*\.\s*(Now|UtcNow|Today)\b|DateTimeOffset\s*\.\s*(Now|UtcNow)\b|\bStopwatch\b|Environment\s*\.\s*TickCount|Thread\s*\.\s*Sleep", _ => true,
            "time is a TimeProvider handed in"),
        new(@"TimeProvider\s*\.\s*System\b", f => !MayHoldTheClock.Contains(f.Path), "only the composition picks the clock"),
        new(@"new\s+Random\b|\bRandom\s+\w+\s*=\s*new\b|Random\s*\.\s*Shared|Guid\s*\.\s*(NewGuid|CreateVersion7)|RandomNumberGenerator|\bTask\s*\.\s*(Delay|Run)\b", InCore,
            "Core thinks the same thing twice"),
        new(@"(?<![\w.])(File|Directory|Console|Process|Socket|HttpClient)\s*\.\s*[A-Z]|using\s+System\.(Net|IO)\b|(?<![\w.])Environment\s*\.", InCore, "Core has no I/O"),
        new(@"\b(Math|MathF|double|float|Double|Single)\s*\.\s*(Exp|Log|Pow|Sin|Cos|Tan|Asin|Acos|Atan|Cbrt|Sigmoid|Hypot|RootN)\w*|\bMathF\s*\.", InDecidedPath,
            "replay must give the same bytes on every machine: + − × ÷ √ only"),
        new(@"\bVector(64|128|256|512)?\s*[<.]|\bTensorPrimitives\b|\bFusedMultiplyAdd\b", InDecidedPath, "a sum must not depend on the width of the machine's vectors"),
    ];

    private static bool InCore(SourceFile file) => file.Project == SourceTree.Core;

    private static bool InDecidedPath(SourceFile file) =>
        InCore(file) && (DecidedRooms.Contains(file.Room) || (file.Room.Length == 0 && DecidedFiles.Contains(file.Name)));

    private static IEnumerable<string> Check(SourceTree tree) =>
        from file in tree.Source
        where file.Project is SourceTree.Core or SourceTree.Adapters or SourceTree.Program
        from ban in Bans
        where ban.Where(file)
        from Match match in Regex.Matches(file.Code, ban.Pattern)
        select $"{file.Place(match.Index)}: {match.Value}: {ban.Why}";

    [Fact]
    public void Nothing_banned_is_called() => Complaints.AssertNone(Check(SourceTree.Here));

    [Theory]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "var x = DateTime.UtcNow;")]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "var x = System.DateTimeOffset .Now;")]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "Random x = new();")]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "var x = new Random(3);")]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "var x = $\"{Guid.NewGuid()}\";")]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "var x = File.ReadAllText(y);")]
    [InlineData("SmartEms.Edge.Core/Planning/A.cs", "var x = Math.Exp(1);")]
    [InlineData("SmartEms.Edge.Core/Planning/A.cs", "var x = double.Log2(1);")]
    [InlineData("SmartEms.Edge.Core/Planning/A.cs", "var x = MathF.Sqrt(1);")]
    [InlineData("SmartEms.Edge.Core/Planning/A.cs", "Vector256<float> x;")]
    [InlineData("SmartEms.Edge.Core/Follow.cs", "Vector<float> x;")]
    [InlineData("SmartEms.Edge.Core/Cycle.cs", "var x = Math.Atan2(1, 2);")]
    [InlineData("SmartEms.Edge.Adapters/Modbus/A.cs", "Thread.Sleep(1);")]
    [InlineData("SmartEms.Edge.Adapters/Modbus/A.cs", "var x = Stopwatch.StartNew();")]
    [InlineData("SmartEms.Edge/Daemon.cs", "var x = TimeProvider.System;")]
    public void It_sees_what_is_banned(string path, string code) => Assert.NotEmpty(Check(SourceTree.Of(("src/" + path, code))));

    [Theory]
    [InlineData("SmartEms.Edge.Core/Sensing/A.cs", "// DateTime.Now\nvar x = \"Thread.Sleep\"; var y = place.File.Length; var z = Math.Exp(2);")]
    [InlineData("SmartEms.Edge.Core/Planning/A.cs", "var x = Math.Sqrt(Math.Max(1, 2));")]
    [InlineData("SmartEms.Edge.Adapters/Modbus/A.cs", "await Task.Delay(span, time, stop); var x = Guid.NewGuid();")]
    [InlineData("SmartEms.Edge/Composition.cs", "var x = TimeProvider.System;")]
    public void It_leaves_the_rest_alone(string path, string code) => Assert.Empty(Check(SourceTree.Of(("src/" + path, code))));
}
