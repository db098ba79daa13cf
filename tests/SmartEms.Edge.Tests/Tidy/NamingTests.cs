using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>Folders are what we do and stand in the architecture; nothing is called after what it is made of; the top of the repository is a short list.</summary>
public class NamingTests
{
    private static readonly string[] TopLevel =
    [
        "src", "tests", "hw", "systemd", "docs", ".ci", "SmartEms.Edge.sln", "publish.sh", "dev", "README.md", "CHANGELOG.md", "LICENSE",
        "Directory.Build.props", "Directory.Packages.props", ".editorconfig", ".gitignore", "global.json",
    ];

    /// <summary>What git and editors put there and nobody commits.</summary>
    private static readonly string[] NotOurs = [".git", "artifacts", ".vs", ".vscode", ".idea"];

    private static IEnumerable<string> CheckWords(SourceTree tree)
    {
        var empty = new Regex("(Utils?|Helpers?|Services|Models|Managers?|Interfaces)$");
        foreach (var file in tree.Files.Where(f => f.IsCode))
        {
            foreach (var part in file.Path[..^3].Split('/').Where(p => empty.IsMatch(p)))
                yield return $"{file.Path}: {part} says nothing about what it does";
            foreach (var type in MemberScan.Of(file.Code).Types.Where(t => empty.IsMatch(t.Name)))
                yield return $"{file.Place(type.Start)}: {type.Name} says nothing about what it does";
        }
    }

    private static IEnumerable<string> CheckArchitecture(SourceTree tree)
    {
        var text = tree.Find("docs/architecture.md")?.Text ?? "";
        foreach (var (project, room) in tree.Source.Where(f => f.Room.Length > 0).Select(f => (f.Project, f.Room)).Distinct())
            if (!Regex.IsMatch(text, $@"\b{Regex.Escape(room)}/"))
                yield return $"src/{project}/{room}/ is not in docs/architecture.md";
        foreach (var project in tree.Projects)
            if (!text.Contains($"src/{project}`", StringComparison.Ordinal))
                yield return $"src/{project} is not in docs/architecture.md";
    }

    private static IEnumerable<string> CheckTop(IEnumerable<string> entries) =>
        entries.Except(TopLevel).Except(NotOurs).Select(e => $"{e}: the top of the repository holds {string.Join(' ', TopLevel)}");

    [Fact]
    public void Names_say_what_things_do() => Complaints.AssertNone(CheckWords(SourceTree.Here));

    [Fact]
    public void Every_folder_is_in_the_architecture() => Complaints.AssertNone(CheckArchitecture(SourceTree.Here));

    [Fact]
    public void The_top_is_a_short_list() => Complaints.AssertNone(CheckTop(new DirectoryInfo(SourceTree.Root).EnumerateFileSystemInfos().Select(e => e.Name)));

    [Theory]
    [InlineData("src/P/Helpers/A.cs", "class A { }")]
    [InlineData("src/P/Room/A.cs", "class DeviceManager { }")]
    [InlineData("tests/P/StringUtils.cs", "class A { }")]
    public void It_sees_an_empty_word(string path, string code) => Assert.Single(CheckWords(SourceTree.Of((path, code))));

    [Fact]
    public void It_sees_a_folder_without_a_line() => Assert.Equal(["src/P/Room/ is not in docs/architecture.md"],
        CheckArchitecture(SourceTree.Of(("src/P/Room/A.cs", "class A { }"), ("docs/architecture.md", "`src/P` BedRoom/ Room"))));

    [Fact]
    public void It_sees_a_stranger_at_the_top() => Assert.Single(CheckTop(["src", "scripts", ".git"]));
}
