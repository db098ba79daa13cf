namespace SmartEms.Edge.Core.Forecasting;

/// <summary>The leads that are learnt.</summary>
internal static class Leads
{
    private static readonly int[] Minutes = [60, 120, 240, 480, 720, 1_440, 2_400];

    /// <summary>In steps, the shortest first; 1 = the step that begins now.</summary>
    public static IEnumerable<int> Of(Grid grid)
    {
        if (grid.StepsPerHour > 1)
            yield return 1;
        foreach (var minutes in Minutes)
            yield return minutes / grid.StepMinutes;
    }
}
