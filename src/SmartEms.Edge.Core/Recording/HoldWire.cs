using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>The hold journal as bytes and back; the body of a <see cref="LedgerKind.Hold"/> entry, of which the last one counts.</summary>
public static class HoldWire
{
    private const byte Form = 1;

    public static byte[] ToBytes(ImmutableArray<Hold> holds)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Count((ulong)holds.Length);
        foreach (var hold in holds)
        {
            to.Text(hold.Device);
            to.Text(hold.Link);
            to.Byte((byte)hold.Kind);
            to.Whole(hold.Since.UnixMilliseconds);
            to.Count((ulong)hold.Before.Length);
            foreach (var register in hold.Before)
            {
                to.Text(register.Point);
                to.Number(register.Before);
            }
        }
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableArray<Hold> FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("hold journal of an unknown form");
        var holds = ImmutableArray.CreateBuilder<Hold>();
        for (var left = from.Length(); left > 0; left--)
        {
            var (device, link, kind, since) = (from.Text(), from.Text(), WireReader.Known((ControlKind)from.Byte()), from.Instant());
            var before = ImmutableArray.CreateBuilder<HeldRegister>();
            for (var registers = from.Length(); registers > 0; registers--)
                before.Add(new(from.Text(), from.Finite()));
            holds.Add(new(device, link, kind, since, before.DrainToImmutable()));
        }
        return from.IsAtEnd ? holds.DrainToImmutable() : throw new InvalidDataException("hold journal damaged: something follows its end");
    }
}
