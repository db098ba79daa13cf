using System.Text;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The numbers of telemetry points, 1, 2, 3 …; a point whose unit changes is a new point, so that old values keep theirs.</summary>
internal sealed class PointTable(Database database) : IDisposable
{
    public const string Schema = "CREATE TABLE points(id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, crc INTEGER NOT NULL, UNIQUE(name, unit));";

    private readonly Statement _insert = database.Prepare("INSERT INTO points(id, name, unit, crc) VALUES(?1, ?2, ?3, ?4)");
    private readonly Statement _all = database.Prepare("SELECT id, name, unit FROM points ORDER BY id");
    private readonly Statement _find = database.Prepare("SELECT id FROM points WHERE name = ?1 AND unit = ?2");
    private readonly Dictionary<(string Name, string Unit), int> _known = [];

    /// <summary>The number of the last point made or found so far.</summary>
    public int Highest { get; private set; } = (int)database.Long("SELECT max(id) FROM points");

    /// <summary>The number, or null when there is no such point.</summary>
    public int? Find(string name, string unit)
    {
        if (_known.TryGetValue((name, unit), out var known))
            return known;
        try
        {
            return _find.Bind(1, name).Bind(2, unit).Step() ? Remember(name, unit, (int)_find.Long(0)) : null;
        }
        finally
        {
            _find.Rewind();
        }
    }

    public int Make(string name, string unit)
    {
        Restore(Highest + 1, name, unit);
        return Find(name, unit) ?? throw new InvalidOperationException($"The point {name} was stored and is not there.");
    }

    /// <summary>Makes a point with the number it had.</summary>
    public void Restore(int number, string name, string unit)
    {
        _insert.Bind(1, number).Bind(2, name).Bind(3, unit).Bind(4, Crc(number, name, unit)).Run();
        Highest = Math.Max(Highest, number);
    }

    /// <summary>What a point's row must carry (CRC-32C), so that a name can be proved without the index.</summary>
    public static long Crc(long number, string name, string unit) => Frame.Crc(Encoding.UTF8.GetBytes($"{number}\0{name}\0{unit}"));

    public List<TelemetryPoint> All()
    {
        var all = new List<TelemetryPoint>();
        try
        {
            while (_all.Step())
                all.Add(new TelemetryPoint((int)_all.Long(0), _all.Text(1), _all.Text(2)));
            return all;
        }
        finally
        {
            _all.Rewind();
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _all.Dispose();
        _find.Dispose();
    }

    private int Remember(string name, string unit, int number)
    {
        Highest = Math.Max(Highest, number);
        return _known[(name, unit)] = number;
    }
}
