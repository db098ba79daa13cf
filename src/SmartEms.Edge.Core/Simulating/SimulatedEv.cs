using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>What car comes to a simulated charger; what is left open is drawn from the seed.</summary>
public sealed record SimulatedEvSettings
{
    /// <summary>1 or 3; null draws it. Never more than the charger has.</summary>
    public int? CarPhases { get; init; }

    /// <summary>The car's own limit per phase, amperes; null draws 16 or, on one phase, 16 or 32.</summary>
    public double? CarAmperesMax { get; init; }

    /// <summary>Cars come by themselves. False leaves arrivals to <see cref="SimulatedSite.PlugIn"/>.</summary>
    public bool Arrivals { get; init; } = true;
}

/// <summary>A charge point and the cars that come to it: sessions, a slow start, a falling current at the end, and a failsafe current.</summary>
public sealed class SimulatedEv
{
    /// <summary>What the charger offers when nobody has told it anything within its timeout, and the least it can offer (IEC 61851).</summary>
    public const double FailsafeAmperes = 6;

    private const double PhaseVolts = 230;
    private const double CurrentSettlingSeconds = 1.5;

    /// <summary>From this share of its need the car takes less and less.</summary>
    private const double TaperShare = 0.12;

    /// <summary>A car this near its need is full; chasing the last rounding error it would never be.</summary>
    private const double NothingWattHours = 0.01;

    private readonly ulong _seed;
    private readonly bool _arrivals;
    private readonly double _chargerMaxAmperes;
    private readonly double _carMaxAmperes;
    private readonly int _carPhases;
    private readonly EvSession[] _today = new EvSession[EvSessions.PerDayMax];
    private SeededRandom _chance;
    private FallbackTimer _timer;
    private double _commandedAmperes;
    private double _fallbackAmperes = FailsafeAmperes;
    private long _day = long.MinValue;
    private int _sessions;
    private int _nextSession;
    private EvSession _session;
    private long _startsInMs;
    private bool _drawing;

    internal SimulatedEv(EvCharger charger, SimulatedEvSettings settings, ulong seed)
    {
        _seed = seed;
        _chance = new SeededRandom(SeededRandom.Mix(seed, -1));
        var phases = settings.CarPhases ?? (_chance.Chance(0.5) ? 3 : 1);
        var amperes = settings.CarAmperesMax ?? (phases == 1 && _chance.Chance(0.5) ? 32 : 16);
        _arrivals = settings.Arrivals;
        _chargerMaxAmperes = charger.CurrentMax.Amperes;
        _carMaxAmperes = Math.Min(amperes, _chargerMaxAmperes);
        (_carPhases, Phases) = (Math.Min(phases, charger.Phases), charger.Phases);
        OfferedAmperes = FailsafeAmperes;
    }

    /// <summary>Phases the car draws on, 1 or 3; the first ones of the site.</summary>
    public int CarPhases => Math.Min(_carPhases, Phases);

    /// <summary>Phases the charger puts through.</summary>
    public int Phases { get; private set; }

    /// <summary>How often the contactor has moved, and how often of that under current, which may weld it.</summary>
    public int PhaseSwitches { get; private set; }
    public int SwitchesUnderCurrent { get; private set; }

    public EvState State { get; private set; } = EvState.NoCar;

    /// <summary>What the charger offers the car; 0 when it offers nothing.</summary>
    public double OfferedAmperes { get; private set; }

    /// <summary>What the car draws on each of its phases.</summary>
    public double Amperes { get; private set; }

    public double ChargeWatts { get; private set; }

    /// <summary>Energy since the car was plugged in; the last session's after it left.</summary>
    public double SessionWattHours { get; private set; }

    /// <summary>What the car at the charger still wants; 0 without a car.</summary>
    public double WantedWattHours => State == EvState.NoCar ? 0 : Math.Max(0, _session.NeedWattHours - SessionWattHours);

    /// <summary>Energy since the start.</summary>
    public double ChargedWattHours { get; private set; }

    /// <summary>Cars that have come.</summary>
    public int SessionsBegun { get; private set; }

    public bool IsCommanded => _timer.IsRunning;

    /// <summary>How often an offer ran out unrefreshed and the charger fell back to its failsafe current.</summary>
    public int Reversions { get; private set; }

    internal void Offer(double amperes, double timeoutSeconds, double fallbackAmperes)
    {
        if (!double.IsFinite(amperes) || !double.IsFinite(fallbackAmperes))
            throw new ArgumentOutOfRangeException(nameof(amperes), amperes, "An offered current must be a finite number.");
        _timer.Start(timeoutSeconds);
        _commandedAmperes = Offerable(amperes);
        _fallbackAmperes = Offerable(fallbackAmperes);
    }

    internal void Switch(int phases)
    {
        if (phases == Phases)
            return;
        Phases = phases;
        PhaseSwitches++;
        SwitchesUnderCurrent += Amperes > 0 ? 1 : 0;
    }

    private double Offerable(double amperes) => amperes < FailsafeAmperes ? 0 : Math.Min(amperes, _chargerMaxAmperes);

    internal void PlugIn(long nowMs, double needWattHours, double staySeconds) =>
        Begin(new(nowMs, nowMs + (long)(staySeconds * 1000), needWattHours));

    internal void Unplug()
    {
        State = EvState.NoCar;
        _drawing = false;
        Amperes = 0;
        ChargeWatts = 0;
    }

    internal void Step(long nowMs, long milliseconds)
    {
        ComeAndGo(nowMs);
        OfferedAmperes = _timer.IsRunning ? _commandedAmperes : _fallbackAmperes;
        if (State != EvState.NoCar)
            Charge(milliseconds);
        if (_timer.RunsOut(milliseconds))
            Reversions++;
    }

    private void ComeAndGo(long nowMs)
    {
        if (State != EvState.NoCar && nowMs >= _session.LeavesMs)
            Unplug();
        if (!_arrivals)
            return;
        var day = (long)Math.Floor(nowMs / 86_400_000.0);
        if (day != _day)
        {
            _day = day;
            _sessions = EvSessions.Draw(_seed, day, _today);
            _nextSession = 0;
        }

        // A car that comes while another stands there, or whose whole stay a long step has passed over, drives on.
        while (_nextSession < _sessions && nowMs >= _today[_nextSession].ArrivesMs)
        {
            var session = _today[_nextSession++];
            if (State == EvState.NoCar && nowMs < session.LeavesMs)
                Begin(session);
        }
    }

    private void Begin(EvSession session)
    {
        Unplug();
        _session = session;
        State = EvState.Connected;
        SessionWattHours = 0;
        SessionsBegun++;
    }

    private void Charge(long milliseconds)
    {
        var seconds = milliseconds / 1000.0;
        var wanted = WantedWattHours < NothingWattHours ? 0 : WantedWattHours;
        var target = wanted > 0 && Starts(milliseconds) ? Math.Min(OfferedAmperes, CarLimit(wanted)) : 0;

        // Never above the offer, not even while settling: cars obey the control pilot at once downwards.
        Amperes += (target - Amperes) * Lag.Share(seconds, CurrentSettlingSeconds);
        Amperes = target <= 0 && Amperes < 0.2 ? 0 : Math.Min(Amperes, OfferedAmperes);
        var watts = Amperes * PhaseVolts * CarPhases;
        ChargeWatts = Math.Min(watts, wanted * 3600 / seconds);
        SessionWattHours += ChargeWatts * seconds / 3600;
        ChargedWattHours += ChargeWatts * seconds / 3600;
        Amperes = ChargeWatts / (PhaseVolts * CarPhases);
        State = ChargeWatts > 0 ? EvState.Charging : EvState.Connected;
    }

    /// <summary>A car begins 3–8 s after an offer appears.</summary>
    private bool Starts(long milliseconds)
    {
        if (OfferedAmperes < FailsafeAmperes)
        {
            _drawing = false;
            return false;
        }

        if (!_drawing)
        {
            _drawing = true;
            _startsInMs = (long)_chance.Between(3000, 8000);
        }

        if (_startsInMs <= 0)
            return true;
        _startsInMs -= milliseconds;
        return _startsInMs <= 0;
    }

    private double CarLimit(double wantedWattHours)
    {
        var left = wantedWattHours / (_session.NeedWattHours * TaperShare);
        return left >= 1 ? _carMaxAmperes : _carMaxAmperes * (0.2 + (0.8 * left));
    }
}
