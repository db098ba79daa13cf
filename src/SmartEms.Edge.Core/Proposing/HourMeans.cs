using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>The next hours of a series, one mean each; beyond its end the last value holds.</summary>
internal readonly struct HourMeans
{
    private readonly double[] _hours;

    public HourMeans(ReadOnlySpan<double> series, int stepMinutes, int hours)
    {
        var perHour = 60 / stepMinutes;
        _hours = new double[hours];
        for (var h = 0; h < hours; h++)
        {
            for (var i = 0; i < perHour; i++)
                _hours[h] += series[Math.Min((h * perHour) + i, series.Length - 1)] / perHour;
            Mean += _hours[h] / hours;
        }
        var squares = 0.0;
        foreach (var hour in _hours)
            squares += (hour - Mean) * (hour - Mean) / hours;
        Deviation = Math.Sqrt(squares);
    }

    public double Mean { get; } = 0;
    public double Deviation { get; }

    public double this[int hour] => _hours[hour];

    /// <summary>So many deviations above the mean; 0 where all hours are alike.</summary>
    public double Score(double value) => Deviation > 1e-6 ? (value - Mean) / Deviation : 0;

    public double Least(int hours)
    {
        var least = _hours[0];
        for (var h = 1; h < hours; h++)
            least = Math.Min(least, _hours[h]);
        return least;
    }

    public double Greatest(int hours)
    {
        var greatest = _hours[0];
        for (var h = 1; h < hours; h++)
            greatest = Math.Max(greatest, _hours[h]);
        return greatest;
    }
}

/// <summary>Net load of the next hours, W: in the middle, when little is used and much produced, and the other way round.</summary>
internal readonly struct NetHours(Outlook outlook, int hours)
{
    private readonly HourMeans _loadLow = new(outlook.Load.P10.AsSpan(), outlook.StepMinutes, hours);
    private readonly HourMeans _load = new(outlook.Load.P50.AsSpan(), outlook.StepMinutes, hours);
    private readonly HourMeans _loadHigh = new(outlook.Load.P90.AsSpan(), outlook.StepMinutes, hours);
    private readonly HourMeans _pvLow = new(outlook.Pv.P10.AsSpan(), outlook.StepMinutes, hours);
    private readonly HourMeans _pv = new(outlook.Pv.P50.AsSpan(), outlook.StepMinutes, hours);
    private readonly HourMeans _pvHigh = new(outlook.Pv.P90.AsSpan(), outlook.StepMinutes, hours);

    public double Middle(int hour) => _load[hour] - _pv[hour];
    public double Low(int hour) => _loadLow[hour] - _pvHigh[hour];
    public double High(int hour) => _loadHigh[hour] - _pvLow[hour];

    /// <summary>Wh over the next hours.</summary>
    public double Surplus(int count) => Sum(count, static (self, h) => -self.Middle(h));
    public double Deficit(int count) => Sum(count, static (self, h) => self.Middle(h));
    public double HighDeficit(int count) => Sum(count, static (self, h) => self.High(h));
    public double LowSurplus(int count) => Sum(count, static (self, h) => -self.Low(h));

    private double Sum(int count, Func<NetHours, int, double> of)
    {
        var sum = 0.0;
        for (var h = 0; h < count; h++)
            sum += Math.Max(0, of(this, h));
        return sum;
    }
}
