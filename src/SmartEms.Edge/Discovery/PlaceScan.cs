using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Discovery;

/// <summary>One unit that was found, or, without a unit, a place that is open and says nothing useful.</summary>
internal sealed record Found(WireTarget Target, byte? Unit)
{
    public string Identity { get; init; } = "";
    public Match Best { get; init; } = new("", 0);
    public string Note { get; init; } = "";
}

/// <summary>Asks one line which units are on it and what they are. One connection at a time, reads only, a pause between any two requests.</summary>
internal sealed class PlaceScan(IReadOnlyList<DeviceProfile> profiles, IReadOnlyList<byte> units, TimeProvider time)
{
    private const int MostGarbled = 2;

    /// <summary>What is there; null when nothing takes a connection.</summary>
    public async Task<List<Found>?> ScanAsync(WireTarget target, CancellationToken stop)
    {
        var found = new List<Found>();
        BusReply last = default;
        var isThere = target.Settings is ModbusRtuSettings;
        await using (var bus = target.Open(time))
        {
            var garbled = 0;
            foreach (var unit in units)
            {
                (var one, last) = await UnitAsync(target, bus, unit, stop);
                if (last.Status == BusStatus.Unreachable && !isThere)
                    return null;
                isThere = true;
                if (one is not null)
                    found.Add(one);
                garbled += last.Status is BusStatus.Malformed or BusStatus.Dropped && one is null ? 1 : 0;
                if (garbled == MostGarbled || last.Status == BusStatus.Unreachable)
                    break;
            }
            if (found.Count == 0)
                return [new(target, null) { Note = Silence(target, last, bus.Health.LastFault) }];
        }
        for (var i = 0; i < found.Count; i++)
            if (found[i].Identity.Length == 0 && target.Settings is ModbusTcpSettings { IsRtu: false } tcp && await DeviceIdentification.ReadAsync(tcp, found[i].Unit!.Value, time, stop) is { } identity)
                found[i] = found[i] with { Identity = identity.ToString() };
        return Together(found);
    }

    private static string Silence(WireTarget target, BusReply last, string? fault) => last.Status switch
    {
        BusStatus.Malformed => "answers, but not as a Modbus device",
        BusStatus.Dropped => "hangs up at once: it serves one client, and somebody is connected",
        BusStatus.Unreachable => fault ?? "cannot be opened",
        _ when target.Settings is ModbusRtuSettings => "no unit answers: baud rate, parity, A and B swapped, termination, unit ids",
        _ => "takes connections, but no unit asked answers",
    };

    private async Task<(Found? Found, BusReply Last)> UnitAsync(WireTarget target, ModbusMaster bus, byte unit, CancellationToken stop)
    {
        var first = await bus.ReadAsync(new(unit, RegisterSpace.HoldingRegister, 40_000, 2), new ushort[2], stop);
        var answers = first.IsOk || first.Status == BusStatus.Exception && first.ExceptionCode is not (0x0A or 0x0B);
        if (first.Status is BusStatus.Unreachable or BusStatus.Malformed || first.Status == BusStatus.Exception && !answers)
            return (null, first);
        var chain = answers ? await SunSpecWalk.FindAsync(bus, unit, [40_000, 50_000, 0], stop) : new(0, [], "not asked");
        var match = new ProfileMatch(bus, unit, chain.Models);
        var best = new Match("", 0);
        foreach (var profile in profiles)
        {
            if (!answers && profile.Link.DefaultUnit != unit)
                continue; // a unit that keeps quiet about unknown registers is asked only for those it may know
            var percent = await match.PercentAsync(profile, stop);
            if (percent > best.Percent)
                best = new(profile.Name, percent);
        }
        if (!answers && !match.HasAnswered)
            return (null, first);
        var identity = chain.IsFound ? await CommonAsync(bus, unit, chain.Models[0], stop) : "";
        return (new(target, unit) { Identity = identity, Best = best, Note = NoteOf(chain) }, BusReply.Ok);
    }

    private static string NoteOf(SunSpecChain chain)
    {
        if (chain.Seen.IsEmpty)
            return "";
        var parts = SunSpecParts.Of(chain.Seen).Length;
        return $"SunSpec {string.Join(' ', chain.Seen.Select(model => model.Id))}{(parts > 1 ? $", {parts} sub-devices" : "")}{(chain.IsFound ? "" : $"; {chain.Reason}")}";
    }

    /// <summary>Manufacturer, model and version of the common model.</summary>
    private static async Task<string> CommonAsync(ModbusMaster bus, byte unit, SunSpecModel common, CancellationToken stop)
    {
        var words = new ushort[48];
        if (!(await bus.ReadAsync(new(unit, RegisterSpace.HoldingRegister, (ushort)(common.Address + 2), 48), words, stop)).IsOk)
            return "";
        var text = new PointDefinition("", RegisterType.Text) { TextLength = 16 };
        var version = Decoding.Text(text with { TextLength = 8 }, words.AsSpan(40, 8));
        return $"{Decoding.Text(text, words.AsSpan(0, 16))} {Decoding.Text(text, words.AsSpan(16, 16))}{(version is null ? "" : $" fw {version}")}".Trim();
    }

    /// <summary>Many devices answer to every unit id: what says the same of itself is one device, shown once, under the unit its profile expects.</summary>
    private List<Found> Together(List<Found> found)
    {
        var shown = new List<Found>();
        foreach (var group in found.GroupBy(one => (one.Identity, one.Best, one.Note)))
        {
            Found[] all = [.. group];
            var usual = profiles.FirstOrDefault(profile => profile.Name == all[0].Best.Profile)?.Link.DefaultUnit;
            var one = Array.Find(all, it => it.Unit == usual) ?? all[0];
            var others = string.Join(", ", all.Where(it => it != one).Select(it => it.Unit));
            shown.Add(others.Length == 0 ? one : one with { Note = $"{one.Note}{(one.Note.Length > 0 ? "; " : "")}answers the same to unit {others}" });
        }
        return shown;
    }
}
