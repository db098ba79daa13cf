using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Standing orders as bytes and back: inside a recorded image, and as the body of a <see cref="LedgerKind.Override"/> entry, where the last one counts.</summary>
public static class OrdersWire
{
    private const byte Form = 1;

    public static byte[] ToBytes(Orders orders)
    {
        var to = new WireWriter();
        to.Byte(Form);
        Write(to, orders);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Orders FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("orders of an unknown form");
        var orders = Read(ref from);
        return from.IsAtEnd ? orders : throw new InvalidDataException("orders damaged: something follows their end");
    }

    public static void Write(WireWriter to, Orders orders)
    {
        to.Count((ulong)orders.Constraints.Length);
        foreach (var one in orders.Constraints)
            Constraint(to, one);
        to.Count((ulong)orders.Overrides.Length);
        foreach (var one in orders.Overrides)
        {
            to.Whole(one.Number);
            to.Byte((byte)one.Kind);
            to.Whole(one.Index);
            to.Number(one.Value);
            to.Whole(one.Until.UnixMilliseconds);
            to.Text(one.By);
            to.Text(one.Reason);
        }
        to.Byte(orders.Stop is null ? (byte)0 : (byte)1);
        if (orders.Stop is not { } stop)
            return;
        to.Whole(stop.Since.UnixMilliseconds);
        to.Text(stop.By);
    }

    public static Orders Read(ref WireReader from)
    {
        var constraints = ImmutableArray.CreateBuilder<GridConstraint>();
        for (var left = from.Length(); left > 0; left--)
            constraints.Add(Constraint(ref from));
        var overrides = ImmutableArray.CreateBuilder<Override>();
        for (var left = from.Length(); left > 0; left--)
            overrides.Add(new(from.Whole(), WireReader.Known((OverrideKind)from.Byte()), from.Small(), from.Finite(), from.Instant()) { By = from.Text(), Reason = from.Text() });
        var stop = from.Byte() == 0 ? null : new StopOrder(from.Instant(), from.Text());
        return new() { Constraints = constraints.DrainToImmutable(), Overrides = overrides.DrainToImmutable(), Stop = stop };
    }

    private static void Constraint(WireWriter to, GridConstraint one)
    {
        to.Text(one.Id);
        to.Byte((byte)one.Source);
        to.Byte((byte)one.Direction);
        to.Number(one.Limit.Watts);
        Moment(to, one.Start);
        Moment(to, one.End);
        to.Whole(one.Priority);
        to.Byte(one.IsHard ? (byte)1 : (byte)0);
        to.Number(one.Failsafe.Watts);
        to.Text(one.Evidence);
    }

    private static GridConstraint Constraint(ref WireReader from) =>
        new(from.Text(), WireReader.Known((ConstraintSource)from.Byte()), WireReader.Known((ConstraintDirection)from.Byte()), Power.FromWatts(from.Finite()))
        {
            Start = Moment(ref from),
            End = Moment(ref from),
            Priority = from.Small(),
            IsHard = from.Byte() == 1,
            Failsafe = Power.FromWatts(from.Finite()),
            Evidence = from.Text(),
        };

    private static void Moment(WireWriter to, Instant? at)
    {
        to.Byte(at is null ? (byte)0 : (byte)1);
        if (at is { } known)
            to.Whole(known.UnixMilliseconds);
    }

    private static Instant? Moment(ref WireReader from) => from.Byte() == 0 ? null : from.Instant();
}
