using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Adapters.Gpio;

/// <summary>Input lines the kernel has granted; it takes them back when the handle closes.</summary>
internal sealed class KernelInputs(SafeFileHandle lines, ImmutableArray<int> offsets) : IDigitalInputs
{
    /// <summary>How long the kernel is asked to wait before a wish to stop is looked at.</summary>
    private const int PollMs = 100;

    private readonly ulong all = GpioAbi.AllOf(offsets.Length);

    public ulong Read() => LineValues.Read(lines, all);

    public ValueTask<LineEdge> NextAsync(CancellationToken stop) => new(Task.Run(() => Next(stop), stop));

    public void Dispose() => lines.Dispose();

    private LineEdge Next(CancellationToken stop)
    {
        while (!Device.IsReadable(lines, PollMs))
            stop.ThrowIfCancellationRequested();
        var bytes = new byte[GpioAbi.EventBytes];
        var errno = Device.Read(lines, bytes, out var count);
        return errno == 0 && count == bytes.Length ? GpioAbi.Edge(bytes, offsets.AsSpan()) : throw KernelGpio.Trouble(errno == 0 ? 19 : errno, "reading edges");
    }
}

/// <summary>Output lines the kernel has granted. What the pins do after the handle closes is the chip's affair, so the levels are taken off before.</summary>
internal sealed class KernelOutputs(SafeFileHandle lines, int count) : IDigitalOutputs
{
    private readonly ulong all = GpioAbi.AllOf(count);

    public ulong Read() => LineValues.Read(lines, all);

    public void Write(ulong levels, ulong mask)
    {
        var values = new byte[GpioAbi.ValuesBytes];
        GpioAbi.Values(values, levels, mask & all);
        KernelGpio.Call(lines, GpioAbi.SetValues, values, "setting lines");
    }

    public void Dispose()
    {
        if (lines.IsClosed)
            return;
        try
        {
            Write(0, all);
        }
        catch (GpioException)
        {
            // The chip is gone; then only the relay's own spring can help, and energise-to-run has it.
        }
        lines.Dispose();
    }
}

/// <summary>Reads the levels of granted lines.</summary>
internal static class LineValues
{
    public static ulong Read(SafeFileHandle lines, ulong mask)
    {
        var values = new byte[GpioAbi.ValuesBytes];
        GpioAbi.Values(values, 0, mask);
        KernelGpio.Call(lines, GpioAbi.GetValues, values, "reading lines");
        return GpioAbi.Bits(values) & mask;
    }
}
