using System.Text;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>Registers in the form of hw/captures: <c>unit space address: hex words # comment</c>. A capture made at a site is where a new device begins.</summary>
internal sealed class CaptureText
{
    private const int WordsPerLine = 16;
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    public CaptureText Comment(string words)
    {
        text.Append("# ").Append(words.ReplaceLineEndings(" ")).Append('\n');
        return this;
    }

    /// <summary>One line.</summary>
    public CaptureText Line(byte unit, RegisterSpace space, int address, ReadOnlySpan<ushort> words, string comment = "")
    {
        text.Append($"{unit} {Spaces.Name(space)} {address}:");
        foreach (var word in words)
            text.Append($" {word:X4}");
        text.Append(comment.Length == 0 ? "" : $"  # {comment}").Append('\n');
        return this;
    }

    /// <summary>Runs as they were found; what was refused becomes a comment.</summary>
    public CaptureText Runs(byte unit, IReadOnlyList<RegisterRun> runs)
    {
        foreach (var run in runs)
        {
            if (!run.Reply.IsOk)
            {
                Comment($"{Spaces.Name(run.Space)} {(run.First == run.Last ? $"{run.First}" : $"{run.First}–{run.Last}")}: {(run.Reply.Status == BusStatus.Exception ? $"exception {run.Reply.ExceptionCode}, {WireTarget.Meaning(run.Reply.ExceptionCode)}" : "no answer")}");
                continue;
            }
            for (var i = 0; i < run.Words.Length; i += WordsPerLine)
                Line(unit, run.Space, run.First + i, run.Words.AsSpan(i, Math.Min(WordsPerLine, run.Words.Length - i)));
        }
        return this;
    }
}
