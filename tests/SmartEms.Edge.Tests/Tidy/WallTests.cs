using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>The walls that no compiler holds: safety knows no policy, a package lives in one place, native code in its bindings, catch-alls at named points.</summary>
public class WallTests
{
    /// <summary>Each package of the product, the namespace it brings, and the only places (folders or files) that may use it.</summary>
    private static readonly (string Package, string Namespace, string[] Places)[] Packages =
    [
        ("YamlDotNet", "YamlDotNet", [$"src/{SourceTree.Adapters}/Yaml/"]),
        ("Npgsql", "Npgsql", ["src/SmartEms.Cloud/Storing/", "src/SmartEms.Cloud/Ingesting/Ingest.cs", "src/SmartEms.Cloud/Program.cs"]), // the last two name its failures
        ("System.CommandLine", "System.CommandLine", [$"src/{SourceTree.Program}/Commands/", $"src/{SourceTree.Program}/Program.cs"]),
    ];

    /// <summary>The folders that bind native code, one per library or kernel interface.</summary>
    private static readonly string[] Bindings =
        [.. new[] { "Sqlite", "Systemd", "Serial", "Gpio", "I2c", "Mqtt", "Sodium", "Kernel" }.Select(f => $"src/{SourceTree.Adapters}/{f}/")];

    private const int BindingLines = 200;

    /// <summary>The isolation points: where one part's crash must not be another's. Each with its reason beside it.</summary>
    private static readonly string[] IsolationPoints =
    [
        "src/SmartEms.Edge.Core/Cycle.cs", // the policy is a guest: whatever it throws becomes silence and a finding
        "src/SmartEms.Edge/Control/LocalServer.cs", // a request that fails is an answer that says so, never the daemon's end
        "src/SmartEms.Edge/Syncing/Uplinker.cs", // whatever a broker sends or the cloud link does wrong, control goes on
        "src/SmartEms.Edge/Syncing/HomeSpeaker.cs", // the same for the broker of the house
        "src/SmartEms.Edge/Resident.cs", // a site file whose parts cannot be put together leaves the one before in force
        "src/SmartEms.Edge/Commands/Root.cs", // the end of the command line: one line of words and exit code 1 instead of a stack
    ];

    private static IEnumerable<string> CheckSafety(SourceTree tree)
    {
        var policy = tree.In(SourceTree.Core).Where(f => f.Room == "Proposing").SelectMany(f => MemberScan.Of(f.Code).Types).Select(t => t.Name).ToHashSet();
        return from file in tree.In(SourceTree.Core)
               where file.Room == "Safeguarding"
               from Match match in Regex.Matches(file.Code, @"[A-Za-z_]\w*")
               where match.Value == "Proposing" || match.Value.Contains("Policy", StringComparison.Ordinal) || policy.Contains(match.Value)
               select $"{file.Place(match.Index)}: safety names {match.Value}";
    }

    private static IEnumerable<string> CheckPackages(SourceTree tree)
    {
        var decided = tree.Find("docs/decisions/packages.md")?.Text ?? "";
        foreach (Match match in Regex.Matches(tree.Find("Directory.Packages.props")?.Text ?? "", "<PackageVersion Include=\"(.+?)\""))
            if (!decided.Contains(match.Groups[1].Value, StringComparison.Ordinal))
                yield return $"{match.Groups[1].Value} is not explained in docs/decisions/packages.md";
        foreach (var project in tree.Files.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal) && f.Path.StartsWith("src/", StringComparison.Ordinal)))
            foreach (Match match in Regex.Matches(project.Text, "<PackageReference Include=\"(.+?)\""))
                if (!Packages.Any(p => p.Package == match.Groups[1].Value))
                    yield return $"{project.Path}: {match.Groups[1].Value} has no place in {nameof(WallTests)}";
                else if (project.Project == SourceTree.Core)
                    yield return $"{project.Path}: Core has no package";
        foreach (var file in tree.Source)
            foreach (var (_, name, places) in Packages)
                if (Regex.Match(file.Code, $@"(?<![\w.]){Regex.Escape(name)}\b") is { Success: true } match && !places.Any(p => file.Path.StartsWith(p, StringComparison.Ordinal)))
                    yield return $"{file.Place(match.Index)}: {name} belongs to {string.Join(", ", places)}";
    }

    private static IEnumerable<string> CheckNative(SourceTree tree)
    {
        foreach (var file in tree.Source)
            if (Regex.Match(file.Code, @"\b(unsafe|LibraryImport|DllImport|NativeLibrary)\b") is { Success: true } match)
            {
                if (!Bindings.Any(b => file.Path.StartsWith(b, StringComparison.Ordinal)))
                    yield return $"{file.Place(match.Index)}: {match.Value} outside the native bindings";
                if (file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1 is var lines && lines > BindingLines)
                    yield return $"{file.Path}: a binding of {lines} lines, at most {BindingLines}";
            }
    }

    private static IEnumerable<string> CheckCatches(SourceTree tree) =>
        from file in tree.Source
        where !IsolationPoints.Contains(file.Path)
        // One that cleans up and throws on has caught nothing.
        // A filter that names the kinds it takes is as narrow as a list of catches.
        from Match match in Regex.Matches(file.Code, @"\bcatch\s*(?:\(\s*(?:System\.)?Exception(?:\s+(?<name>\w+))?\s*\)(?!\s*when\s*\(\s*\k<name>\s+is\s+(?!not\b))|(?:when\b[^{]*)?\{)")
        where !ThrowsOn(file.Code, match.Index)
        select $"{file.Place(match.Index)}: catches everything outside the isolation points";

    private static bool ThrowsOn(string code, int at)
    {
        var open = code.IndexOf('{', at);
        var end = code.IndexOf('}', open);
        return code[open..end].TrimEnd().EndsWith("throw;", StringComparison.Ordinal);
    }

    [Fact]
    public void Safety_has_never_heard_of_the_policy() => Complaints.AssertNone(CheckSafety(SourceTree.Here));

    [Fact]
    public void Each_package_lives_in_one_place() => Complaints.AssertNone(CheckPackages(SourceTree.Here));

    [Fact]
    public void Native_code_stays_in_its_bindings() => Complaints.AssertNone(CheckNative(SourceTree.Here));

    [Fact]
    public void Only_isolation_points_catch_everything() => Complaints.AssertNone(CheckCatches(SourceTree.Here));

    [Theory]
    [InlineData("using SmartEms.Edge.Core.Proposing;")]
    [InlineData("class A { IPolicy? P; }")]
    [InlineData("class A { Wish? P; }")]
    public void It_sees_safety_naming_the_policy(string code) => Assert.Single(CheckSafety(SourceTree.Of(
        ($"src/{SourceTree.Core}/Safeguarding/A.cs", code), ($"src/{SourceTree.Core}/Proposing/Wish.cs", "record Wish;"))));

    [Theory]
    [InlineData("src/SmartEms.Edge/Running/Daemon.cs", "using System.CommandLine;")]
    [InlineData("src/SmartEms.Edge.Adapters/Modbus/A.cs", "class A { YamlDotNet.Parser? P; }")]
    [InlineData("src/SmartEms.Edge/SmartEms.Edge.csproj", "<PackageReference Include=\"Newtonsoft.Json\" />")]
    [InlineData("src/SmartEms.Edge.Core/SmartEms.Edge.Core.csproj", "<PackageReference Include=\"YamlDotNet\" />")]
    [InlineData("Directory.Packages.props", "<PackageVersion Include=\"Newtonsoft.Json\" Version=\"1\" />")]
    public void It_sees_a_package_elsewhere(string path, string text) => Assert.Single(CheckPackages(SourceTree.Of((path, text))));

    [Theory]
    [InlineData("src/SmartEms.Edge.Adapters/Modbus/A.cs", "[LibraryImport(\"c\")]")]
    [InlineData("src/SmartEms.Edge.Core/Sensing/A.cs", "unsafe { }")]
    [InlineData("src/SmartEms.Edge.Adapters/Sqlite/A.cs", "[LibraryImport(\"c\")]\n#LINES")]
    public void It_sees_native_code_elsewhere_or_at_length(string path, string code) =>
        Assert.Single(CheckNative(SourceTree.Of((path, code.Replace("#LINES", string.Concat(Enumerable.Repeat("x\n", 200)), StringComparison.Ordinal)))));

    [Theory]
    [InlineData("try { } catch { }", 1)]
    [InlineData("try { } catch (Exception) { }", 1)]
    [InlineData("try { } catch (System.Exception e) { }", 1)]
    [InlineData("try { } catch (Exception e) when (e is not IOException) { }", 1)]
    [InlineData("try { } catch when (x) { }", 1)]
    [InlineData("try { } catch (Exception e) when (x) { }", 1)]
    [InlineData("try { } catch (Exception e) when (e is IOException or SocketException) { }", 0)]
    [InlineData("try { } catch { x.Dispose(); throw; }", 0)]
    [InlineData("try { } catch (IOException) { } // catch { }", 0)]
    public void It_sees_a_catch_all(string code, int complaints) =>
        Assert.Equal(complaints, CheckCatches(SourceTree.Of(("src/P/A.cs", code))).Count());
}
