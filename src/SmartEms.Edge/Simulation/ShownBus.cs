using System.Globalization;
using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>A bus that counts what is asked of it and can say a write as the bytes of its request.</summary>
internal sealed class ShownBus(IRegisterBus bus) : IRegisterBus
{
    public string? Fault => bus.Fault;

    public int Reads { get; private set; }

    /// <summary>Unit and request as in Modbus Application Protocol 1.1b3 §6, in hex: <c>01 10 9CD5 0002 04 FFFF FC18</c>.</summary>
    public static string Frame(RegisterWrite write)
    {
        var isBit = write.Span.Space == RegisterSpace.Coil;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{write.Span.Unit:X2} ");
        if (write.Function == WriteFunction.Single)
            return text.Append(CultureInfo.InvariantCulture, $"{(isBit ? 5 : 6):X2} {write.Span.Address:X4} {(isBit ? write.Words[0] != 0 ? 0xFF00 : 0 : write.Words[0]):X4}").ToString();
        text.Append(CultureInfo.InvariantCulture, $"{(isBit ? 15 : 16):X2} {write.Span.Address:X4} {write.Span.Count:X4} {(isBit ? 1 : write.Words.Length * 2):X2}");
        foreach (var word in write.Words)
            text.Append(' ').Append(word.ToString(isBit ? "X2" : "X4", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        Reads++;
        return bus.ReadAsync(span, into, stop);
    }

    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
        bus.WriteAsync(span, values, function, stop);

    // Whoever made the bus closes it.
    public ValueTask DisposeAsync() => default;
}

/// <summary>The captures built into the program, by the profile they are of.</summary>
internal static class Captures
{
    private const string Prefix = "captures/";

    /// <summary>The first capture of a profile in order of names, with its label; null when there is none.</summary>
    public static (string Label, string Text)? Of(string profile)
    {
        string? first = null;
        foreach (var name in CarriedText.Names)
            if (name.StartsWith($"{Prefix}{profile}/", StringComparison.Ordinal) && (first is null || string.CompareOrdinal(name, first) < 0))
                first = name;
        if (first is null)
            return null;
        return (first, CarriedText.Of(first)!);
    }
}
