namespace SmartEms.Edge.Core.Simulating;

/// <summary>The gate the settings of a simulation pass.</summary>
internal static class Setting
{
    public static void Check(double value, double low, double high, string name)
    {
        if (!(value >= low && value <= high))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie in {low} to {high}.");
    }
}
