using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A PV plant: produces what the sun gives up to its rating, and less when told to; the limit takes hold late.</summary>
public sealed class SimulatedPv
{
    private readonly double _latencySeconds;
    private FallbackTimer _timer;
    private double _commandedWatts;

    internal SimulatedPv(PvPlant plant, double latencySeconds)
    {
        Setting.Check(latencySeconds, 0, 60, nameof(latencySeconds));
        _latencySeconds = latencySeconds;
        RatedWatts = plant.Rated.Watts;
        IsCurtailable = plant.Curtailable;
        EffectiveLimitWatts = RatedWatts;
    }

    public double RatedWatts { get; }
    public bool IsCurtailable { get; }

    /// <summary>What the sun would give, at most the rating.</summary>
    public double AvailableWatts { get; private set; }

    public double ProductionWatts { get; private set; }

    /// <summary>The limit as it acts now, on its way to the commanded one.</summary>
    public double EffectiveLimitWatts { get; private set; }

    /// <summary>The limit in percent of the rating, as inverters speak of it.</summary>
    public double EffectiveLimitPercent => RatedWatts > 0 ? EffectiveLimitWatts / RatedWatts * 100 : 100;

    public double ProducedWattHours { get; private set; }

    /// <summary>What the sun gave and the limit refused.</summary>
    public double CurtailedWattHours { get; private set; }

    public bool IsLimited => _timer.IsRunning;

    /// <summary>The limit it was told and still holds to, as read back, W; null while it has none.</summary>
    public double? HeldWatts => IsLimited ? _commandedWatts : null;

    /// <summary>How often a limit ran out unrefreshed and the plant went back to unlimited.</summary>
    public int Reversions { get; private set; }

    internal void Limit(double watts, double timeoutSeconds)
    {
        if (!double.IsFinite(watts))
            throw new ArgumentOutOfRangeException(nameof(watts), watts, "A limit must be a finite number.");
        _timer.Start(timeoutSeconds);
        _commandedWatts = Math.Max(0, Math.Min(RatedWatts, watts));
    }

    internal void Release() => _timer.Stop();

    internal void Step(long milliseconds, double availableWatts)
    {
        var seconds = milliseconds / 1000.0;
        var limit = _timer.IsRunning ? _commandedWatts : RatedWatts;
        EffectiveLimitWatts += (limit - EffectiveLimitWatts) * Lag.Share(seconds, _latencySeconds);
        AvailableWatts = Math.Min(availableWatts, RatedWatts);
        ProductionWatts = Math.Min(AvailableWatts, EffectiveLimitWatts);
        ProducedWattHours += ProductionWatts * seconds / 3600;
        CurtailedWattHours += (AvailableWatts - ProductionWatts) * seconds / 3600;
        if (_timer.RunsOut(milliseconds))
            Reversions++;
    }
}
