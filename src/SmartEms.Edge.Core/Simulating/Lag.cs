namespace SmartEms.Edge.Core.Simulating;

/// <summary>A first-order lag without an exponential: stable for any step, within a few percent of 1 − e^(−t/τ), the same on every machine.</summary>
internal static class Lag
{
    /// <summary>The share of the way to its target that a lagging value goes in one step; 1 when the time constant is 0.</summary>
    public static double Share(double seconds, double timeConstant)
    {
        var x = seconds / timeConstant;
        return 1 - (1 / (1 + (x * (1 + (x / 2)))));
    }
}
