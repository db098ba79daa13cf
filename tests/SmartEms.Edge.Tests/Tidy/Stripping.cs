using System.Text;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>Blanks comments, characters and strings of C# text, and keeps the code in the holes of interpolated strings.</summary>
internal static class Stripping
{
    public static string Strip(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var c in text)
            kept.Append(c is '\n' or '\r' ? c : ' ');
        var at = 0;
        Code(text, kept, ref at, closing: 0);
        return kept.ToString();
    }

    /// <summary>Copies code until the end, or until <paramref name="closing"/> braces close the hole it stands in.</summary>
    private static void Code(string text, StringBuilder kept, ref int at, int closing)
    {
        var depth = 0;
        while (at < text.Length)
        {
            if (SkipComment(text, ref at) || SkipCharacter(text, ref at) || SkipString(text, kept, ref at))
                continue;
            var c = text[at];
            if (closing > 0 && c == '}' && depth == 0)
            {
                at += closing;
                return;
            }

            if (c == '{') depth++;
            if (c == '}') depth--;
            kept[at++] = c;
        }
    }

    private static bool SkipComment(string text, ref int at)
    {
        if (Is(text, at, "//") || (text[at] == '#' && LineStartsHere(text, at) && IsProse(text, at)))
            at = IndexOrEnd(text, "\n", at);
        else if (Is(text, at, "/*"))
            at = Math.Min(text.Length, IndexOrEnd(text, "*/", at + 2) + 2);
        else
            return false;
        return true;
    }

    private static bool SkipCharacter(string text, ref int at)
    {
        if (text[at] != '\'')
            return false;
        at++;
        while (at < text.Length && text[at] != '\'')
            at += text[at] == '\\' ? 2 : 1;
        at++;
        return true;
    }

    private static bool SkipString(string text, StringBuilder kept, ref int at)
    {
        var (dollars, start) = (0, at);
        var verbatim = false;
        while (start < text.Length && text[start] is '$' or '@')
        {
            if (text[start] == '$') dollars++;
            else verbatim = true;
            start++;
        }

        if (start >= text.Length || text[start] != '"')
            return false;
        var quotes = CountRun(text, start, '"');
        if (quotes >= 3)
            Raw(text, kept, ref start, (quotes, dollars));
        else
            Plain(text, kept, ref start, (verbatim, dollars > 0));
        at = start;
        return true;
    }

    private static void Plain(string text, StringBuilder kept, ref int at, (bool Verbatim, bool Holes) kind)
    {
        at++;
        while (at < text.Length)
        {
            if (text[at] == '"' && kind.Verbatim && Is(text, at, "\"\"")) at += 2;
            else if (text[at] == '"')
            {
                at++;
                return;
            }
            else if (text[at] == '\\' && !kind.Verbatim) at += 2;
            else if (kind.Holes && text[at] == '{' && Is(text, at, "{{")) at += 2;
            else if (kind.Holes && text[at] == '{')
            {
                at++;
                Code(text, kept, ref at, 1);
            }
            else at++;
        }
    }

    private static void Raw(string text, StringBuilder kept, ref int at, (int Quotes, int Dollars) kind)
    {
        at += kind.Quotes;
        while (at < text.Length)
        {
            if (text[at] == '"' && CountRun(text, at, '"') is var run && run >= kind.Quotes)
            {
                at += run;
                return;
            }

            if (kind.Dollars > 0 && text[at] == '{' && CountRun(text, at, '{') is var braces && braces >= kind.Dollars)
            {
                at += braces;
                Code(text, kept, ref at, kind.Dollars);
            }
            else at++;
        }
    }

    // #region and #error carry prose; #if, #pragma and the like are left as code.
    private static bool IsProse(string text, int at) => Is(text, at, "#region") || Is(text, at, "#endregion") || Is(text, at, "#error") || Is(text, at, "#warning");

    private static bool LineStartsHere(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && text[before] is ' ' or '\t') before--;
        return before < 0 || text[before] == '\n';
    }

    private static bool Is(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static int IndexOrEnd(string text, string what, int from)
    {
        var found = from > text.Length ? -1 : text.IndexOf(what, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found;
    }

    private static int CountRun(string text, int at, char what)
    {
        var count = 0;
        while (at + count < text.Length && text[at + count] == what) count++;
        return count;
    }
}
