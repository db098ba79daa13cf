namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>Points found in a damaged file: a row that its CRC proves, or else the entry of the index.</summary>
internal sealed class CarvedPoints
{
    private const int Most = 1_000_000;

    private readonly Dictionary<long, (string Name, string Unit)> _rows = [];
    private readonly Dictionary<long, (string Name, string Unit)> _index = [];

    /// <summary>Takes a row id, name, unit, crc that is sound.</summary>
    public bool Take(CarvedRow row)
    {
        if (!row.IsText(1) || !row.IsText(2) || !row.TryWhole(3, out var crc) || row.Number is < 1 or > Most)
            return false;
        var (name, unit) = (row.Text(1), row.Text(2));
        if (PointTable.Crc(row.Number, name, unit) != crc)
            return false;
        _rows[row.Number] = (name, unit);
        return true;
    }

    public void Hear(CarvedRow entry)
    {
        if (entry.TryWhole(2, out var number) && number is >= 1 and <= Most)
            _index[number] = (entry.Text(0), entry.Text(1));
    }

    /// <summary>Puts the points back under their numbers. A number whose name is lost gets another, because its samples may not become somebody else's.</summary>
    /// <param name="highest">The highest point that stored rows tell of.</param>
    /// <param name="highestBlocked">The highest point that may lie in the chunks.</param>
    public void Restore(PointTable points, int highest, int highestBlocked)
    {
        var whole = Math.Max(_rows.Count, _index.Count);
        var taken = new HashSet<(string, string)>(_rows.Values);
        foreach (var (number, name) in _index)
            if (!_rows.ContainsKey(number) && number <= _rows.Count + _index.Count && taken.Add(name))
                _rows[number] = name;
        foreach (var number in _rows.Keys)
            highest = Math.Max(highest, (int)number);
        if (whole < highest)
            highest = Math.Max(highest, highestBlocked);
        for (var number = 1; number <= highest; number++)
        {
            var (name, unit) = _rows.GetValueOrDefault(number, ($"lost/{number}", ""));
            points.Restore(number, name, unit);
        }
    }
}
