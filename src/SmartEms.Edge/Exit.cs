namespace SmartEms.Edge;

/// <summary>The exit codes of every verb; documented, stable.</summary>
internal static class Exit
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int DaemonNotReachable = 3;
    public const int NoPermission = 8;
    public const int ConfigurationInvalid = 10;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
