namespace SmartEms.Edge.Core.Sensing;

/// <summary>The four Modbus tables (Modbus Application Protocol 1.1b3, §4.3).</summary>
public enum RegisterSpace : byte
{
    Coil,
    DiscreteInput,
    InputRegister,
    HoldingRegister,
}

/// <summary>A run of registers (or bits) of one unit: 0-based address, count ≥ 1.</summary>
public readonly record struct RegisterSpan(byte Unit, RegisterSpace Space, ushort Address, ushort Count)
{
    public override string ToString() => $"unit {Unit} {Space} {Address}+{Count}";
}

/// <summary>Which write function a register wants; devices refuse the other one (KEBA: single only, go-e: multiple only).</summary>
public enum WriteFunction : byte
{
    /// <summary>FC 06 (registers) or FC 05 (coils).</summary>
    Single,

    /// <summary>FC 16 (registers) or FC 15 (coils).</summary>
    Multiple,
}

/// <summary>How a bus transaction ended.</summary>
public enum BusStatus : byte
{
    Ok,

    /// <summary>No complete answer before the absolute deadline; the connection is dropped.</summary>
    Timeout,

    /// <summary>No connection could be made.</summary>
    Unreachable,

    /// <summary>The connection ended during the transaction.</summary>
    Dropped,

    /// <summary>The answer was not a valid answer to this request; the connection is dropped.</summary>
    Malformed,

    /// <summary>The device answered with a Modbus exception code; the connection stays.</summary>
    Exception,
}

/// <summary>The outcome of one bus transaction: the field being unwell is data, not an exception.</summary>
public readonly record struct BusReply(BusStatus Status, byte ExceptionCode = 0)
{
    public static BusReply Ok => default;
    public bool IsOk => Status == BusStatus.Ok;

    public override string ToString() => Status == BusStatus.Exception ? $"exception 0x{ExceptionCode:X2}" : Status.ToString();
}
