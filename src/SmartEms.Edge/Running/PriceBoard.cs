using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Running;

/// <summary>The market's prices from the file the site names (CSV with utc and eur_per_mwh), read again when it changes. Whoever fetches them writes the file anew and moves
/// it into place. A file that cannot be read leaves the prices known before; rows that cannot be understood are left out and told.</summary>
internal sealed class PriceBoard
{
    /// <summary>Nobody publishes farther ahead.</summary>
    private const int SlotsMost = 4 * 96;

    private readonly SpotTerms terms;
    private readonly Log log;
    private readonly WatchedFile file;

    /// <summary>Made anew by each reading, and then never changed.</summary>
    private volatile SortedList<long, double> bySlot = [];

    public PriceBoard(SpotTerms terms, Log log, TimeProvider time)
    {
        (this.terms, this.log) = (terms, log);
        file = new(terms.File, text => Read(text.Split('\n')), why => log.Warning($"prices: {terms.File} {why}"), time);
    }

    /// <summary>Per kWh, of a quarter-hour and those after it up to the first that is not known.</summary>
    public async ValueTask<ImmutableArray<double>> FromAsync(Slot slot)
    {
        await file.LookAsync();
        var (rows, known) = (bySlot, ImmutableArray.CreateBuilder<double>());
        while (known.Count < SlotsMost && rows.TryGetValue(slot.Index + known.Count, out var price))
            known.Add(price);
        return known.DrainToImmutable();
    }

    private void Read(string[] lines)
    {
        var columns = lines.Length > 0 ? lines[0].TrimStart('\uFEFF').Split(',', StringSplitOptions.TrimEntries) : [];
        var (time, price, left) = (Array.IndexOf(columns, "utc"), Array.IndexOf(columns, "eur_per_mwh"), 0);
        if (time < 0 || price < 0)
        {
            log.Warning($"prices: {terms.File}: line 1 must name the columns utc and eur_per_mwh");
            return;
        }
        var rows = new SortedList<DateTime, double>();
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length == columns.Length && UtcText.TryParse(cells[time], out var at) && double.TryParse(cells[price], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
                rows[at] = value / 1000;
            else
                left += string.IsNullOrWhiteSpace(line) ? 0 : 1;
        }
        Lay(rows);
        if (left > 0)
            log.Warning($"prices: {terms.File}: {left} rows could not be understood and are left out");
    }

    /// <summary>A price holds until the next row, and never longer than an hour.</summary>
    private void Lay(SortedList<DateTime, double> rows)
    {
        var laid = new SortedList<long, double>();
        for (var i = 0; i < rows.Count; i++)
        {
            var first = Slot.Of(Instant.From(rows.Keys[i]));
            var next = i + 1 < rows.Count ? Slot.Of(Instant.From(rows.Keys[i + 1])).Index : first.Index + 4;
            for (var slot = first.Index; slot < Math.Min(next, first.Index + 4); slot++)
                laid[slot] = rows.Values[i];
        }
        bySlot = laid;
    }
}
