using System.Collections.Immutable;
using SmartEms.Edge.Core.Configuring;

namespace SmartEms.Edge;

/// <summary>A verb cannot do what was asked: what is wrong is the message, and the rest says how it ends and what to do next.</summary>
internal sealed class Refusal(int exit, string code, string message, string hint) : Exception(message)
{
    /// <summary>One of <see cref="Edge.Exit"/>.</summary>
    public int Exit => exit;

    /// <summary>A stable word for scripts.</summary>
    public string Code => code;

    /// <summary>The next step in words; empty when there is none.</summary>
    public string Hint => hint;

    /// <summary>Of a site file that was refused, each with its place; empty for every other refusal.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];
}
