namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>What stands around a PDU on the wire.</summary>
public enum WireFraming : byte
{
    /// <summary>The seven bytes of Modbus TCP before it.</summary>
    Mbap,

    /// <summary>The unit before it and a check sum behind it.</summary>
    Rtu,
}

/// <summary>Where one line is and how patiently the devices on it are spoken to.</summary>
public abstract record LineSettings
{
    /// <summary>Lines of one place are one line: one connection and one queue.</summary>
    public abstract string Place { get; }

    public abstract WireFraming Framing { get; }

    /// <summary>Opening the line, name resolution included; more than 0.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(3);

    /// <summary>Absolute: from the first byte sent to the last byte of the reply; more than 0. On a serial line the time the characters themselves need
    /// comes on top.</summary>
    public TimeSpan TransactionTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(1);

    /// <summary>The least a timeout learnt from a device's latency may be; null = nothing is learnt, <see cref="TransactionTimeout"/> holds always.
    /// Writes keep the whole timeout in any case: one that is given up too early leaves a device in doubt.</summary>
    public TimeSpan? LeastTimeout { get; init => field = value is { } given ? Positive(given) : null; }

    /// <summary>Least silence between the end of one transaction and the next request; gateways lose requests that follow faster.</summary>
    public TimeSpan Gap { get; init => field = NotNegative(value); }

    /// <summary>Silence after connecting; some devices ignore what comes at once.</summary>
    public TimeSpan WaitAfterConnect { get; init => field = NotNegative(value); }

    /// <summary>Silence after opening a line that is not a connection: somebody may have asked before us, and RTU does not say which request a reply is for.
    /// Null = as long as the device first spoken to may take for an answer.</summary>
    public TimeSpan? SettleAfterOpen { get; init => field = value is { } given ? NotNegative(given) : null; }

    /// <summary>Our own bytes come back before the reply, as with two-wire adapters that do not mute their receiver; they are taken off.</summary>
    public bool Echoes { get; init; }

    /// <summary>The silence that separates two frames on this line; zero where frames carry their length.</summary>
    public virtual TimeSpan FrameGap => TimeSpan.Zero;

    /// <summary>True when closing and opening anew gets rid of whatever was on its way.</summary>
    public virtual bool IsConnection => true;

    /// <summary>How long so many bytes occupy the wire; zero where that is not worth counting.</summary>
    public virtual TimeSpan WireTime(int bytes) => TimeSpan.Zero;

    /// <summary>A closed link to this place.</summary>
    public abstract ByteLink NewLink();

    /// <summary>Null when both describe the same wire, else what differs, for people. Timeouts and gaps may differ: they are each device's own.</summary>
    public virtual string? Differs(LineSettings other) =>
        Framing == other.Framing && GetType() == other.GetType() ? null : "another way of framing";

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }

    private static TimeSpan NotNegative(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }
}
