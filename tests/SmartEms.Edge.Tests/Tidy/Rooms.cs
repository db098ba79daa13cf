using System.Text.RegularExpressions;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>One room leaning on another, and the place that shows it.</summary>
internal readonly record struct Arrow(string From, string To, string Place);

/// <summary>
/// Who uses whom inside a project. A room is a folder; each file in the project's root is a room of its own (its file name).
/// Because namespaces follow folders and project-wide usings are forbidden (both are rules here), a foreign type can be named only behind
/// a using line or with its folder in front; root types alone are visible everywhere, and are found by name.
/// </summary>
internal static partial class Rooms
{
    public static string RoomOf(SourceFile file) => file.Room.Length > 0 ? file.Room : file.Name;

    public static IEnumerable<Arrow> Arrows(SourceTree tree, string project)
    {
        var files = tree.In(project).ToList();
        var rooms = files.Where(f => f.Room.Length > 0).GroupBy(f => f.Room).ToDictionary(g => g.Key, g => g.SelectMany(NamesIn).ToHashSet());
        var rootTypes = files.Where(f => f.Room.Length == 0).SelectMany(RootTypes).DistinctBy(t => t.Name).ToDictionary(t => t.Name);
        return files.SelectMany(f => ByUsing(f, project, rooms).Concat(ByQualifiedName(f, project, rooms)).Concat(ByRootType(f, project, rootTypes)))
            .Where(a => a.From != a.To);
    }

    /// <summary>Namespaces that do not follow the folder, and usings that hide who uses whom.</summary>
    public static IEnumerable<string> Blind(SourceTree tree)
    {
        foreach (var file in tree.Source)
        {
            var expected = string.Join('.', file.Path.Split('/')[1..^1]);
            foreach (Match match in NamespaceLine().Matches(file.Code))
                if (match.Groups["name"].Value != expected)
                    yield return $"{file.Place(match.Index)}: namespace {match.Groups["name"].Value} in the folder of {expected}";
            foreach (Match match in GlobalUsing().Matches(file.Code))
                yield return $"{file.Place(match.Index)}: a project-wide using hides who uses whom; write it in the file";
        }

        foreach (var project in tree.Files.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal) && f.Path.EndsWith(".csproj", StringComparison.Ordinal)))
            if (project.Text.Contains("<Using ", StringComparison.Ordinal))
                yield return $"{project.Path}: a project-wide using hides who uses whom; write it in the file";
    }

    private static IEnumerable<Arrow> ByUsing(SourceFile file, string project, Dictionary<string, HashSet<string>> rooms)
    {
        foreach (Match match in UsingLine().Matches(file.Code))
        {
            var name = match.Groups["name"].Value;
            var rest = name.StartsWith(project + ".", StringComparison.Ordinal) ? name[(project.Length + 1)..] : name;
            var room = rest.Split('.')[0];
            if (rooms.ContainsKey(room))
                yield return new Arrow(RoomOf(file), room, file.Place(match.Index));
        }
    }

    private static IEnumerable<Arrow> ByQualifiedName(SourceFile file, string project, Dictionary<string, HashSet<string>> rooms)
    {
        foreach (Match match in QualifiedName().Matches(file.Code))
        {
            var parts = WithoutPrefix(match.Value, project).Split('.');
            // A property may be called like a room: only a name the room really holds counts.
            if (parts.Length > 1 && rooms.TryGetValue(parts[0], out var names) && names.Contains(parts[1]))
                yield return new Arrow(RoomOf(file), parts[0], file.Place(match.Index));
        }
    }

    private static IEnumerable<Arrow> ByRootType(SourceFile file, string project, Dictionary<string, RootType> rootTypes)
    {
        foreach (Match match in QualifiedName().Matches(file.Code))
        {
            var parts = WithoutPrefix(match.Value, project).Split('.');
            if (rootTypes.TryGetValue(parts[0], out var type) && (type.OnlyThrough is null || (parts.Length > 1 && type.OnlyThrough.Contains(parts[1]))))
                yield return new Arrow(RoomOf(file), type.File, file.Place(match.Index));
        }
    }

    /// <summary>A static class can be used only through a member; its bare name is somebody's property.</summary>
    private readonly record struct RootType(string Name, string File, HashSet<string>? OnlyThrough);

    private static IEnumerable<RootType> RootTypes(SourceFile file)
    {
        var scan = MemberScan.Of(file.Code);
        var members = scan.Members.Select(m => m.Name).ToHashSet();
        return scan.Types.Where(t => t.TopLevel).Select(t => new RootType(t.Name, file.Name, t.IsStatic ? members : null));
    }

    /// <summary>The types a file declares, and the folder inside its room.</summary>
    private static IEnumerable<string> NamesIn(SourceFile file)
    {
        var parts = file.Path.Split('/');
        return MemberScan.Of(file.Code).Types.Select(t => t.Name).Concat(parts.Length > 4 ? [parts[3]] : []);
    }

    /// <summary>For project A.B.C, strips "A.B.C.", "B.C." or "C." from a dotted name.</summary>
    private static string WithoutPrefix(string name, string project)
    {
        var parts = project.Split('.');
        for (var skip = 0; skip < parts.Length; skip++)
        {
            var prefix = string.Join('.', parts[skip..]) + ".";
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return name[prefix.Length..];
        }

        return name;
    }

    /// <summary>The first circle found as "A → B → A", or null.</summary>
    public static string? Circle(IEnumerable<Arrow> arrows)
    {
        var next = arrows.GroupBy(a => a.From).ToDictionary(g => g.Key, g => g.Select(a => a.To).Distinct().Order().ToList());
        var done = new HashSet<string>();
        foreach (var start in next.Keys.Order())
            if (Walk(start, next, [], done) is { } circle)
                return circle;
        return null;
    }

    private static string? Walk(string room, Dictionary<string, List<string>> next, List<string> path, HashSet<string> done)
    {
        if (path.IndexOf(room) is var at && at >= 0)
            return string.Join(" → ", path.Skip(at).Append(room));
        if (done.Contains(room) || !next.TryGetValue(room, out var followers))
            return null;
        path.Add(room);
        foreach (var follower in followers)
            if (Walk(follower, next, path, done) is { } circle)
                return circle;
        path.RemoveAt(path.Count - 1);
        done.Add(room);
        return null;
    }

    [GeneratedRegex(@"^[ \t]*using\s+(static\s+)?(\w+\s*=\s*)?(global::)?(?<name>[A-Za-z_][\w.]*)[^;(]*;", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\bglobal\s+using\b")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"^[ \t]*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    // A dotted name that does not continue a member access; using and namespace lines also match, and do no harm.
    [GeneratedRegex(@"(?<![\w.@])[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")]
    private static partial Regex QualifiedName();
}
