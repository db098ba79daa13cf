using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Adapters.Gpio;

/// <summary>Input lines the kernel has granted; it takes them back when the handle closes. Whoever waits for edges gets them from one thread that the first
/// wait starts: a wait for a contact may last for ever, and must not hold a thread of the pool.</summary>
internal sealed class KernelInputs(SafeFileHandle lines, ImmutableArray<int> offsets) : IDigitalInputs
{
    /// <summary>How long the kernel is asked to wait before a wish to end is looked at.</summary>
    private const int PollMs = 250;

    private readonly ulong all = GpioAbi.AllOf(offsets.Length);
    private readonly Channel<LineEdge> edges = Channel.CreateUnbounded<LineEdge>();
    private int isListening;
    private volatile bool isOver;

    public ulong Read() => LineValues.Read(lines, all);

    public async ValueTask<LineEdge> NextAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref isListening, 1) == 0)
            new Thread(Listen) { IsBackground = true, Name = "contact" }.Start();
        try
        {
            return await edges.Reader.ReadAsync(stop).ConfigureAwait(false);
        }
        catch (ChannelClosedException ended)
        {
            throw ended.InnerException as GpioException ?? KernelGpio.Trouble(19, "reading edges");
        }
    }

    public void Dispose()
    {
        isOver = true;
        lines.Dispose();
    }

    private void Listen()
    {
        var bytes = new byte[GpioAbi.EventBytes];
        try
        {
            while (!isOver)
            {
                if (!Device.IsReadable(lines, PollMs))
                    continue;
                var errno = Device.Read(lines, bytes, out var count);
                if (errno != 0 || count != bytes.Length)
                    throw KernelGpio.Trouble(errno == 0 ? 19 : errno, "reading edges");
                edges.Writer.TryWrite(GpioAbi.Edge(bytes, offsets.AsSpan()));
            }
            edges.Writer.TryComplete();
        }
        catch (Exception ended) when (ended is GpioException or ObjectDisposedException)
        {
            edges.Writer.TryComplete(ended);
        }
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
