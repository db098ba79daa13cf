using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing.Sensors;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A chip on a simulated I²C bus: a transaction in, the bytes it answers.</summary>
public interface IChip
{
    /// <summary>Takes the written bytes and fills <paramref name="read"/>. Anything but Ok is what the wire shows.</summary>
    I2cReply Transfer(ReadOnlySpan<byte> write, Span<byte> read);
}

/// <summary>I²C buses in memory.</summary>
public sealed class SimulatedI2c : II2cBuses
{
    private readonly List<(I2cAdapter Adapter, SimulatedI2cBus Bus)> buses = [];

    public SimulatedI2c WithBus(string name, SimulatedI2cBus bus)
    {
        buses.Add((new(buses.Count, name), bus));
        return this;
    }

    public ImmutableArray<I2cAdapter> Adapters() => buses.Count > 0
        ? [.. buses.Select(bus => bus.Adapter)]
        : throw new I2cException(false, "this machine has no I²C bus", "modprobe i2c-dev, and enable the bus in the firmware or device tree");

    public II2cBus Open(string adapter)
    {
        var found = I2cSearch.Adapter(Adapters(), adapter);
        return buses.Find(bus => bus.Adapter == found).Bus;
    }
}

/// <summary>One bus and its chips. Where no chip sits, nobody answers.</summary>
public sealed class SimulatedI2cBus : II2cBus
{
    private readonly Dictionary<byte, IChip> chips = [];

    /// <summary>What the whole bus answers instead, as when a line is shorted (Timeout); null = each chip for itself.</summary>
    public I2cReply? Fault { get; set; }

    public SimulatedI2cBus With(byte address, IChip chip)
    {
        chips[address] = chip;
        return this;
    }

    /// <summary>Takes a chip off the bus.</summary>
    public void Remove(byte address) => chips.Remove(address);

    public I2cReply Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) =>
        Fault ?? (chips.TryGetValue(address, out var chip) ? chip.Transfer(write, read) : I2cReply.NoAnswer);

    public I2cReply Probe(byte address) => Fault ?? (chips.ContainsKey(address) ? I2cReply.Ok : I2cReply.NoAnswer);

    /// <summary>The bus stays for the next who opens it.</summary>
    public void Dispose()
    {
    }
}

/// <summary>A chip of registers: the first written byte chooses one, further bytes fill it, a read gives its bytes. Registers of several bytes keep their
/// order on the wire.</summary>
/// <param name="isAutoIncrement">True for chips of 8-bit registers whose pointer moves on with each byte.</param>
public sealed class RegisterChip(bool isAutoIncrement = false) : IChip
{
    private readonly Dictionary<byte, byte[]> registers = [];
    private byte chosen;

    public RegisterChip With(byte register, params ReadOnlySpan<byte> bytes)
    {
        registers[register] = bytes.ToArray();
        return this;
    }

    public ReadOnlySpan<byte> this[byte register] => registers[register];

    public I2cReply Transfer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (write.Length > 0)
            chosen = write[0];
        for (var i = 1; isAutoIncrement && i < write.Length; i++)
            registers[(byte)(chosen + i - 1)] = [write[i]];
        if (!isAutoIncrement && write.Length > 1)
            registers[chosen] = write[1..].ToArray();
        for (var i = 0; i < read.Length; i++)
            read[i] = isAutoIncrement ? At((byte)(chosen + i), 0) : At(chosen, i);
        return I2cReply.Ok;
    }

    /// <summary>What was never set reads as FFh, as an open bus does.</summary>
    private byte At(byte register, int index) => registers.TryGetValue(register, out var bytes) && index < bytes.Length ? bytes[index] : (byte)0xFF;
}

/// <summary>A chip that takes a command and then gives one answer, as the SHT3x does; a read before the command is not acknowledged.</summary>
public sealed class CommandChip(byte[] command, byte[] answer) : IChip
{
    private bool isAsked;

    public I2cReply Transfer(ReadOnlySpan<byte> write, Span<byte> read)
    {
        if (write.Length > 0)
            isAsked = write.SequenceEqual(command);
        if (read.Length == 0)
            return isAsked ? I2cReply.Ok : I2cReply.NoAnswer;
        if (!isAsked)
            return I2cReply.NoAnswer;
        answer.AsSpan(0, read.Length).CopyTo(read);
        isAsked = false;
        return I2cReply.Ok;
    }
}
