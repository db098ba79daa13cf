namespace SmartEms.Edge;

/// <summary>The exit codes of every verb; documented, stable.</summary>
internal static class Exit
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int DaemonNotReachable = 3;

    /// <summary>A device did not answer, or what answers is not Modbus.</summary>
    public const int DeviceUnreachable = 4;

    /// <summary>A device answered with an exception, or did not take what was written.</summary>
    public const int DeviceRefused = 5;
    public const int NoPermission = 8;

    /// <summary>Somebody else holds the device.</summary>
    public const int Busy = 9;
    public const int ConfigurationInvalid = 10;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
