using System.Globalization;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>The range a number must lie in, ends included, with its unit; <see cref="Noun"/> replaces the plain "is outside" where a thing has a name.</summary>
public readonly record struct Allowed(double Min, double Max, string Unit = "", string? Noun = null)
{
    public static Allowed Any { get; } = new(double.MinValue, double.MaxValue);
    public static Allowed ModbusUnit { get; } = new(0, 255, "", "a Modbus unit");
    public static Allowed SerialUnit { get; } = new(1, 247, "", "a unit of a serial line");
    public static Allowed TcpPort { get; } = new(1, 65_535, "", "a TCP port");
    public static Allowed RegisterAddress { get; } = new(0, 65_535, "", "a register address");

    public bool Holds(double value) => value >= Min && value <= Max;

    /// <summary>"300 is not a Modbus unit (0–255)", "9 A is outside 6–80 A", "-1 W is below 0 W", "40 A is above 32 A".</summary>
    public string Complain(double value)
    {
        var shown = With(value);
        if (Noun is not null)
            return $"{shown} is not {Noun} ({Text(Min)}–{Text(Max)})";
        if (Min is double.MinValue or double.NegativeInfinity)
            return $"{shown} is above {With(Max)}";
        if (Max is double.MaxValue or double.PositiveInfinity)
            return $"{shown} is below {With(Min)}";
        return $"{shown} is outside {Text(Min)}–{With(Max)}";
    }

    /// <summary>A number as people write it, independent of any culture.</summary>
    public static string Text(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    private string With(double value) => Unit.Length == 0 ? Text(value) : $"{Text(value)} {Unit}";
}
