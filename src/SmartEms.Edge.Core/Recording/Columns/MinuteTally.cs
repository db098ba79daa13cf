using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolls samples of one point up into minutes as they come, as long as they come in time order.</summary>
public sealed class MinuteTally
{
    private List<TelemetryRow> _rows = [];
    private long _before = long.MinValue;
    private long _start;
    private long _end = long.MinValue;
    private double _min;
    private double _max;
    private double _sum;
    private double _last;
    private int _known;
    private int _count;
    private Trust _worst;

    /// <summary>False once a sample came that was not later than the one before; the minutes are then to be told from the samples themselves.</summary>
    public bool Rises { get; private set; } = true;

    public void Add(long at, double value, Trust trust)
    {
        Rises &= at > _before || _count == 0;
        _before = at;
        if (at >= _end || at < _start || _count == 0)
            Begin(at);
        _count++;
        if (trust < _worst)
            _worst = trust;
        if (trust == Trust.Bad || !double.IsFinite(value))
            return;
        _known++;
        _sum += value;
        _last = value;
        if (value < _min)
            _min = value;
        if (value > _max)
            _max = value;
    }

    /// <summary>The minutes so far; the tally begins anew.</summary>
    public List<TelemetryRow> Take()
    {
        Put();
        var rows = _rows;
        (_rows, _before, _start, _end, _count, Rises) = ([], long.MinValue, 0, long.MinValue, 0, true);
        return rows;
    }

    private void Begin(long at)
    {
        Put();
        _start = Rollup.Start(at, Rollup.MinuteMs);
        _end = unchecked(_start + Rollup.MinuteMs);
        (_min, _max, _sum, _last) = (double.PositiveInfinity, double.NegativeInfinity, 0, double.NaN);
        (_known, _count, _worst) = (0, 0, Trust.Good);
    }

    private void Put()
    {
        if (_count == 0)
            return;
        _rows.Add(_known == 0
            ? new TelemetryRow(new Instant(_start), double.NaN, double.NaN, double.NaN, double.NaN, _worst, _count)
            : new TelemetryRow(new Instant(_start), _min, _sum / _known, _max, _last, _worst, _count));
    }
}
