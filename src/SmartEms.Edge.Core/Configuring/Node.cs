using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>A configuration value with its place in the file, free of any file format. An adapter makes it; the binders read it.</summary>
public abstract record Node(Place Place);

/// <summary>A scalar as written; <see cref="Quoted"/> tells "10" from 10.</summary>
public sealed record ScalarNode(Place Place, string Text, bool Quoted) : Node(Place);

/// <summary>An ordered list.</summary>
public sealed record ListNode(Place Place, ImmutableArray<Node> Items) : Node(Place);

/// <summary>Ordered keys and values; duplicate keys are kept so that the binder can name both places.</summary>
public sealed record MapNode(Place Place, ImmutableArray<MapEntry> Entries) : Node(Place)
{
    public Node? Find(string key)
    {
        foreach (var entry in Entries)
            if (entry.Key == key)
                return entry.Value;
        return null;
    }
}

/// <summary>One key of a map with the place of the key itself.</summary>
public readonly record struct MapEntry(string Key, Place KeyPlace, Node Value);

/// <summary>A place in a file, 1-based.</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>How bad a problem is: an error refuses the file, a warning is printed.</summary>
public enum Severity : byte
{
    Warning,
    Error,
}

/// <summary>One thing wrong in a configuration: where, what, and what to do about it. Codes are stable (E101…, W201…).</summary>
public sealed record Problem(Place Place, Severity Severity, string Code, string What, string? Remedy)
{
    public override string ToString() =>
        $"{Place} {(Severity == Severity.Error ? "error" : "warning")} {Code} {What}{(Remedy is null ? "" : $" — {Remedy}")}";
}
