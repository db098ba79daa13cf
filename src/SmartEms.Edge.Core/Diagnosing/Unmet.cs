using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Diagnosing;

/// <summary>Whether findings say that a limit is exceeded and nothing controllable is left to hold it.</summary>
public static class Unmet
{
    public static bool In(ImmutableArray<Finding> findings)
    {
        foreach (var finding in findings)
            if (finding.Code is FindingCode.ImportLimitUnmet or FindingCode.ExportLimitUnmet)
                return true;
        return false;
    }
}
