using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing.Sensors;

/// <summary>One I²C bus. The field's faults come back as a reply, never as an exception.</summary>
public interface II2cBus : IDisposable
{
    /// <summary>Writes, then reads after a repeated start; either may be empty. One transaction, at most 32 bytes each way.</summary>
    /// <param name="address">7 bits, 0x03–0x77.</param>
    I2cReply Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read);

    /// <summary>Asks whether somebody answers at an address, in the way that disturbs chips least.</summary>
    I2cReply Probe(byte address);
}

/// <summary>The door to the I²C buses of the machine. Failures are <see cref="I2cException"/> with the remedy in words.</summary>
public interface II2cBuses
{
    /// <summary>Every bus, in order of its number; fails when there is none.</summary>
    ImmutableArray<I2cAdapter> Adapters();

    /// <summary>A bus by its device name ("i2c-1"), its number, or its adapter's own name when only one has it.</summary>
    II2cBus Open(string adapter);
}

/// <summary>A bus: its number (it may change at the next boot) and the name its driver gives it (it does not).</summary>
public sealed record I2cAdapter(int Number, string Name)
{
    public string Device => $"i2c-{Number}";
}

/// <summary>How an I²C transaction ended.</summary>
public enum I2cReply : byte
{
    Ok = 0,

    /// <summary>Nobody acknowledged the address or a byte (NACK).</summary>
    NoAnswer,

    /// <summary>The bus was stuck, or arbitration was lost.</summary>
    Timeout,

    /// <summary>A driver of the kernel holds the address.</summary>
    InUse,

    /// <summary>The adapter cannot carry such a transaction.</summary>
    Unsupported,
    Failed,
}

/// <summary>What an I²C reply means for a reading.</summary>
public static class I2cReplies
{
    public static BadReason Reason(this I2cReply reply) => reply switch
    {
        I2cReply.Ok => BadReason.None,
        I2cReply.Timeout => BadReason.Timeout,
        I2cReply.NoAnswer or I2cReply.InUse => BadReason.Unreachable,
        _ => BadReason.DeviceException,
    };

    public static string Words(this I2cReply reply) => reply switch
    {
        I2cReply.Ok => "ok",
        I2cReply.NoAnswer => "nobody answers (NACK)",
        I2cReply.Timeout => "the bus is stuck or busy",
        I2cReply.InUse => "a driver of the kernel holds the address",
        I2cReply.Unsupported => "the adapter cannot carry such a transaction",
        _ => "the adapter reports an error",
    };
}

/// <summary>A bus cannot be had.</summary>
public sealed class I2cException(bool isPermission, string message, string remedy) : IOException(message)
{
    public bool IsPermission => isPermission;
    public string Remedy => remedy;
}

/// <summary>Finds a bus by the words people use for it.</summary>
public static class I2cSearch
{
    /// <exception cref="I2cException">There is none, or several of that name.</exception>
    public static I2cAdapter Adapter(ImmutableArray<I2cAdapter> all, string wanted)
    {
        var found = all.Where(adapter => adapter.Device == wanted || $"{adapter.Number}" == wanted || $"/dev/{adapter.Device}" == wanted).ToList();
        if (found.Count == 0)
            found = [.. all.Where(adapter => adapter.Name == wanted)];
        if (found is [var one])
            return one;
        var there = string.Join(", ", all.Select(adapter => $"{adapter.Device} ({adapter.Name})"));
        throw found.Count > 1
            ? new I2cException(false, $"{found.Count} I²C buses are named {wanted}", $"name one of {string.Join(", ", found.Select(adapter => adapter.Device))}")
            : new I2cException(false, $"no I²C bus is named {wanted}", $"there is {there}");
    }
}
