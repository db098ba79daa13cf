using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Reads one map of a configuration strictly: each value comes back or its problem is noted, and reading goes on either way.</summary>
public sealed class NodeReader
{
    private const int MostListedWords = 10;

    private readonly MapNode map;
    private readonly ProblemList problems;
    private readonly HashSet<string> faulty = new(StringComparer.Ordinal);

    private NodeReader(MapNode map, string path, ProblemList problems)
    {
        this.map = map;
        this.problems = problems;
        Path = path;
    }

    /// <summary>Where in the file's tree this map hangs, as messages show it: "devices[1]".</summary>
    public string Path { get; }

    public Place Place => map.Place;

    public ImmutableArray<MapEntry> Entries => map.Entries;

    /// <summary>A reader when the node is a map; notes keys that are not among <paramref name="keys"/> (null: any key) and keys written twice.</summary>
    public static NodeReader? Of(Node node, string path, IReadOnlyCollection<string>? keys, ProblemList problems)
    {
        if (node is not MapNode map)
        {
            var title = path.Length == 0 ? "the file" : $"{path}:";
            problems.Add(node.Place, ProblemCodes.WrongType, $"{title} must be a map of keys and values, this is {Kind(node)}");
            return null;
        }
        var reader = new NodeReader(map, path, problems);
        reader.CheckKeys(keys);
        return reader;
    }

    public bool Has(string key) => map.Find(key) is not null;

    /// <summary>The path of a key below this map.</summary>
    public string At(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>Where a key's value stands; the map's own place when the key is absent.</summary>
    public Place PlaceOf(string key) => map.Find(key)?.Place ?? map.Place;

    /// <summary>Where a key itself stands; the map's own place when it is absent.</summary>
    public Place KeyPlaceOf(string key)
    {
        foreach (var entry in map.Entries)
            if (entry.Key == key)
                return entry.KeyPlace;
        return map.Place;
    }

    /// <summary>True when an error was noted for a key, so that what follows from its value is not worth saying.</summary>
    public bool IsFaulty(string key) => faulty.Contains(key);

    /// <summary>Notes a problem at a key's value.</summary>
    public void Note(string key, string code, string what, string? remedy = null)
    {
        if (ProblemCodes.SeverityOf(code) == Severity.Error)
            faulty.Add(key);
        problems.Add(PlaceOf(key), code, $"{At(key)}: {what}", remedy);
    }

    /// <summary>The value as it stands; null and perhaps a problem when absent.</summary>
    public Node? Node(string key, bool required = false)
    {
        var node = map.Find(key);
        if (node is null && required)
            Missing(key);
        return node;
    }

    /// <summary>Any scalar as text.</summary>
    public string? Text(string key, bool required = false) => Scalar(key, required)?.Text;

    /// <summary>A finite number within a range.</summary>
    public double? Number(string key, Allowed allowed, bool required = false, string? remedy = null)
    {
        if (Scalar(key, required) is not { } scalar)
            return null;
        if (Scalars.Number(scalar, out var complaint) is not { } value)
        {
            Note(key, ProblemCodes.WrongType, complaint.What, complaint.Remedy);
            return null;
        }
        if (allowed.Holds(value))
            return value;
        Note(key, ProblemCodes.OutOfRange, allowed.Complain(value), remedy);
        return null;
    }

    /// <summary>A whole number within a range that fits an int.</summary>
    public int? Whole(string key, Allowed allowed, bool required = false, string? remedy = null)
    {
        if (Number(key, allowed, required, remedy) is not { } value)
            return null;
        if (value == Math.Floor(value))
            return (int)value;
        Note(key, ProblemCodes.WrongType, $"{Allowed.Text(value)} is not a whole number");
        return null;
    }

    /// <summary>true or false.</summary>
    public bool? Flag(string key, bool required = false)
    {
        if (Scalar(key, required) is not { } scalar)
            return null;
        if (Scalars.Flag(scalar, out var complaint) is { } value)
            return value;
        Note(key, ProblemCodes.WrongType, complaint.What, complaint.Remedy);
        return null;
    }

    /// <summary>One of a few words.</summary>
    public T? Word<T>(string key, ImmutableArray<(string Word, T Value)> words, bool required = false) where T : struct
    {
        if (Text(key, required) is not { } text)
            return null;
        foreach (var (word, value) in words)
            if (word == text)
                return value;
        var known = ProfileWords.All(words);
        if (known.Length > MostListedWords)
            Note(key, ProblemCodes.UnknownWord, $"{Scalars.Shown(text)} is not a known {key}", Spelling.Suggest(text, known));
        else
            Note(key, ProblemCodes.UnknownWord, $"{Scalars.Shown(text)} is not one of {string.Join(", ", known)}",
                Spelling.Nearest(text, known) is { } near ? $"did you mean {near}?" : null);
        return null;
    }

    /// <summary>A name made of lower-case letters, digits and one kind of joint ('-' or '_'), 1 to <paramref name="most"/> characters.</summary>
    public string? Name(string key, string joints, int most, bool required = true)
    {
        if (Text(key, required) is not { } text)
            return null;
        if (text.Length >= 1 && text.Length <= most && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || joints.Contains(letter)))
            return text;
        Note(key, ProblemCodes.BadName, $"{Scalars.Shown(text)} is not usable as a name",
            $"1–{most} of a–z, 0–9 and {string.Join(" or ", Array.ConvertAll(joints.ToCharArray(), joint => $"'{joint}'"))}");
        return null;
    }

    /// <summary>A map below this one.</summary>
    public NodeReader? Map(string key, IReadOnlyCollection<string>? keys, bool required = false) =>
        Node(key, required) is { } node ? Of(node, At(key), keys, problems) : null;

    /// <summary>The items of a list; empty and perhaps a problem when absent.</summary>
    public ImmutableArray<Node> List(string key, int most, bool required = false)
    {
        if (Node(key, required) is not { } node)
            return [];
        if (node is not ListNode list)
        {
            Note(key, ProblemCodes.WrongType, $"must be a list, this is {Kind(node)}", "start each item with '- ', or remove the key");
            return [];
        }
        if (list.Items.Length <= most)
            return list.Items;
        Note(key, ProblemCodes.TooLarge, $"{list.Items.Length} items, at most {most} are read");
        return [];
    }

    /// <summary>The maps in a list, each with its own reader; items of another kind are noted and left out.</summary>
    public ImmutableArray<NodeReader> Maps(string key, int most, IReadOnlyCollection<string> keys, bool required = false)
    {
        var readers = ImmutableArray.CreateBuilder<NodeReader>();
        var items = List(key, most, required);
        for (var i = 0; i < items.Length; i++)
            if (Of(items[i], $"{At(key)}[{i}]", keys, problems) is { } reader)
                readers.Add(reader);
        return readers.ToImmutable();
    }

    /// <summary>Notes that a needed key is absent.</summary>
    public void Missing(string key, string? remedy = null) =>
        problems.Add(map.Place, ProblemCodes.MissingKey, $"{At(key)} is missing", remedy);

    private ScalarNode? Scalar(string key, bool required)
    {
        if (Node(key, required) is not { } node)
            return null;
        if (node is not ScalarNode scalar)
        {
            Note(key, ProblemCodes.WrongType, $"must be a single value, this is {Kind(node)}");
            return null;
        }
        if (!Scalars.IsEmpty(scalar))
            return scalar;
        problems.Add(KeyPlaceOf(key), ProblemCodes.WrongType, $"{At(key)} has no value", required ? null : "give one or remove the key");
        return null;
    }

    private void CheckKeys(IReadOnlyCollection<string>? keys)
    {
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (!first.TryAdd(entry.Key, entry.KeyPlace))
                problems.Add(entry.KeyPlace, ProblemCodes.DuplicateKey,
                    $"{At(Scalars.Shown(entry.Key))} is written twice, first at line {first[entry.Key].Line} column {first[entry.Key].Column}", "keep one of them");
            else if (keys is not null && !problems.IsFull && !keys.Contains(entry.Key))
                problems.Add(entry.KeyPlace, ProblemCodes.UnknownKey, $"{At(Scalars.Shown(entry.Key))} is not a known key",
                    entry.Key.All(char.IsAsciiDigit) && entry.Key.Length > 0 ? "a decimal takes a point, not a comma" : Spelling.Suggest(entry.Key, keys, "known here"));
        }
    }

    private static string Kind(Node node) => node switch
    {
        MapNode => "a map",
        ListNode => "a list",
        ScalarNode scalar when Scalars.IsEmpty(scalar) => "empty",
        ScalarNode scalar => $"the value {Scalars.Shown(scalar.Text)}",
        _ => "something else",
    };
}
