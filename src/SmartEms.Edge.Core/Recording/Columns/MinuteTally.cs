using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Rolls samples of one point up into minutes as they come, as long as they come in time order.</summary>
public sealed class MinuteTally
{
    private readonly List<TelemetryRow> _rows = [];
    private bool _taken;
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

    /// <summary>The minutes so far, until a sample comes; the tally then begins anew.</summary>
    public List<TelemetryRow> Take()
    {
        if (_taken)
            _rows.Clear();
        Put();
        (_taken, _before, _start, _end, _count, Rises) = (true, long.MinValue, 0, long.MinValue, 0, true);
        return _rows;
    }

    private void Begin(long at)
    {
        Put();
        if (_taken)
            _rows.Clear();
        _taken = false;
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
