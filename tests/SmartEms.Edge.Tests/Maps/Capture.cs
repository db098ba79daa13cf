using System.Globalization;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>Registers as a device showed them, one run per line (<c>unit space address: hex words # comment</c>), answering reads like that device:
/// whatever was not captured is exception 2.</summary>
public sealed class Capture : IRegisterBus
{
    private readonly Dictionary<(byte Unit, RegisterSpace Space, int Address), ushort> words = [];

    /// <summary>Every span asked for, in order.</summary>
    public List<RegisterSpan> Asked { get; } = [];

    /// <summary>Answers that are not the register's: timeouts and the like, by address.</summary>
    public Dictionary<int, BusReply> Faults { get; } = [];

    public static Capture Parse(string text)
    {
        var capture = new Capture();
        foreach (var line in text.Split('\n'))
        {
            var told = line.Split('#')[0].Trim();
            if (told.Length == 0)
                continue;
            var colon = told.IndexOf(':', StringComparison.Ordinal);
            var head = told[..colon].Split(' ');
            var address = int.Parse(head[2], CultureInfo.InvariantCulture);
            var space = head[1] switch { "coil" => RegisterSpace.Coil, "input" => RegisterSpace.InputRegister, _ => RegisterSpace.HoldingRegister };
            foreach (var word in told[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                capture.words.Add((byte.Parse(head[0], CultureInfo.InvariantCulture), space, address++), ushort.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        return capture;
    }

    /// <summary>The same registers, moved along the table.</summary>
    public Capture Moved(int by)
    {
        var moved = new Capture();
        foreach (var (at, word) in words)
            moved.words[at with { Address = at.Address + by }] = word;
        return moved;
    }

    public ushort this[int address]
    {
        get => words[(1, RegisterSpace.HoldingRegister, address)];
        set => words[(1, RegisterSpace.HoldingRegister, address)] = value;
    }

    /// <summary>Lays registers of any unit and table; later ones go over earlier ones.</summary>
    public void Put(byte unit, RegisterSpace space, int address, ReadOnlySpan<ushort> registers)
    {
        foreach (var word in registers)
            words[(unit, space, address++)] = word;
    }

    public void Forget(int address) => words.Remove((1, RegisterSpace.HoldingRegister, address));

    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        Asked.Add(span);
        if (Faults.TryGetValue(span.Address, out var fault))
            return new(fault);
        for (var i = 0; i < span.Count; i++)
        {
            if (!words.TryGetValue((span.Unit, span.Space, span.Address + i), out var word))
                return new(new BusReply(BusStatus.Exception, 2));
            into.Span[i] = word;
        }
        return new(BusReply.Ok);
    }

    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
        new(new BusReply(BusStatus.Exception, 1));

    public ValueTask DisposeAsync() => default;
}
