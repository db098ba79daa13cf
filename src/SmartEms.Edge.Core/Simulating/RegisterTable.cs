using System.Collections.Immutable;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A client has written a point of a simulated device; <see cref="Value"/> is in the point's unit.</summary>
public readonly record struct PointWritten(int Point, string Name, double Value);

/// <summary>The registers of one simulated device, shaped by its profile: set by point name in engineering units, read and written by address as a
/// device would answer. Safe for several threads. Points never set hold their "no value" code, or 0 where they have none.</summary>
public sealed class RegisterTable
{
    private const byte Ok = 0;
    private const byte IllegalAddress = 2;
    private const byte IllegalValue = 3;

    private readonly Lock gate = new();
    private readonly Dictionary<Address, ushort> words = [];

    /// <summary>Every point that lies on a register: a register to write often has a second name, and a register of bits several.</summary>
    private readonly Dictionary<Address, List<int>> owners = [];
    private readonly double?[] values;
    private readonly int[] powers;

    /// <summary>The device as <paramref name="unit"/> (the profile's default when null); a SunSpec chain begins at <paramref name="sunSpecBase"/>
    /// (the profile's first base when null); <paramref name="units"/> overrides the profile's further unit ids.</summary>
    public RegisterTable(DeviceProfile profile, byte? unit = null, ushort? sunSpecBase = null, ImmutableDictionary<string, byte>? units = null)
    {
        var id = unit ?? profile.Link.DefaultUnit;
        if (profile.Layout == ProfileLayout.SunSpec)
        {
            var start = sunSpecBase ?? (profile.SunSpecBases.IsDefaultOrEmpty ? (ushort)40_000 : profile.SunSpecBases[0]);
            Device = Located.InChain(profile, id, SunSpecLayout.Of(profile, start));
            LayChain(id, start);
        }
        else
        {
            Device = Located.Fixed(profile, id, units);
        }
        values = new double?[profile.Points.Length];
        powers = new int[profile.Points.Length];
        for (var i = 0; i < powers.Length; i++)
            powers[i] = profile.Points[i].ScaleFactor is { } name ? profile.IndexOf(name) : -1;
        LayPoints();
    }

    /// <summary>The profile and where its points lie in this table.</summary>
    public Located Device { get; }

    /// <summary>Called for every point a client's write covers, after the write and outside the lock.</summary>
    public Action<PointWritten>? Written { get; set; }

    /// <summary>Writes are judged and answered as ever, but change nothing: some firmwares accept and ignore.</summary>
    public bool IgnoresWrites { get; set; }

    /// <summary>Sets a point in its unit. A scale factor set later re-scales the points it governs. False when the value does not fit into the
    /// registers (then nothing changes). Throws <see cref="ArgumentException"/> for a point the profile does not have.</summary>
    public bool Set(string point, double value) => Set(IndexOf(point), value);

    /// <summary>As <see cref="Set(string, double)"/>, by the point's place in the profile; not for derived points.</summary>
    public bool Set(int point, double value)
    {
        lock (gate)
        {
            if (!Lay(point, value))
                return false;
            if (Device.Profile.Points[point].Type == RegisterType.SunSsf)
                Rescale(point);
            return true;
        }
    }

    /// <summary>Sets a Text point; false when the text is too long.</summary>
    public bool SetText(string point, string text)
    {
        var index = IndexOf(point);
        var encoded = RegisterEncoding.OfText(Device.Profile.Points[index], text);
        lock (gate)
            Put(Device.Places[index].Span, encoded.Words);
        return encoded.IsOk;
    }

    /// <summary>Puts raw registers under a point: for devices that say nonsense.</summary>
    public void SetRaw(string point, ReadOnlySpan<ushort> raw)
    {
        var index = IndexOf(point);
        lock (gate)
        {
            values[index] = null;
            Put(Device.Places[index].Span, raw[..Device.Places[index].Span.Count]);
        }
    }

    /// <summary>Takes a point's value away: it shows its "no value" code again.</summary>
    public void Unset(string point)
    {
        var index = IndexOf(point);
        lock (gate)
        {
            if (Device.Profile.Points[index] is { Mask: not 0, Sentinels.IsEmpty: true })
                Lay(index, 0); // the other bits stay
            else
                PutNoValue(index);
            values[index] = null;
        }
    }

    /// <summary>Makes registers readable that no point uses; they hold 0. Some devices answer reads across their gaps, some do not.</summary>
    public void LayUnused(RegisterSpan span)
    {
        lock (gate)
            for (var i = 0; i < span.Count; i++)
                words.TryAdd(new(span.Unit, span.Space, span.Address + i), 0);
    }

    /// <summary>The point as a client would decode it now; numbers only.</summary>
    public Sample Get(string point)
    {
        var index = IndexOf(point);
        lock (gate)
            return Decoded(index);
    }

    /// <summary>Answers a read of into.Length registers: 0, or exception 2 when any of them does not exist or may only be written.</summary>
    public byte Read(byte unit, RegisterSpace space, ushort address, Span<ushort> into)
    {
        lock (gate)
        {
            for (var i = 0; i < into.Length; i++)
            {
                var at = new Address(unit, space, address + i);
                if (!words.TryGetValue(at, out into[i]))
                    return IllegalAddress;
                if (owners.TryGetValue(at, out var all) && all.TrueForAll(owner => Device.Profile.Points[owner].Access == PointAccess.Write))
                    return IllegalAddress;
            }
            return Ok;
        }
    }

    /// <summary>Answers a write. Exception 2 where a register is missing, read-only, wants the other write function or is written in part;
    /// exception 3 where the value is outside the point's range.</summary>
    public byte Write(byte unit, RegisterSpace space, ushort address, ReadOnlySpan<ushort> data, bool single)
    {
        var written = new List<PointWritten>();
        lock (gate)
        {
            var code = Accept(new(unit, space, address), data, single, written);
            if (code != Ok || IgnoresWrites)
                return code;
            foreach (var write in written)
            {
                var span = Device.Places[write.Point].Span;
                Hold(write.Point, write.Value);
                Put(span, data.Slice(span.Address - address, span.Count));
            }
        }
        if (Written is { } tell)
            foreach (var write in written)
                tell(write);
        return Ok;
    }

    private byte Accept(Address start, ReadOnlySpan<ushort> data, bool single, List<PointWritten> written)
    {
        for (var i = 0; i < data.Length;)
        {
            if (!owners.TryGetValue(start with { Register = start.Register + i }, out var all))
                return IllegalAddress;
            var (code, taken) = (IllegalAddress, 0);
            foreach (var index in all)
            {
                var (point, span) = (Device.Profile.Points[index], Device.Places[index].Span);
                var wrongFunction = single ? point.WriteWith != WriteFunction.Single && span.Count > 1 : point.WriteWith == WriteFunction.Single;
                if (taken > 0 || point.Access == PointAccess.Read || wrongFunction || span.Address != start.Register + i || i + span.Count > data.Length)
                    continue;
                code = IllegalValue;
                var sample = Decoding.Number(point, Decoding.Bits(point, data.Slice(i, span.Count)), PowerOf(index));
                if (!sample.IsKnown)
                    continue;
                written.Add(new(index, point.Name, sample.Value));
                taken = span.Count;
            }
            if (taken == 0)
                return code;
            i += taken;
        }
        return Ok;
    }

    private int IndexOf(string point)
    {
        var index = Device.Profile.IndexOf(point);
        if (index < 0 || Device.Profile.Points[index].IsDerived)
            throw new ArgumentException($"{Device.Profile.Name} has no register point {point}", nameof(point));
        return index;
    }

    private void LayChain(byte unit, ushort start)
    {
        Put(new(unit, RegisterSpace.HoldingRegister, start, 2), [0x5375, 0x6E53]);
        var end = start + 2;
        foreach (var model in Device.Models)
        {
            Put(new(unit, RegisterSpace.HoldingRegister, model.Address, 2), [model.Id, model.Length]);
            for (var i = 0; i < model.Length; i++)
                words[new(unit, RegisterSpace.HoldingRegister, model.Address + 2 + i)] = 0;
            end = model.Address + 2 + model.Length;
        }
        Put(new(unit, RegisterSpace.HoldingRegister, (ushort)end, 2), [0xFFFF, 0]);
    }

    private void LayPoints()
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (Device.Profile.Points[i].IsDerived)
                continue;
            var span = Device.Places[i].Span;
            var isFirst = true;
            for (var register = 0; register < span.Count; register++)
            {
                var at = new Address(span.Unit, span.Space, span.Address + register);
                if (!owners.TryGetValue(at, out var all))
                    owners[at] = all = [];
                isFirst &= all.Count == 0;
                all.Add(i);
            }
            if (isFirst || Device.Profile.Points[i].Access != PointAccess.Write)
                PutNoValue(i); // a second name to write by takes nothing away from the first
        }
    }

    /// <summary>Scale factors start at 10^0 so that values can be set before them; everything else starts unknown.</summary>
    private void PutNoValue(int index)
    {
        var point = Device.Profile.Points[index];
        var bits = point.Type is RegisterType.Text or RegisterType.SunSsf || point.Sentinels.IsEmpty ? 0 : point.Sentinels[0];
        Put(Device.Places[index].Span, WordOrders.Part(point.Words, bits, point.Width));
    }

    private bool Lay(int index, double value)
    {
        var point = Device.Profile.Points[index];
        Span<ushort> held = stackalloc ushort[4];
        var encoded = point.Mask == 0 ? RegisterEncoding.Unchecked(point, value, PowerOf(index)) : RegisterEncoding.AmongBits(point, value, Raw(index, held));
        if (!encoded.IsOk)
            return false;
        Hold(index, value);
        Put(Device.Places[index].Span, encoded.Words);
        return true;
    }

    /// <summary>The point has a value now, and others on the same registers have lost theirs.</summary>
    private void Hold(int index, double value)
    {
        var span = Device.Places[index].Span;
        for (var i = 0; i < span.Count; i++)
            foreach (var other in owners[new(span.Unit, span.Space, span.Address + i)])
                if (Device.Profile.Points[other].Mask == 0 || Device.Profile.Points[index].Mask == 0 || other == index)
                    values[other] = null;
        values[index] = value;
    }

    private ReadOnlySpan<ushort> Raw(int index, Span<ushort> into)
    {
        var span = Device.Places[index].Span;
        for (var i = 0; i < span.Count; i++)
            into[i] = words[new(span.Unit, span.Space, span.Address + i)];
        return into[..span.Count];
    }

    private void Rescale(int scaleFactor)
    {
        for (var i = 0; i < values.Length; i++)
            if (powers[i] == scaleFactor && values[i] is { } value && !Lay(i, value))
                PutNoValue(i);
    }

    private Sample PowerOf(int index) => powers[index] >= 0 ? Decoded(powers[index]) : Sample.Good(0);

    private Sample Decoded(int index)
    {
        var point = Device.Profile.Points[index];
        Span<ushort> raw = stackalloc ushort[4];
        return point.Type == RegisterType.Text
            ? Sample.Bad(BadReason.NotAvailable)
            : Decoding.Number(point, Decoding.Bits(point, Raw(index, raw)), PowerOf(index));
    }

    private void Put(RegisterSpan span, ReadOnlySpan<ushort> raw)
    {
        for (var i = 0; i < raw.Length; i++)
            words[new(span.Unit, span.Space, span.Address + i)] = raw[i];
    }

    private readonly record struct Address(byte Unit, RegisterSpace Space, int Register);
}
