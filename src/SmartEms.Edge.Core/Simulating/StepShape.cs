namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// How a power runs within one step of a trace: two straight lines towards the neighbouring steps plus trains of pulses, whose mean
/// over the step is the step's own. Known by its running integral, so that any slice of it is exact.
/// </summary>
internal sealed class StepShape
{
    public const int TrainsMax = 4;

    private readonly PulseTrain[] _trains = new PulseTrain[TrainsMax];
    private int _trainCount;
    private double _length;
    private double _mean;
    private double _left;
    private double _middle;
    private double _right;
    private double _lineShare;

    /// <summary>Energy of the pulses so far, in watt-seconds; never more than the step's own.</summary>
    public double PulseEnergy { get; private set; }

    /// <summary>Begins a step of <paramref name="length"/> seconds between its neighbours' means; no power is negative.</summary>
    public void Begin(double before, double mean, double after, double length)
    {
        _length = length;
        _mean = mean;
        // Half of 4 × mean − left − right is the middle that keeps the mean; edges of at most 2 × mean keep that middle positive.
        _left = Math.Min((before + mean) / 2, 2 * Math.Min(before, mean));
        _right = Math.Min((after + mean) / 2, 2 * Math.Min(after, mean));
        _middle = ((4 * mean) - _left - _right) / 2;
        _lineShare = 1;
        _trainCount = 0;
        PulseEnergy = 0;
    }

    /// <summary>Adds a train and lowers the lines by its energy. Refused (false) when it does not fit or would take more than <paramref name="shareMax"/> of the step's energy.</summary>
    public bool TryAdd(PulseTrain train, double shareMax)
    {
        var total = PulseEnergy + train.Energy;
        if (_trainCount == TrainsMax || train.Start < 0 || train.End > _length || total > shareMax * _mean * _length)
            return false;
        _trains[_trainCount++] = train;
        PulseEnergy = total;
        _lineShare = 1 - (total / (_mean * _length));
        return true;
    }

    /// <summary>Watt-seconds from the step's start until second <paramref name="x"/> of it.</summary>
    public double WattSecondsTo(double x)
    {
        var half = _length / 2;
        double lines;
        if (x <= half)
            lines = (_left * x) + ((_middle - _left) * x * x / _length);
        else
        {
            var y = x - half;
            lines = ((_left + _middle) / 2 * half) + (_middle * y) + ((_right - _middle) * y * y / _length);
        }

        var sum = lines * _lineShare;
        for (var i = 0; i < _trainCount; i++)
            sum += _trains[i].WattSecondsTo(x);
        return sum;
    }
}

/// <summary>Something that switches: on for a while at the start of each of some equal periods. Seconds within the step, watts.</summary>
internal readonly record struct PulseTrain(double Start, double On, double Period, int Count, double Watts)
{
    public double End => Start + (Period * Count);

    public double Energy => On * Count * Watts;

    public double WattSecondsTo(double x)
    {
        var t = x - Start;
        if (t <= 0)
            return 0;
        if (t >= Period * Count)
            return Energy;
        var whole = Math.Floor(t / Period);
        return ((whole * On) + Math.Min(t - (whole * Period), On)) * Watts;
    }
}
