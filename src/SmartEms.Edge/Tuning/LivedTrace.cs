using System.Collections.Immutable;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Tuning;

/// <summary>What a site has lived through, hour by hour, out of the records of its quarter-hours: load without chargers, production, and what energy cost under the
/// tariff of today.</summary>
internal sealed class LivedTrace
{
    private const int SlotsPerHour = 4;
    private const int SlotsPerDay = 96;

    /// <summary>Of an hour at least so many quarters must be measured.</summary>
    private const int LeastQuarters = 2;

    /// <summary>One price, two powers, and how far prices were known, of each quarter-hour.</summary>
    private readonly Dictionary<long, Quarter> quarters = [];

    /// <summary>From which quarter-hour on local time was told how; a few a year.</summary>
    private readonly List<Told> clocks = [];

    private long first = long.MaxValue, last = long.MinValue;

    /// <summary>NaN = not measured, not told.</summary>
    private sealed class Quarter
    {
        public double Load { get; set; } = double.NaN;
        public double Pv { get; set; } = double.NaN;
        public double Spot { get; set; } = double.NaN;
        public int Known { get; set; }
    }

    private sealed record Told(long From, LocalClock Clock);

    /// <summary>Records that are damaged or of another form are passed over and counted.</summary>
    public int Unreadable { get; private set; }

    public static LivedTrace From(IStore store, Instant from, Instant to)
    {
        var lived = new LivedTrace();
        foreach (var entry in store.Read(LedgerKind.Cycle, from, to))
        {
            try
            {
                if (LedgerChain.IsSound(entry))
                    lived.Add(CycleRecord.FromBytes(entry.Body));
                else
                    lived.Unreadable++;
            }
            catch (InvalidDataException)
            {
                lived.Unreadable++;
            }
        }
        return lived;
    }

    /// <summary>Whole days from the first local midnight on; null where there is none. <see cref="Missing"/> is of the same days.</summary>
    public BacktestTrace? Hourly(Tariff tariff)
    {
        if (Bounds() is not var (first, days))
            return null;
        var hours = days * 24;
        var (load, pv, filled) = (new double[hours], new double[hours], new bool[hours]);
        var (import, export, known) = (new double[hours], new double[hours], new int[hours]);
        for (var h = 0; h < hours; h++)
        {
            (load[h], pv[h], filled[h]) = Powers(first + (h * SlotsPerHour), h >= 24 ? (load[h - 24], pv[h - 24]) : (0, 0));
            (import[h], export[h]) = Prices(first + (h * SlotsPerHour), tariff);
            known[h] = tariff.Spot is null ? hours : Math.Min(hours, h + Math.Max(1, quarters.TryGetValue(first + (h * SlotsPerHour), out var quarter) ? quarter.Known / SlotsPerHour : 1));
        }
        Missing = filled.Count(isFilled => isFilled) / (double)hours;
        return new(new Slot(first).Start, 60, [.. load], [.. pv], new([.. import], [.. export], [.. known]))
        {
            Filled = [.. filled],
            Clock = hour => ClockAt(first + ((long)hour * SlotsPerHour)),
        };
    }

    /// <summary>The part of all hours that was not measured, 0–1.</summary>
    public double Missing { get; private set; }

    private void Add(CycleRecord record)
    {
        if (record.Image.Outside is not { } outside)
            return;
        if (clocks.Count == 0 || clocks[^1].Clock != outside.Clock)
            clocks.Add(new(record.Slot.Index, outside.Clock));
        var now = At(record.Slot.Index);
        (now.Spot, now.Known) = (outside.Spot.IsEmpty ? double.NaN : outside.Spot[0], outside.Spot.Length);
        if (outside.Measured is not { } means)
            return;
        var before = At(record.Slot.Index - 1);
        (before.Load, before.Pv) = (means.Load, means.Pv);
    }

    private Quarter At(long slot)
    {
        (first, last) = (Math.Min(first, slot), Math.Max(last, slot));
        return quarters.TryGetValue(slot, out var known) ? known : quarters[slot] = new();
    }

    private (long First, int Days)? Bounds()
    {
        for (var slot = first; slot <= last; slot++)
            if (quarters.ContainsKey(slot) && ClockAt(slot).MinuteOfDay(new Slot(slot).Start) == 0)
                return (last - slot) / SlotsPerDay is > 0 and var days ? (slot, (int)days) : null;
        return null;
    }

    private (double Load, double Pv, bool IsFilled) Powers(long slot, (double Load, double Pv) usual)
    {
        var (load, pv, count) = (0.0, 0.0, 0);
        for (var i = 0; i < SlotsPerHour; i++)
            if (quarters.TryGetValue(slot + i, out var quarter) && double.IsFinite(quarter.Load + quarter.Pv))
                (load, pv, count) = (load + quarter.Load, pv + quarter.Pv, count + 1);
        return count >= LeastQuarters ? (load / count, pv / count, false) : (usual.Load, usual.Pv, true);
    }

    /// <summary>A quarter-hour whose price nobody told costs what it cost the day before.</summary>
    private (double Import, double Export) Prices(long slot, Tariff tariff)
    {
        var (import, export) = (0.0, 0.0);
        for (var i = 0; i < SlotsPerHour; i++)
        {
            double? spot = null;
            for (var at = slot + i; tariff.Spot is not null && spot is null && at > slot - (7 * SlotsPerDay); at -= SlotsPerDay)
                spot = quarters.TryGetValue(at, out var quarter) && double.IsFinite(quarter.Spot) ? quarter.Spot : null;
            var price = tariff.ImportAt(new Slot(slot + i).Start, ClockAt(slot + i), spot);
            (import, export) = (import + (price.PerKilowattHour / SlotsPerHour), export + (tariff.ExportAt(price).PerKilowattHour / SlotsPerHour));
        }
        return (import, export);
    }

    private LocalClock ClockAt(long slot)
    {
        for (var i = clocks.Count - 1; i > 0; i--)
            if (clocks[i].From <= slot)
                return clocks[i].Clock;
        return clocks[0].Clock;
    }
}
