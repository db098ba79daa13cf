using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What a tally had counted at one moment; two of them make a summary.</summary>
public readonly record struct TallyMark(double ImportWh, double ExportWh, double PvWh, double ChargedWh, double DischargedWh, double EvWh)
{
    public double Cost { get; init; }
    public double Seconds { get; init; }
    public double BlindSeconds { get; init; }

    public static TallyMark Of(Tally tally) => new(tally.ImportWh, tally.ExportWh, tally.PvWh, tally.ChargedWh, tally.DischargedWh, tally.EvWh)
    {
        Cost = tally.Cost,
        Seconds = tally.Seconds,
        BlindSeconds = tally.BlindSeconds,
    };

    public static TallyMark operator -(TallyMark a, TallyMark b) =>
        new(a.ImportWh - b.ImportWh, a.ExportWh - b.ExportWh, a.PvWh - b.PvWh, a.ChargedWh - b.ChargedWh, a.DischargedWh - b.DischargedWh, a.EvWh - b.EvWh)
        {
            Cost = a.Cost - b.Cost,
            Seconds = a.Seconds - b.Seconds,
            BlindSeconds = a.BlindSeconds - b.BlindSeconds,
        };
}

/// <summary>One quarter-hour in a few numbers; the body of a <see cref="LedgerKind.Summary"/> entry. A receiver keeps one per box and slot: a later entry of the same
/// slot replaces an earlier one.</summary>
/// <param name="Counted">What was counted in it: Wh, the tariff's currency, and the seconds that were watched, at most 900 (less after a restart).</param>
/// <param name="SocPct">Mean state of charge at its end, weighted by capacity; NaN where no battery told.</param>
public sealed record SlotSummary(Slot Slot, TallyMark Counted, double SocPct)
{
    private const byte Form = 1;

    public double LoadWh => Counted.ImportWh - Counted.ExportWh + Counted.PvWh + Counted.DischargedWh - Counted.ChargedWh - Counted.EvWh;

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Whole(Slot.Index);
        foreach (var number in (ReadOnlySpan<double>)
            [
                Counted.ImportWh, Counted.ExportWh, Counted.PvWh, Counted.ChargedWh, Counted.DischargedWh, Counted.EvWh, Counted.Cost, Counted.Seconds, Counted.BlindSeconds,
                SocPct,
            ])
            to.Number(number);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static SlotSummary FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("summary of an unknown form");
        var slot = from.Slot();
        var counted = new TallyMark(from.Finite(), from.Finite(), from.Finite(), from.Finite(), from.Finite(), from.Finite()) { Cost = from.Finite(), Seconds = from.Finite(), BlindSeconds = from.Finite() };
        return new(slot, counted, from.Number());
    }

    /// <summary>The state of charge of all batteries that tell it, weighted by what they hold, %; NaN where none does.</summary>
    public static double SocOf(ProcessImage image, Describing.Site site)
    {
        var (held, of) = (0.0, 0.0);
        for (var i = 0; i < image.Batteries.Length; i++)
        {
            if (!image.Batteries[i].Soc.IsKnown)
                continue;
            held += image.Batteries[i].Soc.Value.Ratio * site.Batteries[i].Capacity.WattHours;
            of += site.Batteries[i].Capacity.WattHours;
        }
        return of > 0 ? 100 * held / of : double.NaN;
    }
}
