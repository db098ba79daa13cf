using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge;

/// <summary>The device profiles: those built into the program, and those of a directory, which go before. Each is read when first asked for.</summary>
internal sealed class ProfileSource
{
    private const string Prefix = "profiles/";
    private const string Suffix = ".yaml";

    private readonly Dictionary<string, string?> files = new(StringComparer.Ordinal); // name → file, or null when built in
    private readonly Dictionary<string, DeviceProfile?> read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> given = new(StringComparer.Ordinal);
    private readonly List<string> used = [];
    private readonly List<Problem> problems = [];

    /// <summary>A missing or unreadable <paramref name="directory"/> is an empty one when it is the usual place; a person who named it is told by the verb.</summary>
    public ProfileSource(string? directory)
    {
        foreach (var resource in CarriedText.Names)
            if (resource.StartsWith(Prefix, StringComparison.Ordinal) && resource.EndsWith(Suffix, StringComparison.Ordinal))
                files[resource[Prefix.Length..^Suffix.Length]] = null;
        if (directory is null || !Directory.Exists(directory))
            return;
        foreach (var file in Directory.EnumerateFiles(directory, $"*{Suffix}"))
            files[Path.GetFileNameWithoutExtension(file)] = file;
    }

    /// <summary>Only these profiles, from texts at hand by their names: a recording is thought again under the profiles of its time.</summary>
    public static ProfileSource Of(IReadOnlyDictionary<string, string> profiles)
    {
        var source = new ProfileSource(null);
        source.files.Clear();
        foreach (var (name, text) in profiles)
            (source.files[name], source.given[name]) = (null, text);
        return source;
    }

    /// <summary>The names and texts of the profiles that have been asked for and are there, in order of names.</summary>
    public IReadOnlyList<(string Name, string Text)> Used
    {
        get
        {
            var all = new List<(string, string)>();
            foreach (var name in used.Order(StringComparer.Ordinal))
                all.Add((name, texts[LabelOf(name, files[name])]));
            return all;
        }
    }

    /// <summary>Every profile's name, in order.</summary>
    public IReadOnlyCollection<string> Names => [.. files.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What was wrong in the profiles asked for so far; each with the name of its file.</summary>
    public ImmutableArray<Problem> Problems => [.. problems];

    /// <summary>The profile of a model; null when there is none of that name, or its file has errors (see <see cref="Problems"/>).</summary>
    public DeviceProfile? Find(string name)
    {
        if (read.TryGetValue(name, out var known))
            return known;
        return read[name] = files.TryGetValue(name, out var file) ? Parse(name, file) : null;
    }

    /// <summary>The text of a profile that has been asked for, by its name; null when it has not been, or is not there.</summary>
    public string? UsedText(string name) => files.TryGetValue(name, out var file) ? texts.GetValueOrDefault(LabelOf(name, file)) : null;

    /// <summary>The text of a profile that has been read, by the file name its problems carry.</summary>
    public string? TextOf(string label) => texts.GetValueOrDefault(label);

    /// <summary>The file a profile comes from, or null when it is built in.</summary>
    public string? FileOf(string name) => files.GetValueOrDefault(name);

    /// <summary>The text of a profile as it stands, with the name its problems carry; null when it cannot be read.</summary>
    public (string Label, string Text)? RawOf(string name)
    {
        var label = LabelOf(name, files[name]);
        return (given.GetValueOrDefault(name) ?? Text(label, files[name])) is { } text ? (label, text) : null;
    }

    private DeviceProfile? Parse(string name, string? file)
    {
        var label = LabelOf(name, file);
        if ((given.GetValueOrDefault(name) ?? Text(label, file)) is not { } text)
            return null;
        texts[label] = text;
        used.Add(name);
        var yaml = YamlReader.Read(text, label);
        problems.AddRange(yaml.Problems);
        if (yaml.Value is not { } root)
            return null;
        var profile = ProfileFile.Read(root, name);
        problems.AddRange(profile.Problems);
        return profile.Value;
    }

    private static string LabelOf(string name, string? file) => file ?? $"{Prefix}{name}{Suffix}";

    private string? Text(string label, string? file)
    {
        try
        {
            return file is null ? CarriedText.Of(label) : File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(new(label, 1, 1), Severity.Error, ProblemCodes.Syntax, "the file cannot be read", failure.Message));
            return null;
        }
    }
}
