using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What became of a grid constraint.</summary>
public enum ConstraintEvent : byte
{
    Began = 1,

    /// <summary>The site keeps it: measured, not assumed.</summary>
    Kept = 2,
    Ended = 3,
}

/// <summary>One line of the proof that a grid constraint was kept; the body of a <see cref="LedgerKind.Constraint"/> entry.</summary>
/// <param name="Limit">W.</param>
/// <param name="IsAssumed">It holds only because its source cannot be read.</param>
/// <param name="AfterMs">Since it began, on the monotonic clock: of <see cref="ConstraintEvent.Kept"/> this is the site's reaction time.</param>
public sealed record ConstraintChange(ConstraintEvent Event, string Id, ConstraintDirection Direction, Power Limit, bool IsAssumed, long AfterMs)
{
    private const byte Form = 1;

    /// <summary>What is measured when it is kept or ends, W; NaN where it cannot be measured.</summary>
    public double MeasuredWatts { get; init; } = double.NaN;
    public string Evidence { get; init; } = "";

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Byte((byte)Event);
        to.Text(Id);
        to.Byte((byte)Direction);
        to.Number(Limit.Watts);
        to.Byte(IsAssumed ? (byte)1 : (byte)0);
        to.Whole(AfterMs);
        to.Number(MeasuredWatts);
        to.Text(Evidence);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ConstraintChange FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("constraint record of an unknown form");
        return new(
            WireReader.Known((ConstraintEvent)from.Byte()),
            from.Text(),
            WireReader.Known((ConstraintDirection)from.Byte()),
            Power.FromWatts(from.Finite()),
            from.Byte() == 1,
            from.Whole()) { MeasuredWatts = from.Number(), Evidence = from.Text() };
    }
}
