namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>A straight line from all (1) to nothing (0): bounds fade in instead of switching, so that holding one does not make it hunt.</summary>
internal static class Derating
{
    /// <summary>1 when the value is at least <paramref name="margin"/> away from the edge on its good side, 0 at the edge and beyond.</summary>
    public static double Share(double distanceToEdge, double margin) =>
        distanceToEdge >= margin ? 1 : distanceToEdge <= 0 ? 0 : distanceToEdge / margin;
}
