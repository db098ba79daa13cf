namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>What kind of trouble there is with digital lines.</summary>
public enum GpioTrouble : byte
{
    Failed = 0,
    NoSuchChip,
    NoSuchLine,
    NoPermission,

    /// <summary>Somebody else holds the line.</summary>
    InUse,
}

/// <summary>Digital lines cannot be had or have failed: what is wrong is the message, the next step is the remedy.</summary>
public sealed class GpioException(GpioTrouble trouble, string message, string remedy) : IOException(message)
{
    public GpioTrouble Trouble => trouble;
    public string Remedy => remedy;
}
