namespace SmartEms.Edge.Core.Sensing;

/// <summary>Scaling by powers of ten and by profile scales with correctly rounded results: 2301 at 10^−1 is 230.1, not 230.10000000000002.</summary>
internal static class PowersOfTen
{
    /// <summary>Largest power a SunSpec scale factor may hold (SunSpec Information Model Specification, type sunssf).</summary>
    public const int Largest = 10;

    private static readonly double[] Table = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

    /// <summary>value × 10^power; power in −10…10.</summary>
    public static double Up(double value, int power) => power < 0 ? value / Table[-power] : value * Table[power];

    /// <summary>value ÷ 10^power; power in −10…10.</summary>
    public static double Down(double value, int power) => Up(value, -power);

    /// <summary>value × scale; a scale such as 0.1 or −0.001 divides by its whole reciprocal instead, which rounds once.</summary>
    public static double Times(double value, double scale) =>
        WholeReciprocal(scale) is var whole && whole != 0 ? value / whole : value * scale;

    /// <summary>value ÷ scale, the inverse of <see cref="Times"/>.</summary>
    public static double Over(double value, double scale) =>
        WholeReciprocal(scale) is var whole && whole != 0 ? value * whole : value / scale;

    private static double WholeReciprocal(double scale)
    {
        if (scale == 0 || Math.Abs(scale) >= 1)
            return 0;
        var reciprocal = 1 / scale;
        return reciprocal == Math.Round(reciprocal) ? reciprocal : 0;
    }
}
