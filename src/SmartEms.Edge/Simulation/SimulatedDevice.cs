using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>How a simulated device takes the writes it gets.</summary>
public enum WriteHabit
{
    /// <summary>As its model does.</summary>
    Obeys,

    /// <summary>Answers well and keeps its old registers.</summary>
    Ignores,

    /// <summary>Answers well, shows what was written, and does nothing.</summary>
    Pretends,

    /// <summary>Does what it is told, and forgets it <see cref="SimulatedDevice.RevertsAfterMs"/> later, whatever was refreshed meanwhile.</summary>
    Reverts,
}

/// <summary>What a simulated device has been asked since it was started.</summary>
/// <param name="ReadsTooFast">Reads that followed another of the same register sooner than the vendor allows.</param>
/// <param name="WritesTooFast">Writes likewise.</param>
public readonly record struct DeviceCounts(long Reads, long Writes, long ReadsTooFast, long WritesTooFast);

/// <summary>One device of a simulated site: its registers, the model that gives them life, and its moods. Used under the lock of <see cref="SimulatedDevices"/>.</summary>
internal sealed class SimulatedDevice
{
    private const byte GatewayTargetSilent = 0x0B;

    private readonly MeasureDisplay measures;
    private readonly DeviceModel model;
    private readonly PacingWatch reads;
    private readonly PacingWatch writes;
    private WriteHabit habit;
    private long obeyedForMs = -1;

    /// <summary>How long a device that reverts keeps what it was told (Growatt_ModbusTCP #411: 77 s).</summary>
    public const long RevertsAfterMs = 77_000;

    public SimulatedDevice(Device device, DeviceProfile profile, DeviceShare share, TimeProvider time)
    {
        Name = device.Name;
        Table = new(profile, device.Link.Unit, units: device.Link.Units);
        Board = new(Table);
        model = DeviceModel.Of(profile.Name, Board, share);
        measures = new(Board, share);
        (reads, writes) = (new(model.ReadPace, time), new(model.WritePace, time));
        Show();
    }

    public string Name { get; }
    public RegisterTable Table { get; }
    public PointBoard Board { get; }

    /// <summary>Behind a gateway that goes on answering for the others.</summary>
    public bool IsSilent { get; set; }

    public DeviceCounts Counts => new(reads.Count, writes.Count, reads.TooFast, writes.TooFast);

    public WriteHabit Habit
    {
        get => habit;
        set
        {
            (habit, obeyedForMs) = (value, -1);
            Table.IgnoresWrites = value == WriteHabit.Ignores;
        }
    }

    /// <summary>The unit ids it answers to.</summary>
    public IReadOnlyCollection<byte> Units
    {
        get
        {
            var units = new SortedSet<byte>();
            foreach (var place in Table.Device.Places)
                if (place.Installed && place.Span.Count > 0)
                    units.Add(place.Span.Unit);
            return units;
        }
    }

    public byte Read(RegisterSpan span, Span<ushort> into)
    {
        if (IsSilent)
            return GatewayTargetSilent;
        reads.See(span);
        var code = model.Judge(span);
        return code != 0 ? code : Table.Read(span.Unit, span.Space, span.Address, into);
    }

    public byte Write(RegisterSpan span, ReadOnlySpan<ushort> values, WriteFunction function)
    {
        if (IsSilent)
            return GatewayTargetSilent;
        writes.See(span);
        var code = model.Judge(span, values, function);
        if (code == 0)
            code = Table.Write(span.Unit, span.Space, span.Address, values, function == WriteFunction.Single);
        if (code != 0 || habit is WriteHabit.Ignores or WriteHabit.Pretends)
            return code;
        if (obeyedForMs < 0)
            obeyedForMs = 0;
        model.Written(span, values);
        Show(); // who reads back at once finds what the device took
        return 0;
    }

    public void Live(long milliseconds)
    {
        model.Live(milliseconds);
        if (habit != WriteHabit.Reverts || obeyedForMs < 0)
            return;
        obeyedForMs += milliseconds;
        if (obeyedForMs >= RevertsAfterMs)
            Restart();
    }

    /// <summary>Off and on again in a moment: the connection stays, what was written is gone.</summary>
    public void Restart()
    {
        obeyedForMs = -1;
        model.Restart();
        Show();
    }

    public void Show()
    {
        measures.Show();
        model.Show();
    }
}
