using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Rolled-up rows found in a damaged file, put back at once; and what its account of the stretches says there must be.</summary>
internal sealed class CarvedRolled(Database database, TelemetryTables tables)
{
    private const int Most = 500_000;

    private readonly HashSet<(TelemetryTier Tier, long Stretch, long Bytes, long Rows)> _told = [];
    private bool _isBroken;

    public int HighestPoint { get; private set; }

    /// <summary>Takes a row key, body whose body is sound.</summary>
    public bool Take(CarvedRow row)
    {
        if (!row.IsBlob(1))
            return false;
        var body = row.Blob(1);
        if ((tables.Minutes.Restore(body) ?? tables.Quarters.Restore(body)) is not { } point)
        {
            _isBroken |= row.Place.IsListed;
            return false;
        }

        HighestPoint = Math.Max(HighestPoint, point);
        return true;
    }

    /// <summary>Hears a row of the account: tier, stretch, bytes, rows; false when it is none.</summary>
    public bool Hear(long[] told)
    {
        if (told[0] is not ((long)TelemetryTier.Minute or (long)TelemetryTier.Quarter) || !RolledTier.IsLikely(told[1]))
            return false;
        if (_told.Count < Most)
            _told.Add(((TelemetryTier)told[0], told[1], told[2], told[3]));
        return true;
    }

    /// <summary>Tells the stretches that hold less than the account says, and all when rows are broken and there is no account of their tier.</summary>
    public void Compare(List<TelemetryGap> lost, Func<TelemetryTier, long> droppedUntil, Instant until)
    {
        var held = Held();
        foreach (var tier in (RolledTier[])[tables.Minutes, tables.Quarters])
        {
            var isTold = false;
            foreach (var told in _told)
            {
                if (told.Tier != tier.Tier)
                    continue;
                isTold = true;
                var (from, to) = tier.Span(told.Stretch);
                var (bytes, rows) = held.GetValueOrDefault((told.Tier, told.Stretch));
                if (bytes < told.Bytes && rows < told.Rows && to > droppedUntil(told.Tier) && !IsTwice(told, held))
                    lost.Add(new(new Instant(from), new Instant(to), told.Tier, told.Rows - rows, ""));
            }

            if (_isBroken && !isTold)
                lost.Add(new(new Instant(0), until, tier.Tier, 0, ""));
        }
    }

    /// <summary>The same bytes and rows lie in a stretch that the account does not know, or the account tells of this stretch once more, rightly:
    /// then its number is what was damaged.</summary>
    private bool IsTwice((TelemetryTier Tier, long Stretch, long Bytes, long Rows) told, Dictionary<(TelemetryTier Tier, long Stretch), (long Bytes, long Rows)> held)
    {
        foreach (var (place, sum) in held)
            if (place.Tier == told.Tier && _told.Contains((place.Tier, place.Stretch, sum.Bytes, sum.Rows)) == (place.Stretch == told.Stretch)
                && (place.Stretch == told.Stretch || sum == (told.Bytes, told.Rows)))
                return true;
        return false;
    }

    private Dictionary<(TelemetryTier Tier, long Stretch), (long Bytes, long Rows)> Held()
    {
        var held = new Dictionary<(TelemetryTier, long), (long, long)>();
        using var rows = database.Prepare("SELECT tier, stretch, bytes, samples FROM stretches");
        while (rows.Step())
            held[((TelemetryTier)rows.Long(0), rows.Long(1))] = (rows.Long(2), rows.Long(3));
        return held;
    }
}
