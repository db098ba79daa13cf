using System.Text;

namespace SmartEms.Edge.Commands;

/// <summary>How a stream wants to be written to.</summary>
internal sealed record ScreenTraits
{
    /// <summary>The text of a pipe is never folded: whoever reads it may cut it himself.</summary>
    public const int Endless = int.MaxValue;

    public bool IsTerminal { get; init; }
    public bool Colour { get; init; }

    /// <summary>Whether glyphs beyond ASCII will be seen as they are.</summary>
    public bool Unicode { get; init; } = true;

    /// <summary>Columns.</summary>
    public int Width { get; init; } = Endless;

    /// <summary>Decides from what the process was given: colour only on a terminal and unless NO_COLOR (no-color.org) or TERM=dumb forbid it.</summary>
    public static ScreenTraits Of(bool isTerminal, int width, Func<string, string?> environment)
    {
        var locale = First(environment("LC_ALL"), environment("LC_CTYPE"), environment("LANG"));
        var dumb = environment("TERM") is null or "" or "dumb";
        return new()
        {
            IsTerminal = isTerminal && !dumb,
            Colour = isTerminal && !dumb && string.IsNullOrEmpty(environment("NO_COLOR")),
            Unicode = locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase),
            Width = int.TryParse(environment("COLUMNS"), out var columns) && columns >= 20 ? columns : !isTerminal ? Endless : width >= 20 ? width : 80,
        };
    }

    private static string First(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            if (!string.IsNullOrEmpty(value))
                return value;
        return "";
    }
}

/// <summary>Where a verb writes: data to <paramref name="output"/>, everything else to <paramref name="error"/>; and the clock it reads.</summary>
internal sealed class Screen(TextWriter output, TextWriter error, ScreenTraits traits, TimeProvider time)
{
    public TextWriter Out => output;
    public TextWriter Error => error;
    public ScreenTraits Traits => traits;
    public TimeProvider Time => time;

    /// <summary>Whether the error stream is a terminal; the traits are those of the output.</summary>
    public bool TalksToTerminal { get; init; }

    public Page NewPage() => new(traits);

    public void Show(Page page) => output.Write(page.ToString());

    /// <summary>One JSON object on one line.</summary>
    public void Json(ReadOnlySpan<byte> utf8) => output.WriteLine(Encoding.UTF8.GetString(utf8));

    /// <summary>A remark, on standard error.</summary>
    public void Say(string words) => error.WriteLine(Glyphs.For(traits, words));
}

/// <summary>Our few glyphs and what stands for them where only ASCII is sure.</summary>
internal static class Glyphs
{
    private static readonly Dictionary<char, string> Plain = new()
    {
        ['−'] = "-", ['–'] = "-", ['—'] = "-", ['→'] = "->", ['●'] = "*", ['█'] = "#", ['░'] = ".", ['▕'] = "[", ['▏'] = "]", ['·'] = "|",
        ['…'] = "..", ['°'] = "deg ", ['≤'] = "<=", ['≥'] = ">=", ['±'] = "+-", ['×'] = "x", ['Ø'] = "avg", ['“'] = "\"", ['”'] = "\"", ['’'] = "'",
    };

    public static string For(ScreenTraits traits, string text)
    {
        if (traits.Unicode || System.Text.Ascii.IsValid(text))
            return text;
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text)
            plain.Append(letter < 128 ? letter.ToString() : Plain.GetValueOrDefault(letter, "?"));
        return plain.ToString();
    }
}
