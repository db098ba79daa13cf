using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Simulation;

/// <summary>How one model of device behaves: what its registers show beyond the plain measures, what it refuses, and what a write makes it do.
/// Written from the vendors' public register descriptions and never from our own profiles' controls, so that a mistake there shows.
/// Everything is called under the lock of <see cref="SimulatedDevices"/>.</summary>
internal class DeviceModel(PointBoard board, DeviceShare share)
{
    protected const byte IllegalAddress = 2;
    protected const byte IllegalValue = 3;

    protected PointBoard Board { get; } = board;
    protected DeviceShare Share { get; } = share;

    /// <summary>Shortest time between two reads of the same register; 0 = any.</summary>
    public virtual TimeSpan ReadPace => TimeSpan.Zero;

    /// <summary>Shortest time between two writes of the same register; 0 = any.</summary>
    public virtual TimeSpan WritePace => TimeSpan.Zero;

    /// <summary>The model of a profile; one nobody knows shows its measures and obeys nothing.</summary>
    public static DeviceModel Of(string profile, PointBoard board, DeviceShare share) => profile switch
    {
        "sunspec-hybrid" => new HybridInverter(board, share),
        "keba-p30" => new ChargingStation(board, share),
        "eastron-sdm630" => new GridMeter(board, share),
        "victron-gx" => new SystemGateway(board, share),
        _ => new DeviceModel(board, share),
    };

    /// <summary>The exception code that answers a read before the registers are looked at, or 0.</summary>
    public virtual byte Judge(RegisterSpan read) => 0;

    /// <summary>The exception code that answers a write before the registers are looked at, or 0.</summary>
    public virtual byte Judge(RegisterSpan write, ReadOnlySpan<ushort> values, WriteFunction function) => 0;

    /// <summary>A write has been accepted and shall have its effect.</summary>
    public virtual void Written(RegisterSpan span, ReadOnlySpan<ushort> values)
    {
    }

    /// <summary>Power-up: what was written is forgotten, the registers stand where the factory put them.</summary>
    public virtual void Restart()
    {
    }

    /// <summary>The site has moved on by so many milliseconds: timers run out, counters count.</summary>
    public virtual void Live(long milliseconds)
    {
    }

    /// <summary>Puts the present state on the board.</summary>
    public virtual void Show()
    {
    }
}
