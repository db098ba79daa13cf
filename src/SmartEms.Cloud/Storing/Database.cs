using Npgsql;
using NpgsqlTypes;
using SmartEms.Cloud.Receiving;

namespace SmartEms.Cloud.Storing;

/// <summary>How far a box has everything here, and the stretches it misses behind that.</summary>
internal sealed record Place(BoxName Box, long Through)
{
    public IReadOnlyList<(long From, long To)> Missing { get; init; } = [];
}

/// <summary>PostgreSQL: what was taken is committed before it is acknowledged, and to take it again changes nothing. <see cref="NpgsqlException"/> when it cannot be had.</summary>
internal sealed class Database(string connection) : IAsyncDisposable
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connection);
    private readonly Dictionary<BoxName, int> numbers = [];

    /// <summary>Counts the lives of this database.</summary>
    public long Epoch { get; private set; }

    public async Task OpenAsync(CancellationToken stop)
    {
        await using (var link = await source.OpenConnectionAsync(stop))
        await using (var whole = await link.BeginTransactionAsync(stop))
        {
            // Two receivers that begin together must not make the tables twice.
            await using var schema = new NpgsqlCommand($"SELECT pg_advisory_xact_lock(1936552556); {Schema.Text}", link);
            await schema.ExecuteNonQueryAsync(stop);
            await whole.CommitAsync(stop);
        }
        await using var epoch = source.CreateCommand("SELECT epoch FROM smartems_meta");
        Epoch = (long)(await epoch.ExecuteScalarAsync(stop))!;
    }

    /// <summary>Stores messages, all or none, and says how far each box that spoke now has everything.</summary>
    public async Task<IReadOnlyList<Place>> StoreAsync(IReadOnlyList<Incoming> messages, CancellationToken stop)
    {
        await using var link = await source.OpenConnectionAsync(stop);
        await NumberAsync(link, [.. messages.Select(one => one.Box).Distinct().Where(box => !numbers.ContainsKey(box))], stop);
        await using var whole = await link.BeginTransactionAsync(stop);
        await StatesAsync(link, [.. messages.Where(one => one.State is not null).GroupBy(one => one.Box).Select(same => same.Last())], stop);
        var entries = messages.Where(one => one.State is null).ToArray();
        await EntriesAsync(link, entries, stop);
        await SummariesAsync(link, entries, stop);
        await CoveredAsync(link, entries, stop);
        var places = await AdvanceAsync(link, [.. entries.Select(one => one.Box).Distinct()], stop);
        await whole.CommitAsync(stop);
        return places;
    }

    /// <summary>Boxes that have not advanced for so long although later entries came: what lies between is missing.</summary>
    public async Task<IReadOnlyList<Place>> StuckAsync(TimeSpan since, CancellationToken stop)
    {
        await using var ask = source.CreateCommand("""
            SELECT b.tenant, b.site, b.box, b.through, c.from_seq, c.to_seq FROM smartems_box b JOIN smartems_covered c ON c.box = b.id
            WHERE b.advanced < clock_timestamp() - $1 ORDER BY b.id, c.from_seq
            """);
        ask.Parameters.AddWithValue(since);
        var places = new Dictionary<BoxName, (long Through, long Reached, List<(long, long)> Holes)>();
        await using var rows = await ask.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop))
        {
            var (box, through) = (new BoxName(rows.GetString(0), rows.GetString(1), rows.GetString(2)), rows.GetInt64(3));
            var known = places.TryGetValue(box, out var place) ? place : (through, through, []);
            if (rows.GetInt64(4) > known.Item2 + 1)
                known.Item3.Add((known.Item2 + 1, rows.GetInt64(4) - 1));
            places[box] = (through, Math.Max(known.Item2, rows.GetInt64(5)), known.Item3);
        }
        return [.. places.Select(one => new Place(one.Key, one.Value.Through) { Missing = [.. one.Value.Holes.Take(32)] })];
    }

    private async Task NumberAsync(NpgsqlConnection link, BoxName[] boxes, CancellationToken stop)
    {
        if (boxes.Length == 0)
            return;
        await using var ask = new NpgsqlCommand("""
            INSERT INTO smartems_box (tenant, site, box) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
            ON CONFLICT (tenant, site, box) DO UPDATE SET seen = clock_timestamp() RETURNING id, tenant, site, box
            """, link);
        ask.Parameters.AddWithValue(boxes.Select(box => box.Tenant).ToArray());
        ask.Parameters.AddWithValue(boxes.Select(box => box.Site).ToArray());
        ask.Parameters.AddWithValue(boxes.Select(box => box.Box).ToArray());
        await using var rows = await ask.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop))
            numbers[new(rows.GetString(1), rows.GetString(2), rows.GetString(3))] = rows.GetInt32(0);
    }

    private async Task StatesAsync(NpgsqlConnection link, Incoming[] states, CancellationToken stop)
    {
        if (states.Length == 0)
            return;
        await using var store = new NpgsqlCommand("UPDATE smartems_box b SET state = s.state, seen = clock_timestamp() FROM unnest($1::int[], $2::jsonb[]) AS s(id, state) WHERE b.id = s.id", link);
        store.Parameters.AddWithValue(states.Select(one => numbers[one.Box]).ToArray());
        store.Parameters.Add(new() { Value = states.Select(one => one.State!).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        await store.ExecuteNonQueryAsync(stop);
    }

    private async Task EntriesAsync(NpgsqlConnection link, Incoming[] messages, CancellationToken stop)
    {
        var items = messages.SelectMany(one => one.Items.Select(item => (Box: numbers[one.Box], Item: item))).ToArray();
        if (items.Length == 0)
            return;
        await using var store = new NpgsqlCommand("INSERT INTO smartems_entry (box, seq, kind, body) SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::jsonb[]) ON CONFLICT DO NOTHING", link);
        store.Parameters.AddWithValue(items.Select(one => one.Box).ToArray());
        store.Parameters.AddWithValue(items.Select(one => one.Item.Sequence).ToArray());
        store.Parameters.AddWithValue(items.Select(one => one.Item.Kind).ToArray());
        store.Parameters.Add(new() { Value = items.Select(one => one.Item.Json).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        await store.ExecuteNonQueryAsync(stop);
    }

    /// <summary>A later entry of the same slot replaces an earlier one, in whatever order they come.</summary>
    private async Task SummariesAsync(NpgsqlConnection link, Incoming[] messages, CancellationToken stop)
    {
        var items = messages.SelectMany(one => one.Items.Where(item => item.Slot is not null).Select(item => (Box: numbers[one.Box], Item: item)))
            .GroupBy(one => (one.Box, one.Item.Slot)).Select(same => same.MaxBy(one => one.Item.Sequence)).ToArray();
        if (items.Length == 0)
            return;
        await using var store = new NpgsqlCommand("""
            INSERT INTO smartems_summary (box, slot, seq, import_wh, export_wh, pv_wh, charge_wh, discharge_wh, ev_wh, load_wh, cost, soc_pct, watched_s)
            SELECT s.box, s.slot, s.seq, r.import_wh, r.export_wh, r.pv_wh, r.charge_wh, r.discharge_wh, r.ev_wh, r.load_wh, r.cost, r.soc_pct, coalesce(r.watched_s, 900)
            FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::jsonb[]) AS s(box, slot, seq, body),
            jsonb_to_record(s.body) AS r(import_wh float8, export_wh float8, pv_wh float8, charge_wh float8, discharge_wh float8, ev_wh float8, load_wh float8, cost float8, soc_pct float8, watched_s float8)
            ON CONFLICT (box, slot) DO UPDATE SET seq = excluded.seq, import_wh = excluded.import_wh, export_wh = excluded.export_wh, pv_wh = excluded.pv_wh,
                charge_wh = excluded.charge_wh, discharge_wh = excluded.discharge_wh, ev_wh = excluded.ev_wh, load_wh = excluded.load_wh, cost = excluded.cost,
                soc_pct = excluded.soc_pct, watched_s = excluded.watched_s WHERE excluded.seq > smartems_summary.seq
            """, link);
        store.Parameters.AddWithValue(items.Select(one => one.Box).ToArray());
        store.Parameters.AddWithValue(items.Select(one => one.Item.Slot!.Value).ToArray());
        store.Parameters.AddWithValue(items.Select(one => one.Item.Sequence).ToArray());
        store.Parameters.Add(new() { Value = items.Select(one => one.Item.Json).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        await store.ExecuteNonQueryAsync(stop);
    }

    private async Task CoveredAsync(NpgsqlConnection link, Incoming[] messages, CancellationToken stop)
    {
        var ranges = messages.GroupBy(one => (Box: numbers[one.Box], one.From)).Select(same => (same.Key.Box, same.Key.From, To: same.Max(one => one.To))).ToArray();
        if (ranges.Length == 0)
            return;
        await using var store = new NpgsqlCommand("""
            INSERT INTO smartems_covered (box, from_seq, to_seq) SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[])
            ON CONFLICT (box, from_seq) DO UPDATE SET to_seq = greatest(smartems_covered.to_seq, excluded.to_seq)
            """, link);
        store.Parameters.AddWithValue(ranges.Select(one => one.Box).ToArray());
        store.Parameters.AddWithValue(ranges.Select(one => one.From).ToArray());
        store.Parameters.AddWithValue(ranges.Select(one => one.To).ToArray());
        await store.ExecuteNonQueryAsync(stop);
    }

    private async Task<IReadOnlyList<Place>> AdvanceAsync(NpgsqlConnection link, BoxName[] boxes, CancellationToken stop)
    {
        if (boxes.Length == 0)
            return [];
        var names = boxes.ToDictionary(box => numbers[box]);
        await using var ask = new NpgsqlCommand("SELECT box, through FROM smartems_advance($1)", link);
        ask.Parameters.AddWithValue(names.Keys.Order().ToArray()); // in one order, so that two receivers cannot wait for each other
        var places = new List<Place>();
        await using var rows = await ask.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop))
            places.Add(new(names[rows.GetInt32(0)], rows.GetInt64(1)));
        return places;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
