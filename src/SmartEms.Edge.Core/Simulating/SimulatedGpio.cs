using System.Collections.Immutable;
using System.Threading.Channels;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>GPIO chips in memory, with the kernel's manners: a line has one holder, an unknown offset is refused, an input follows what is attached to it or
/// its pull, edges are numbered per line. <see cref="Drive"/> plays the world outside.</summary>
public sealed class SimulatedGpio : IGpio
{
    private readonly Lock gate = new();
    private readonly List<SimulatedChip> chips = [];
    private readonly HashSet<string> unplugged = [];

    /// <summary>Adds a chip; an empty name is a line without one.</summary>
    public SimulatedGpio WithChip(string label, params ReadOnlySpan<string> lines)
    {
        chips.Add(new(new($"gpiochip{chips.Count}", label, lines.Length), Array.ConvertAll(lines.ToArray(), name => new SimulatedLine(name))));
        return this;
    }

    /// <summary>Takes a board off the machine: who holds its lines fails from now on, and nothing drives them any more.</summary>
    public void Unplug(string label)
    {
        lock (gate)
        {
            foreach (var line in Of(label).Lines)
                line.Unplug();
            unplugged.Add(label);
        }
    }

    /// <summary>Brings the board back; its lines are nobody's.</summary>
    public void Plug(string label)
    {
        lock (gate)
            unplugged.Remove(label);
    }

    public ImmutableArray<GpioChip> Chips() => chips.Exists(IsThere)
        ? [.. chips.Where(IsThere).Select(chip => chip.About)]
        : throw new GpioException(GpioTrouble.NoSuchChip, "this machine has no GPIO chip", "enable GPIO in the firmware or device tree");

    public ImmutableArray<GpioLine> Lines(GpioChip chip)
    {
        lock (gate)
        {
            var lines = Of(chip).Lines;
            return [.. lines.Select((line, offset) => line.About(offset))];
        }
    }

    /// <summary>Attaches the world to a line: high, low, or nothing (null), when its pull decides.</summary>
    /// <param name="atNs">Time of the change on the monotonic clock, ns.</param>
    public void Drive(string label, int offset, bool? level, long atNs)
    {
        lock (gate)
        {
            var line = Of(label).Lines[offset];
            line.Outside = level;
            line.Tell(atNs);
        }
    }

    /// <summary>The electrical level at a pin, as a voltmeter would show it.</summary>
    public bool Level(string label, int offset)
    {
        lock (gate)
            return Of(label).Lines[offset].Level;
    }

    public IDigitalInputs OpenInputs(GpioChip chip, InputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (gate)
        {
            var lines = Take(chip, request.Offsets);
            var edges = Channel.CreateUnbounded<LineEdge>();
            for (var i = 0; i < lines.Length; i++)
                lines[i].BecomeInput(request, request.WithEdges ? edges.Writer : null, i);
            return new Inputs(this, lines, edges.Reader);
        }
    }

    public IDigitalOutputs OpenOutputs(GpioChip chip, OutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (gate)
        {
            var lines = Take(chip, request.Offsets);
            for (var i = 0; i < lines.Length; i++)
                lines[i].BecomeOutput(request.IsActiveLow, (request.Initial >> i & 1) != 0);
            return new Outputs(this, lines);
        }
    }

    private SimulatedLine[] Take(GpioChip chip, ImmutableArray<int> offsets)
    {
        var all = Of(chip).Lines;
        foreach (var offset in offsets)
            if (offset < 0 || offset >= all.Length)
                throw new GpioException(GpioTrouble.Failed, $"the kernel refuses the request for {chip.Label} line {offset}: Invalid argument", "the offset exists?");
            else if (all[offset].IsHeld)
                throw new GpioException(GpioTrouble.InUse, $"{chip.Label} line {offset} is held by another program or driver", "smartems gpio list shows by whom");
        return [.. offsets.Select(offset => all[offset])];
    }

    private SimulatedChip Of(GpioChip chip) => Of(chip.Label);

    private bool IsThere(SimulatedChip chip) => !unplugged.Contains(chip.About.Label);

    private SimulatedChip Of(string label) => chips.Find(chip => chip.About.Label == label && IsThere(chip))
        ?? throw new GpioException(GpioTrouble.NoSuchChip, $"{label} is gone", "smartems gpio list shows what there is");

    private ulong Levels(SimulatedLine[] lines)
    {
        lock (gate)
        {
            ulong levels = 0;
            for (var i = 0; i < lines.Length; i++)
                levels |= Held(lines[i]).Level != lines[i].IsActiveLow ? 1UL << i : 0;
            return levels;
        }
    }

    /// <summary>A line that is still ours: an unplugged board has taken it away.</summary>
    private static SimulatedLine Held(SimulatedLine line) => line.IsHeld ? line : throw SimulatedLine.Gone();

    private void Free(SimulatedLine[] lines)
    {
        lock (gate)
            foreach (var line in lines)
                line.Free();
    }

    private sealed record SimulatedChip(GpioChip About, SimulatedLine[] Lines);

    private sealed class Inputs(SimulatedGpio gpio, SimulatedLine[] lines, ChannelReader<LineEdge> edges) : IDigitalInputs
    {
        public ulong Read() => gpio.Levels(lines);

        public async ValueTask<LineEdge> NextAsync(CancellationToken stop)
        {
            try
            {
                return await edges.ReadAsync(stop).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw SimulatedLine.Gone();
            }
        }

        public void Dispose() => gpio.Free(lines);
    }

    private sealed class Outputs(SimulatedGpio gpio, SimulatedLine[] lines) : IDigitalOutputs
    {
        private bool isOver;

        public ulong Read() => gpio.Levels(lines);

        public void Write(ulong levels, ulong mask)
        {
            lock (gpio.gate)
                for (var i = 0; i < lines.Length; i++)
                    if ((mask >> i & 1) != 0)
                        Held(lines[i]).Drive((levels >> i & 1) != 0);
        }

        public void Dispose()
        {
            if (isOver)
                return;
            isOver = true;
            foreach (var line in lines)
                line.Drive(false);
            gpio.Free(lines);
        }
    }
}
