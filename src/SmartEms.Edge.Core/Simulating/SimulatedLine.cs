using System.Threading.Channels;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>One pin of a simulated chip: what holds it, what pulls it, what is attached outside.</summary>
internal sealed class SimulatedLine(string name)
{
    private ChannelWriter<LineEdge>? edges;
    private LinePull pull;
    private bool isOutput;
    private bool driven;
    private bool told;
    private int index;
    private uint sequence;

    public bool IsHeld { get; private set; }
    public bool IsActiveLow { get; private set; }

    /// <summary>What is attached: high, low, or nothing.</summary>
    public bool? Outside { get; set; }

    /// <summary>The electrical level.</summary>
    public bool Level => isOutput ? driven : Outside ?? pull == LinePull.Up;

    public GpioLine About(int offset) => new(offset, name, IsHeld ? "smartems" : "") { IsUsed = IsHeld, IsOutput = isOutput, IsActiveLow = IsActiveLow, Pull = pull };

    public void BecomeInput(InputRequest request, ChannelWriter<LineEdge>? to, int at)
    {
        (IsHeld, IsActiveLow, isOutput, pull, edges, index, sequence) = (true, request.IsActiveLow, false, request.Pull, to, at, 0);
        told = Level;
    }

    public void BecomeOutput(bool isActiveLow, bool level)
    {
        (IsHeld, IsActiveLow, isOutput, pull, edges) = (true, isActiveLow, true, LinePull.None, null);
        Drive(level);
    }

    /// <summary>Drives an output to a logical level.</summary>
    public void Drive(bool level) => driven = level != IsActiveLow;

    public static GpioException Gone() => new(GpioTrouble.NoSuchChip, "the board is gone", "plug it in again");

    /// <summary>The board is taken away: who listens fails, and nothing drives the pin.</summary>
    public void Unplug()
    {
        edges?.TryComplete(Gone());
        (isOutput, driven) = (false, false);
        Free();
    }

    public void Free() => (IsHeld, edges) = (false, null);

    /// <summary>Reports a change to whoever listens.</summary>
    public void Tell(long atNs)
    {
        if (Level == told)
            return;
        told = Level;
        edges?.TryWrite(new(atNs, index, told != IsActiveLow, ++sequence));
    }
}
