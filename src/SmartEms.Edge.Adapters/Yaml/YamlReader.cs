using System.Collections.Immutable;
using System.Text;
using SmartEms.Edge.Core.Configuring;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SmartEms.Edge.Adapters.Yaml;

/// <summary>Turns YAML text into <see cref="Node"/>s with places, in the small subset a configuration needs: maps, lists and scalars of one document.
/// Anchors, aliases, tags, directives and further documents are refused; duplicate keys are kept for the binder to name.</summary>
public sealed class YamlReader
{
    /// <summary>Longest text, in UTF-8 bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Deepest nesting of maps and lists.</summary>
    public const int MaxDepth = 32;

    private readonly string file;
    private readonly IParser parser;

    private YamlReader(string file, IParser parser)
    {
        this.file = file;
        this.parser = parser;
    }

    /// <summary>Reads one document. <paramref name="file"/> only labels the places. Never throws for what the text holds.</summary>
    public static Checked<Node> Read(string text, string file)
    {
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return Refuse(new Place(file, 1, 1), ProblemCodes.TooLarge, $"the file is larger than {MaxBytes / 1024} KiB", "a configuration is a few pages; is this the right file?");
        if (Unprintable(text, file) is { } unprintable)
            return unprintable;
        try
        {
            return new(new YamlReader(file, new Parser(new StringReader(text))).Document(), []);
        }
        catch (Refusal refusal)
        {
            return new(null, [refusal.Problem]);
        }
        catch (YamlException wrong)
        {
            return new(null, [Syntax(text, file, wrong)]);
        }
    }

    private Node Document()
    {
        Next<StreamStart>();
        if (parser.Current is StreamEnd)
            throw Refused(new Place(file, 1, 1), ProblemCodes.Syntax, "the file is empty", null);
        var start = Next<DocumentStart>();
        if (start.Version is not null)
            throw Refused(At(start.Start), ProblemCodes.YamlFeature, "directives (%YAML) are not read here", "remove the line");
        var root = ReadValue(1);
        Next<DocumentEnd>();
        if (parser.Current is not StreamEnd)
            throw Refused(At(parser.Current!.Start), ProblemCodes.YamlFeature, "a second document begins here", "one document per file: remove '---' and what follows");
        return root;
    }

    private Node ReadValue(int depth)
    {
        var current = parser.Current!;
        if (current is AnchorAlias alias)
            throw Refused(At(alias.Start), ProblemCodes.YamlFeature, $"the alias *{alias.Value} is not read here", "write the value out");
        if (current is NodeEvent node)
            RefuseExtras(node);
        if (depth > MaxDepth)
            throw Refused(At(current.Start), ProblemCodes.TooLarge, $"nested deeper than {MaxDepth} levels", null);
        return current switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadList(depth),
            MappingStart => ReadMap(depth),
            _ => throw Refused(At(current.Start), ProblemCodes.Syntax, "a value is expected here", null),
        };
    }

    private ScalarNode ReadScalar()
    {
        var scalar = Next<Scalar>();
        return new(At(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain);
    }

    private ListNode ReadList(int depth)
    {
        var start = Next<SequenceStart>();
        var items = ImmutableArray.CreateBuilder<Node>();
        while (parser.Current is not SequenceEnd)
            items.Add(ReadValue(depth + 1));
        Next<SequenceEnd>();
        return new(At(start.Start), items.ToImmutable());
    }

    private MapNode ReadMap(int depth)
    {
        var start = Next<MappingStart>();
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        while (parser.Current is not MappingEnd)
        {
            if (ReadValue(depth + 1) is not ScalarNode key)
                throw Refused(At(start.Start), ProblemCodes.YamlFeature, "a key must be a plain word, this one is a list or a map", null);
            entries.Add(new(key.Text, key.Place, ReadValue(depth + 1)));
        }
        Next<MappingEnd>();
        return new(At(start.Start), entries.ToImmutable());
    }

    private void RefuseExtras(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            throw Refused(At(node.Start), ProblemCodes.YamlFeature, $"the anchor &{node.Anchor.Value} is not read here", "write the value out where it is needed");
        if (!node.Tag.IsEmpty)
            throw Refused(At(node.Start), ProblemCodes.YamlFeature, $"the tag {node.Tag.Value} is not read here", "remove it");
    }

    /// <summary>Takes the current event and moves on; comments are never emitted by the parser.</summary>
    private T Next<T>() where T : ParsingEvent
    {
        if (parser.Current is null && !Advance())
            throw Refused(new Place(file, 1, 1), ProblemCodes.Syntax, "the file is empty", null);
        if (parser.Current is not T wanted)
            throw Refused(At(parser.Current!.Start), ProblemCodes.Syntax, "this does not belong here", null);
        Advance();
        return wanted;
    }

    // For some broken flow lists the scanner of YamlDotNet 16.3 throws this instead of its own exception.
    private bool Advance()
    {
        try
        {
            return parser.MoveNext();
        }
        catch (InvalidOperationException)
        {
            var place = parser.Current is { } last ? At(last.End) : new Place(file, 1, 1);
            throw Refused(place, ProblemCodes.Syntax, "not valid YAML after this: perhaps a bracket, brace or quote is not closed", "close it, or quote the text");
        }
    }

    private Place At(Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    // YamlDotNet takes a NUL for the end of the text: what follows would be lost without a word.
    private static Checked<Node>? Unprintable(string text, string file)
    {
        var line = 1;
        var lineStart = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                (line, lineStart) = (line + 1, i + 1);
            else if ((char.IsControl(text[i]) && text[i] is not ('\t' or '\r' or '\u0085')) || IsLoneSurrogate(text, i))
                return Refuse(new Place(file, line, i - lineStart + 1), ProblemCodes.Syntax, $"character U+{(int)text[i]:X4} does not belong in a text file", "remove it, or save the file as UTF-8 text");
        }
        return null;
    }

    private static bool IsLoneSurrogate(string text, int i) =>
        (char.IsHighSurrogate(text[i]) && !(i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])))
        || (char.IsLowSurrogate(text[i]) && !(i > 0 && char.IsHighSurrogate(text[i - 1])));

    private static Problem Syntax(string text, string file, YamlException wrong)
    {
        var place = new Place(file, (int)Math.Max(1, wrong.Start.Line), (int)Math.Max(1, wrong.Start.Column));
        var isTab = wrong.Message.Contains("tab", StringComparison.Ordinal);
        if (IndentingTab(text, place.Line, isTab ? int.MaxValue : (int)wrong.End.Line + 1) is { } tab)
            return new(new Place(file, tab.Line, tab.Column), Severity.Error, ProblemCodes.Syntax, "a tab stands where YAML wants spaces", "indent with spaces only");
        return new(place, Severity.Error, ProblemCodes.Syntax, $"not valid YAML: {Told(wrong.Message)}",
            "look at the indentation, the colons (a space after each), quotes and brackets of this line and the one above");
    }

    // The parser reports a tab where the block around it began, perhaps many lines above.
    private static (int Line, int Column)? IndentingTab(string text, int from, int to)
    {
        var lines = text.Split('\n');
        for (var number = from; number <= to && number <= lines.Length; number++)
        {
            var tab = lines[number - 1].IndexOf('\t');
            if (tab >= 0 && string.IsNullOrWhiteSpace(lines[number - 1][..tab]))
                return (number, tab + 1);
        }
        return null;
    }

    // The parser's sentence without its own "(Line: 1, Col: 2, Idx: 3) - (…): " in front.
    private static string Told(string message)
    {
        var end = message.LastIndexOf("): ", StringComparison.Ordinal);
        var told = end < 0 ? message : message[(end + 3)..];
        return Scalars.Sentence(told);
    }

    private static Checked<Node> Refuse(Place place, string code, string what, string? remedy) =>
        new(null, [new Problem(place, Severity.Error, code, what, remedy)]);

    private static Refusal Refused(Place place, string code, string what, string? remedy) =>
        new(new Problem(place, Severity.Error, code, what, remedy));

    /// <summary>Leaves the recursive descent with its one problem; never leaves this class.</summary>
    private sealed class Refusal(Problem problem) : Exception(problem.What)
    {
        public Problem Problem { get; } = problem;
    }
}
