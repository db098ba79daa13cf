using System.Text;
using System.Text.RegularExpressions;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>A member of a type (or a top-level statement): what stands before its body, where it begins and ends, and what it is called.</summary>
internal readonly record struct Member(string Name, int Start, int End, int Parameters, bool IsFunction);

/// <summary>A declared type: its name, and whether it stands outside every other type.</summary>
internal readonly record struct Declared(string Name, int Start, bool TopLevel, bool IsStatic);

/// <summary>Finds types and members in stripped C# by matching brackets; no compiler, so it needs code that compiles.</summary>
internal sealed partial class MemberScan
{
    private static readonly string[] Modifiers =
    [
        "public", "private", "internal", "protected", "static", "async", "override", "virtual", "sealed", "readonly", "unsafe", "partial", "abstract",
        "extern", "new", "required", "ref", "delegate", "file",
    ];

    private readonly string _code;

    private MemberScan(string code) => _code = code;

    public List<Member> Members { get; } = [];
    public List<Declared> Types { get; } = [];

    public static MemberScan Of(string code)
    {
        var scan = new MemberScan(code);
        scan.Body(0, code.Length, 0);
        return scan;
    }

    /// <summary>Walks the members between two offsets; <paramref name="depth"/> counts the types around them.</summary>
    private void Body(int from, int to, int depth)
    {
        var at = from;
        while (at < to)
        {
            if (char.IsWhiteSpace(_code[at]) || _code[at] is ';' or '}') at++;
            else if (_code[at] == '#') at = EndOfLine(at, to);
            else at = One(at, to, depth);
        }
    }

    /// <summary>Reads one member or type and returns the offset behind it.</summary>
    private int One(int from, int to, int depth)
    {
        var start = SkipAttributes(from, to);
        var (header, assigned) = (start, false);
        for (var at = start; at < to; at++)
        {
            var c = _code[at];
            if (c is '(' or '[') at = Matching(at, to);
            else if (c == '=' && !assigned && !IsOperator(start, at)) (assigned, header) = (true, at);
            else if (c == ';') return Close(start, assigned ? header : at, at + 1, depth);
            else if (c == '{' && assigned) at = Matching(at, to);
            else if (c == '{')
            {
                var end = Matching(at, to) + 1;
                if (Block(start, at, end, depth)) return end;
                // A property may go on with an initializer.
                var next = end;
                while (next < to && char.IsWhiteSpace(_code[next])) next++;
                if (next >= to || _code[next] != '=') return Close(start, at, end, depth);
                (assigned, header, at) = (true, at, next);
            }
        }

        return to;
    }

    /// <summary>Enters a type's or namespace's body; false where the braces are a member's body.</summary>
    private bool Block(int start, int brace, int end, int depth)
    {
        var kind = KindOf(start, brace);
        if (kind is null)
            return false;
        if (kind != "namespace")
            Declare(start, brace, depth);
        Body(brace + 1, Math.Min(end - 1, _code.Length), kind == "namespace" ? depth : depth + 1);
        return true;
    }

    private int Close(int start, int header, int end, int depth)
    {
        var kind = KindOf(start, header);
        if (kind is null)
            AddMember(start, header, end);
        else if (kind != "namespace")
            Declare(start, header, depth);
        return end;
    }

    private void Declare(int start, int header, int depth)
    {
        var text = _code[start..header];
        var name = TypeName().Match(Flat(text)).Groups["name"].Value;
        Types.Add(new Declared(name, start, depth == 0, Regex.IsMatch(Flat(text), @"\bstatic\b")));
        if (!Flat(text).Contains("record", StringComparison.Ordinal) && Parameters(text) is { } found)
            Members.Add(new Member(found.Name, start, header, found.Count, true));
    }

    private void AddMember(int start, int header, int end)
    {
        var found = Parameters(_code[start..header]);
        // A field's or property's name is the last word before its value or body.
        var name = found?.Name ?? _code[start..header].Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault("");
        Members.Add(new Member(name, start, end, found?.Count ?? 0, found is not null));
    }

    private string? KindOf(int start, int header)
    {
        var flat = Flat(_code[start..header]);
        var constraint = flat.IndexOf(" where ", StringComparison.Ordinal);
        var match = TypeName().Match(constraint < 0 ? flat : flat[..constraint]);
        return match.Success ? match.Groups["kind"].Value : null;
    }

    /// <summary>Name and number of parameters, where the header has a parameter list; null for fields and properties.</summary>
    private static (string Name, int Count)? Parameters(string header)
    {
        foreach (Match match in NameAndParenthesis().Matches(header))
        {
            if (Modifiers.Contains(match.Groups["name"].Value) || Inside(header, match.Index))
                continue;
            var open = match.Index + match.Length - 1;
            return (match.Groups["name"].Value, CountParameters(header, open));
        }

        return null;
    }

    private static int CountParameters(string header, int open)
    {
        var (depth, commas, any) = (0, 0, false);
        for (var at = open + 1; at < header.Length; at++)
        {
            var c = header[at];
            if (c == ')' && depth == 0) break;
            if (c is '(' or '[' or '{' or '<') depth++;
            if (c is ')' or ']' or '}' || (c == '>' && header[at - 1] != '=')) depth--;
            if (c == ',' && depth == 0) commas++;
            any |= !char.IsWhiteSpace(c);
        }

        return any ? commas + 1 : 0;
    }

    // A name inside another bracket belongs to an attribute, a tuple or a base call.
    private static bool Inside(string header, int offset) => header.AsSpan(0, offset).Count('(') != header.AsSpan(0, offset).Count(')')
        || header.AsSpan(0, offset).Count('[') != header.AsSpan(0, offset).Count(']');

    /// <summary>The header without what stands in its brackets.</summary>
    private static string Flat(string header)
    {
        var (depth, flat) = (0, new StringBuilder());
        foreach (var c in header)
        {
            if (c is ')' or ']') depth--;
            flat.Append(depth > 0 || char.IsWhiteSpace(c) ? ' ' : c);
            if (c is '(' or '[') depth++;
        }

        return flat.ToString();
    }

    private bool IsOperator(int start, int at) => OperatorName().IsMatch(_code[start..at]);

    private int SkipAttributes(int at, int to)
    {
        while (at < to && (_code[at] == '[' || char.IsWhiteSpace(_code[at])))
            at = _code[at] == '[' ? Matching(at, to) + 1 : at + 1;
        return at;
    }

    private int EndOfLine(int at, int to) => _code.IndexOf('\n', at, to - at) is var end && end < 0 ? to : end;

    /// <summary>The offset of the bracket that closes the one at <paramref name="open"/>, or the last offset where none does.</summary>
    private int Matching(int open, int to)
    {
        var depth = 0;
        for (var at = open; at < to; at++)
        {
            if (_code[at] is '(' or '[' or '{') depth++;
            if (_code[at] is ')' or ']' or '}' && --depth == 0) return at;
        }

        return to - 1;
    }

    [GeneratedRegex(@"\b(?<kind>namespace|class|struct|interface|enum|record(\s+struct|\s+class)?|delegate\s+[\w.<>?,\s]+?)\s+(?<name>[A-Za-z_][\w.]*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<name>[A-Za-z_]\w*)\s*(<[^()=;]*>)?\s*\(")]
    private static partial Regex NameAndParenthesis();

    [GeneratedRegex(@"\boperator\s*(checked\s*)?[=!<>+\-*/%&|^~]*$")]
    private static partial Regex OperatorName();
}
