using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>How a simulated grid connection behaves.</summary>
public sealed record SimulatedGridSettings
{
    /// <summary>Of each phase up to the transformer, ohms: 0.1 in town, 0.5 at the end of a long line.</summary>
    public double SourceOhms { get; init; } = 0.2;

    /// <summary>The slow drift of each phase's open voltage stays within ± this many volts.</summary>
    public double VoltageWander { get; init; } = 2.5;

    /// <summary>The frequency stays within 50 Hz ± this.</summary>
    public double FrequencyWander { get; init; } = 0.05;

    /// <summary>Shares of the load on L1, L2 and L3; they add up to 1. PV and batteries feed all phases evenly.</summary>
    public (double L1, double L2, double L3) LoadShares { get; init; } = (0.45, 0.33, 0.22);
}

/// <summary>An excursion of the grid between two moments: added to the voltage of the chosen phases (0 = all) and to the frequency.</summary>
public readonly record struct GridEvent(Instant From, Instant Until, double Volts, double Hertz)
{
    /// <summary>1, 2 or 3; 0 for every phase.</summary>
    public int Phase { get; init; }
}

/// <summary>The grid and its meter: voltage drifts, rises under export and sags under import; frequency wanders around 50 Hz.</summary>
public sealed class SimulatedGrid
{
    /// <summary>Deeper sags would be a blackout, which this grid does not know.</summary>
    private const double LowestShare = 0.1;

    private readonly SimulatedGridSettings _settings;
    private readonly double _nominalVolts;
    private readonly Wander[] _voltage;
    private readonly Wander _frequency;
    private readonly List<GridEvent> _events = [];
    private readonly double[] _loadShares;
    private readonly double[] _watts;
    private readonly double[] _volts;

    internal SimulatedGrid(Pcc pcc, SimulatedGridSettings settings, ulong seed)
    {
        Setting.Check(settings.SourceOhms, 0, 5, nameof(settings.SourceOhms));
        Setting.Check(settings.VoltageWander, 0, 50, nameof(settings.VoltageWander));
        Setting.Check(settings.FrequencyWander, 0, 5, nameof(settings.FrequencyWander));
        _settings = settings;
        _nominalVolts = pcc.NominalVoltage.Volts;
        Phases = pcc.Phases == 1 ? 1 : 3;
        _loadShares = Phases == 1 ? [1] : Shares(settings.LoadShares);
        _watts = new double[Phases];
        _volts = new double[Phases];
        _voltage = new Wander[Phases];
        for (var i = 0; i < Phases; i++)
        {
            _voltage[i] = new(SeededRandom.Mix(seed, i), 180_000, settings.VoltageWander);
            _volts[i] = _nominalVolts;
        }

        _frequency = new(SeededRandom.Mix(seed, 3), 15_000, settings.FrequencyWander);
    }

    /// <summary>1 or 3.</summary>
    public int Phases { get; }

    public double ImportWatts { get; private set; }
    public double Hertz { get; private set; } = 50;

    /// <summary>Counted upwards only, as a meter does.</summary>
    public double ImportedWattHours { get; private set; }

    /// <summary>Counted upwards only, as a meter does.</summary>
    public double ExportedWattHours { get; private set; }

    /// <summary>Phase to neutral; 0 = L1.</summary>
    public double Volts(int phase) => _volts[phase];

    /// <summary>Import of one phase; 0 = L1.</summary>
    public double PhaseWatts(int phase) => _watts[phase];

    /// <summary>Magnitude of one phase's current; 0 = L1.</summary>
    public double Amperes(int phase) => Math.Abs(_watts[phase]) / _volts[phase];

    /// <summary>Schedules an excursion; overlapping ones add up.</summary>
    public void Schedule(GridEvent excursion) => _events.Add(excursion);

    /// <summary>Begins a step: everything that is even over the phases, and the load.</summary>
    internal void Begin(double loadWatts, double evenWatts)
    {
        var even = evenWatts / Phases;
        for (var i = 0; i < _watts.Length; i++)
            _watts[i] = (loadWatts * _loadShares[i]) + even;
    }

    /// <summary>Adds what one load draws on its first phases.</summary>
    internal void Add(double watts, int phases)
    {
        var each = watts / Math.Min(phases, Phases);
        for (var i = 0; i < _watts.Length && i < phases; i++)
            _watts[i] += each;
    }

    /// <summary>Ends a step with the site's whole import.</summary>
    internal void End(long nowMs, long milliseconds, double importWatts)
    {
        ImportWatts = importWatts;
        var wattHours = importWatts * milliseconds / 3_600_000.0;
        if (importWatts >= 0)
            ImportedWattHours += wattHours;
        else
            ExportedWattHours -= wattHours;
        Hertz = 50 + _frequency.At(nowMs);
        for (var i = 0; i < _volts.Length; i++)
            _volts[i] = _nominalVolts + _voltage[i].At(nowMs) - (_settings.SourceOhms * _watts[i] / _nominalVolts);
        if (_events.Count > 0)
            AddExcursions(nowMs);
        for (var i = 0; i < _volts.Length; i++)
            _volts[i] = Math.Max(_volts[i], LowestShare * _nominalVolts);
    }

    private void AddExcursions(long nowMs)
    {
        for (var e = 0; e < _events.Count; e++)
        {
            var excursion = _events[e];
            if (nowMs < excursion.From.UnixMilliseconds || nowMs >= excursion.Until.UnixMilliseconds)
                continue;
            Hertz += excursion.Hertz;
            for (var i = 0; i < _volts.Length; i++)
                if (excursion.Phase == 0 || excursion.Phase == i + 1)
                    _volts[i] += excursion.Volts;
        }
    }

    private static double[] Shares((double L1, double L2, double L3) shares)
    {
        Setting.Check(shares.L1 + shares.L2 + shares.L3, 1 - 1e-9, 1 + 1e-9, nameof(SimulatedGridSettings.LoadShares));
        return [shares.L1, shares.L2, shares.L3];
    }
}
