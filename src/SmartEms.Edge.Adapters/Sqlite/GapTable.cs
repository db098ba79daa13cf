using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>What is known to be missing. Retention always takes the oldest, so it is one growing gap for each tier.</summary>
internal sealed class GapTable(Database database) : IDisposable
{
    public const string Schema = """
        CREATE TABLE gaps(id INTEGER PRIMARY KEY, tier INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, samples INTEGER NOT NULL, why TEXT NOT NULL);
        """;

    public const string Retention = "retention";
    public const string Damage = "damage";

    private readonly Statement _add = database.Prepare("INSERT INTO gaps(tier, first_ms, last_ms, samples, why) VALUES(?1, ?2, ?3, ?4, ?5)");

    private readonly Statement _extend = database.Prepare("""
        UPDATE gaps SET first_ms = min(first_ms, ?2), last_ms = max(last_ms, ?3), samples = samples + ?4 WHERE tier = ?1 AND why = ?5 RETURNING id
        """);

    private readonly Statement _find = database.Prepare("SELECT tier, first_ms, last_ms, samples, why FROM gaps WHERE first_ms < ?2 AND last_ms > ?1 ORDER BY first_ms, id");
    private readonly HashSet<TelemetryGap> _found = [];

    public void Add(TelemetryGap gap) => Bound(_add, gap).Run();

    /// <summary>Widens the gap of the same tier and cause, or begins it.</summary>
    public void Extend(TelemetryGap gap)
    {
        bool extended;
        try
        {
            extended = Bound(_extend, gap).Step();
            while (extended && _extend.Step())
            {
            }
        }
        finally
        {
            _extend.Rewind();
        }

        if (!extended)
            Add(gap);
    }

    /// <summary>A gap found while reading: told until the program ends, and found again after.</summary>
    public void Remember(TelemetryGap gap) => _found.Add(gap);

    public List<TelemetryGap> Find(Instant from, Instant to)
    {
        var all = new List<TelemetryGap>();
        try
        {
            _find.Bind(1, from.UnixMilliseconds).Bind(2, to.UnixMilliseconds);
            while (_find.Step())
                all.Add(new TelemetryGap(new Instant(_find.Long(1)), new Instant(_find.Long(2)), (TelemetryTier)_find.Long(0), _find.Long(3), _find.Text(4)));
        }
        finally
        {
            _find.Rewind();
        }

        all.AddRange(_found.Where(g => g.From < to && g.To > from));
        return all;
    }

    public void Dispose()
    {
        _add.Dispose();
        _extend.Dispose();
        _find.Dispose();
    }

    private static Statement Bound(Statement statement, TelemetryGap gap) => statement
        .Bind(1, (long)gap.Tier).Bind(2, gap.From.UnixMilliseconds).Bind(3, gap.To.UnixMilliseconds).Bind(4, gap.Samples).Bind(5, gap.Why);
}
