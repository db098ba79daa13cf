using System.Globalization;

namespace SmartEms.Edge.Bench;

/// <summary>One measured number beside its target. NaN stands for a number that could not be measured, and never meets a target.</summary>
internal readonly record struct Figure(string Name, double Value, string Unit, double AtMost, double AtLeast = double.NegativeInfinity)
{
    public bool Met => Value <= AtMost && Value >= AtLeast;

    private string Target => double.IsFinite(AtLeast) ? string.Create(CultureInfo.InvariantCulture, $">={AtLeast:0.##}")
        : double.IsFinite(AtMost) ? string.Create(CultureInfo.InvariantCulture, $"<={AtMost:0.##}") : "-";

    /// <summary>Value, unit and target as cells of a table.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Value:0.##} | {Unit} | {Target}{Fault}");

    private string Fault => Met ? "" : double.IsNaN(Value) ? " NOT MEASURED" : " MISSED";

    /// <summary>A number that is told and has no target.</summary>
    public static Figure Told(string name, double value, string unit) => new(name, value, unit, double.PositiveInfinity);

    /// <summary>"name value unit target", with a last word where it falls short.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:0.##} {Unit} {Target}{Fault}");
}

/// <summary>The bench could not run at all: a message for the person who called it.</summary>
internal sealed class BenchException(string message) : Exception(message);
