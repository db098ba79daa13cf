using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>The door to digital lines. Every failure is a <see cref="GpioException"/> with the remedy in words.</summary>
public interface IGpio
{
    /// <summary>The chips there are, in order of their names; fails when there is none or none may be opened.</summary>
    ImmutableArray<GpioChip> Chips();

    /// <summary>The lines of a chip, in order of their offsets.</summary>
    ImmutableArray<GpioLine> Lines(GpioChip chip);

    /// <summary>Takes lines as inputs until disposed.</summary>
    IDigitalInputs OpenInputs(GpioChip chip, InputRequest request);

    /// <summary>Takes lines as outputs until disposed; they stand at the initial levels at once.</summary>
    IDigitalOutputs OpenOutputs(GpioChip chip, OutputRequest request);
}

/// <summary>Input lines somebody holds. Lines are counted in the order of the request.</summary>
public interface IDigitalInputs : IDisposable
{
    /// <summary>The levels now, bit i for the i-th line; active-low lines are already turned.</summary>
    ulong Read();

    /// <summary>The next edge of any line, in their order in time.</summary>
    ValueTask<LineEdge> NextAsync(CancellationToken stop);
}

/// <summary>Output lines somebody holds. Disposing takes their level off first, so that an orderly end leaves energise-to-run relays released.</summary>
public interface IDigitalOutputs : IDisposable
{
    /// <summary>Sets the lines whose bit is in <paramref name="mask"/>, all at once.</summary>
    void Write(ulong levels, ulong mask);

    /// <summary>The levels the chip shows now.</summary>
    ulong Read();
}

/// <summary>A GPIO chip: the kernel's name for it (it may change at the next boot), its label (it does not), and how many lines it has.</summary>
public sealed record GpioChip(string Name, string Label, int LineCount);

/// <summary>A line of a chip and who holds it.</summary>
public sealed record GpioLine(int Offset, string Name, string Consumer)
{
    public bool IsUsed { get; init; }
    public bool IsOutput { get; init; }
    public bool IsActiveLow { get; init; }
    public LinePull Pull { get; init; }
}

/// <summary>Lines wanted as inputs, at most 64, all with the same settings.</summary>
public sealed record InputRequest(ImmutableArray<int> Offsets)
{
    public LinePull Pull { get; init; }
    public bool IsActiveLow { get; init; }

    /// <summary>Zero = none. The kernel debounces in software where the chip cannot.</summary>
    public TimeSpan Debounce { get; init; }

    /// <summary>Report edges in both directions.</summary>
    public bool WithEdges { get; init; }
}

/// <summary>Lines wanted as outputs, at most 64.</summary>
public sealed record OutputRequest(ImmutableArray<int> Offsets)
{
    public bool IsActiveLow { get; init; }

    /// <summary>The levels they take in the same moment they become outputs, bit i for the i-th line. Zero: nothing is energised.</summary>
    public ulong Initial { get; init; }
}

/// <summary>A change of a line: <paramref name="Line"/> counts in the order of the request, <paramref name="AtNs"/> is the kernel's monotonic clock in
/// nanoseconds, <paramref name="Sequence"/> counts this line's edges from 1, so that a gap shows edges that were lost.</summary>
public readonly record struct LineEdge(long AtNs, int Line, bool IsRising, uint Sequence);
