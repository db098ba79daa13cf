using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>One file of the tree: its path from the repository root with forward slashes, its text, and the text with comments and strings blanked.</summary>
internal sealed class SourceFile(string path, string text)
{
    private string? _code;

    public string Path { get; } = path;
    public string Text { get; } = text;

    /// <summary>The text with comments and string contents replaced by spaces; every character keeps its line and column.</summary>
    public string Code => _code ??= Stripping.Strip(Text);

    public bool IsCode => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>For src/Project/Room/Sub/File.cs: "Project".</summary>
    public string Project => Path.Split('/') is [_, var project, _, ..] ? project : "";

    /// <summary>For src/Project/Room/Sub/File.cs: "Room"; empty for a file in the project's root.</summary>
    public string Room => Path.Split('/') is [_, _, var room, _, ..] ? room : "";

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public int LineAt(int offset) => Text.AsSpan(0, offset).Count('\n') + 1;

    public string Place(int offset) => $"{Path}:{LineAt(offset)}";
}

/// <summary>The sources as text: what the tidy rules judge. Rules are functions from a tree to a list of complaints.</summary>
internal sealed class SourceTree(IReadOnlyList<SourceFile> files)
{
    public const string Core = "SmartEms.Edge.Core";
    public const string Adapters = "SmartEms.Edge.Adapters";
    public const string Program = "SmartEms.Edge";

    private static readonly Lazy<SourceTree> Whole = new(() => Load(FindRoot()));

    public IReadOnlyList<SourceFile> Files { get; } = files;

    /// <summary>The code of the product: src/**/*.cs.</summary>
    public IEnumerable<SourceFile> Source => Files.Where(f => f.IsCode && f.Path.StartsWith("src/", StringComparison.Ordinal));

    public IEnumerable<SourceFile> In(string project) => Source.Where(f => f.Project == project);

    public IEnumerable<string> Projects => Source.Select(f => f.Project).Distinct();

    public SourceFile? Find(string path) => Files.FirstOrDefault(f => f.Path == path);

    /// <summary>This repository.</summary>
    public static SourceTree Here => Whole.Value;

    /// <summary>The folder that holds SmartEms.Edge.sln, found by walking up from the test assembly.</summary>
    public static string Root => FindRoot();

    /// <summary>A small tree for a rule's self-test.</summary>
    public static SourceTree Of(params (string Path, string Text)[] files) => new([.. files.Select(f => new SourceFile(f.Path, f.Text))]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "SmartEms.Edge.sln")))
                return folder.FullName;
        throw new InvalidOperationException("SmartEms.Edge.sln is in no folder above " + AppContext.BaseDirectory);
    }

    private static SourceTree Load(string root)
    {
        var files = new List<SourceFile>();
        foreach (var top in new[] { "src", "tests" })
            foreach (var pattern in new[] { "*.cs", "*.csproj" })
                foreach (var path in Directory.EnumerateFiles(Path.Combine(root, top), pattern, SearchOption.AllDirectories))
                    files.Add(Read(root, path));
        foreach (var path in new[] { "Directory.Packages.props", "docs/architecture.md", "docs/decisions/packages.md" })
            if (File.Exists(Path.Combine(root, path)))
                files.Add(Read(root, Path.Combine(root, path)));
        files.RemoveAll(f => f.Path.Contains("/bin/", StringComparison.Ordinal) || f.Path.Contains("/obj/", StringComparison.Ordinal));
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new SourceTree(files);
    }

    private static SourceFile Read(string root, string path) => new(Path.GetRelativePath(root, path).Replace('\\', '/'), File.ReadAllText(path));
}

/// <summary>How a tidy test speaks: one complaint per line.</summary>
internal static class Complaints
{
    public static void AssertNone(IEnumerable<string> complaints)
    {
        var list = complaints.ToList();
        Assert.True(list.Count == 0, Environment.NewLine + string.Join(Environment.NewLine, list));
    }
}
