using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>As whom this process runs.</summary>
public static partial class Identity
{
    /// <summary>The effective user id (geteuid(2)).</summary>
    public static int EffectiveUid => (int)GetEffectiveUid();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUid();
}
