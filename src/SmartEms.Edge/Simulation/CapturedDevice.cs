using System.Globalization;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>A device that says what a capture holds, one run of registers per line (<c>unit space address: hex words # comment</c>), and takes writes where its profile writes.</summary>
internal sealed class CapturedDevice(DeviceProfile profile) : IRegisterTable
{
    private readonly Lock gate = new();
    private readonly Dictionary<(byte Unit, RegisterSpace Space, int Address), ushort> registers = [];

    /// <summary>Takes the lines of a capture; null, or in words with the line what cannot be read.</summary>
    public string? Load(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var told = line.Split('#')[0].Trim();
            if (told.Length > 0 && !Take(told))
                return $"line {number}: {Scalars.Shown(told)} is not 'unit space address: hex words'";
        }
        return registers.Count > 0 ? null : "it holds no register";
    }

    public byte Read(RegisterSpan span, Span<ushort> into)
    {
        lock (gate)
            for (var i = 0; i < span.Count; i++)
            {
                if (!registers.TryGetValue((span.Unit, span.Space, span.Address + i), out var word))
                    return ModbusExceptionCode.IllegalDataAddress;
                into[i] = word;
            }
        return 0;
    }

    public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        lock (gate)
        {
            for (var i = 0; i < span.Count; i++)
                if (!registers.ContainsKey((span.Unit, span.Space, span.Address + i)) && !IsWritten(span))
                    return ModbusExceptionCode.IllegalDataAddress;
            for (var i = 0; i < span.Count; i++)
                registers[(span.Unit, span.Space, span.Address + i)] = values[i];
        }
        return 0;
    }

    // Registers that are only written stand in no capture.
    private bool IsWritten(RegisterSpan span)
    {
        foreach (var point in profile.Points)
            if (point.Access != PointAccess.Read && point.Space == span.Space && point.Models.IsEmpty && point.Address == span.Address)
                return true;
        return false;
    }

    private bool Take(string told)
    {
        var colon = told.IndexOf(':', StringComparison.Ordinal);
        var head = colon < 0 ? [] : told[..colon].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (head.Length != 3 || !byte.TryParse(head[0], CultureInfo.InvariantCulture, out var unit) || !ushort.TryParse(head[2], CultureInfo.InvariantCulture, out var first))
            return false;
        RegisterSpace? space = null;
        foreach (var (word, value) in ProfileWords.Spaces)
            if (word == head[1])
                space = value;
        var address = (int)first;
        foreach (var word in told[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (space is null || address > ushort.MaxValue || !ushort.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
                return false;
            registers[(unit, space.Value, address++)] = bits;
        }
        return address > first;
    }
}
