namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>The ways a simulated slave can be unwell. Requests still reach the register table, only their answers suffer (but see <see cref="Exception"/>).</summary>
public enum MisbehaviourKind : byte
{
    None,

    /// <summary>Half-open: requests are read and never answered.</summary>
    Silent,

    /// <summary>Random bytes instead of a reply.</summary>
    Garbage,

    WrongTransactionId,
    WrongUnit,
    WrongFunction,
    ProtocolIdNonZero,

    /// <summary>The header announces more bytes than come.</summary>
    LengthLie,

    /// <summary>The byte after the function code (byte count, or the echo's first byte) is off by one.</summary>
    ByteCountLie,

    /// <summary>The right reply, <see cref="Misbehaviour.Delay"/> late.</summary>
    LateReply,

    /// <summary>The right reply, one byte every <see cref="Misbehaviour.Delay"/>.</summary>
    Drip,

    /// <summary>Every request is answered with <see cref="Misbehaviour.Code"/>; none reaches the register table.</summary>
    Exception,

    /// <summary>Half a reply, then the connection closes.</summary>
    CloseMidReply,

    /// <summary>The reply twice.</summary>
    Duplicate,

    /// <summary>The reply to the request before this one.</summary>
    PreviousReply,

    /// <summary>Most replies are damaged, each in another way: framing bits flipped, cut off, prolonged, replaced.</summary>
    Fuzz,
}

/// <summary>How a simulated slave treats the requests it gets from now on.</summary>
public sealed record Misbehaviour(MisbehaviourKind Kind, TimeSpan Delay = default, byte Code = ModbusExceptionCode.None)
{
    public static Misbehaviour None { get; } = new(MisbehaviourKind.None);
    public static Misbehaviour Silent { get; } = new(MisbehaviourKind.Silent);

    /// <summary>"Busy" for ever.</summary>
    public static Misbehaviour Busy { get; } = Exception(ModbusExceptionCode.DeviceBusy);

    /// <summary>"Accepted, wait" for ever.</summary>
    public static Misbehaviour Acknowledge { get; } = Exception(ModbusExceptionCode.Acknowledge);

    public static Misbehaviour Exception(byte code) => new(MisbehaviourKind.Exception, Code: code);
    public static Misbehaviour LateReply(TimeSpan delay) => new(MisbehaviourKind.LateReply, delay);
    public static Misbehaviour Drip(TimeSpan perByte) => new(MisbehaviourKind.Drip, perByte);
}
