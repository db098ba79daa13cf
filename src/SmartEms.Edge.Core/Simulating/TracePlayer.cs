using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// Plays a trace in slices of any length. Within a step appliances switch and clouds pass, drawn from the seed and the step's number
/// alone, and every step keeps its mean.
/// </summary>
internal sealed class TracePlayer
{
    private readonly SiteTrace _trace;
    private readonly ulong _seed;
    private readonly bool _varied;
    private readonly long _stepMs;
    private readonly double _stepSeconds;
    private readonly StepShape _load = new();
    private readonly StepShape _pv = new();
    private long _step;
    private long _withinMs;
    private double _loadTo;
    private double _pvTo;

    public TracePlayer(SiteTrace trace, Instant origin, Instant start, ulong seed, bool varied)
    {
        _trace = trace;
        _seed = seed;
        _varied = varied;
        _stepMs = trace.Step.Ticks / TimeSpan.TicksPerMillisecond;
        _stepSeconds = _stepMs / 1000.0;
        var since = start.UnixMilliseconds - origin.UnixMilliseconds;
        _step = since / _stepMs;
        _withinMs = since % _stepMs;
        if (_withinMs < 0)
        {
            _withinMs += _stepMs;
            _step--;
        }

        Shape();
        _loadTo = _load.WattSecondsTo(_withinMs / 1000.0);
        _pvTo = _pv.WattSecondsTo(_withinMs / 1000.0);
    }

    /// <summary>Mean load of the last slice, watts.</summary>
    public double LoadWatts { get; private set; }

    /// <summary>Mean available PV of the last slice, watts as in the trace.</summary>
    public double PvWatts { get; private set; }

    /// <summary>Plays the next slice.</summary>
    public void Play(long milliseconds)
    {
        var load = 0.0;
        var pv = 0.0;
        var left = milliseconds;
        while (left > 0)
        {
            var slice = Math.Min(left, _stepMs - _withinMs);
            _withinMs += slice;
            left -= slice;
            var x = _withinMs / 1000.0;
            var loadTo = _load.WattSecondsTo(x);
            var pvTo = _pv.WattSecondsTo(x);
            load += loadTo - _loadTo;
            pv += pvTo - _pvTo;
            _loadTo = loadTo;
            _pvTo = pvTo;
            if (_withinMs == _stepMs)
                NextStep();
        }

        // Differences of running integrals can miss zero by a rounding error.
        LoadWatts = Math.Max(0, load * 1000 / milliseconds);
        PvWatts = Math.Max(0, pv * 1000 / milliseconds);
    }

    private void NextStep()
    {
        _step++;
        _withinMs = 0;
        _loadTo = 0;
        _pvTo = 0;
        Shape();
    }

    private void Shape()
    {
        var count = _trace.Count;
        var at = (int)(_step % count);
        if (at < 0)
            at += count;
        var before = at == 0 ? count - 1 : at - 1;
        var after = at == count - 1 ? 0 : at + 1;
        var load = _trace.LoadWatts;
        var pv = _trace.PvWatts;
        _load.Begin(load[before], load[at], load[after], _stepSeconds);
        _pv.Begin(pv[before], pv[at], pv[after], _stepSeconds);
        if (!_varied)
            return;
        var chance = new SeededRandom(SeededRandom.Mix(_seed, _step));
        AddAppliances(ref chance);
        AddClouds(pv[at], ref chance);
    }

    private void AddAppliances(ref SeededRandom chance)
    {
        const double ShareMax = 0.75;
        var hours = _stepSeconds / 3600;
        AddTrain(ref chance, ShareMax, new(0, 720, 2100, 2, chance.Between(80, 130)));
        if (chance.Chance(0.8 * hours))
            AddTrain(ref chance, ShareMax, new(0, Whole(chance.Between(100, 240)), 240, 1, chance.Between(1800, 2300)));
        if (chance.Chance(0.4 * hours))
            AddTrain(ref chance, ShareMax, new(0, Whole(chance.Between(20, 60)), 90, (int)chance.Between(6, 26), chance.Between(1900, 2900)));
        if (chance.Chance(1.2 * hours))
            AddTrain(ref chance, ShareMax, new(0, Whole(chance.Between(40, 540)), 540, 1, chance.Between(600, 1500)));
    }

    /// <summary>Places a train by chance within the step, shortened to fit: by periods first, then by its period.</summary>
    private void AddTrain(ref SeededRandom chance, double shareMax, PulseTrain train)
    {
        while (train.Count > 1 && train.End > _stepSeconds)
            train = train with { Count = train.Count - 1 };
        if (train.Period > _stepSeconds)
            train = train with { On = Whole(train.On * _stepSeconds / train.Period), Period = _stepSeconds };
        var start = Whole(chance.Between(0, _stepSeconds - train.End + 1));
        _load.TryAdd(train with { Start = start }, shareMax);
    }

    /// <summary>Sunny spells between passing clouds on some steps; never above the trace's own peak by more than the lines' slope.</summary>
    private void AddClouds(double mean, ref SeededRandom chance)
    {
        if (mean <= 0 || chance.Chance(0.55))
            return;
        var period = Whole(chance.Between(60, Math.Min(600, _stepSeconds)));
        var sunShare = chance.Between(0.4, 0.85);
        var on = Whole(period * sunShare);
        var above = (_trace.PvPeakWatts - mean) / (1 - sunShare);
        var watts = Math.Min(mean * chance.Between(0.2, 0.7), above);
        _pv.TryAdd(new(0, on, period, (int)(_stepSeconds / period), watts), 0.7);
    }

    private static double Whole(double seconds) => Math.Floor(seconds);
}
