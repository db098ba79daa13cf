using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>One measured number beside its target. NaN stands for a number that could not be measured, and never meets a target.</summary>
internal readonly record struct Figure(string Name, double Value, string Unit, double AtMost)
{
    /// <summary>The target is the least that will do, not the most.</summary>
    public bool IsLeast { get; init; }

    public bool Met => IsLeast ? Value >= AtMost : Value <= AtMost;

    /// <summary>"name value unit target", with a last word where it falls short.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:0.##} {Unit} {(IsLeast ? '>' : '<')}={AtMost:0.##}{(Met ? "" : double.IsNaN(Value) ? " NOT MEASURED" : " MISSED")}");
}

/// <summary>The bench could not run at all: a message for the person who called it.</summary>
internal sealed class BenchException(string message) : Exception(message);
