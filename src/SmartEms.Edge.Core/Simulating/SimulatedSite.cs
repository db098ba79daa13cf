using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// A whole site in motion: grid, load, PV, batteries and cars, each obeying commands only as long as they are refreshed.
/// Load = import + PV + battery discharge − EV charge holds in every step. Same site, trace, settings and commands, same bytes.
/// </summary>
public sealed class SimulatedSite
{
    private readonly TracePlayer _player;
    private readonly SimulatedBattery[] _batteries;
    private readonly SimulatedPv[] _pvPlants;
    private readonly SimulatedEv[] _evChargers;
    private readonly double _loadScale;
    private readonly double _pvPeakWatts;
    private readonly DeviceReadings[] _devices;
    private long _nowMs;

    public SimulatedSite(Site site, SiteTrace trace, SimulatedSiteSettings settings)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(settings);
        Setting.Check(settings.LoadScale, 0, 1e6, nameof(settings.LoadScale));
        Site = site;
        _loadScale = settings.LoadScale;
        _pvPeakWatts = trace.PvPeakWatts;
        _nowMs = settings.Start.UnixMilliseconds;
        _player = new(trace, settings.TraceOrigin ?? trace.OriginFor(settings.Start), settings.Start, SeededRandom.Mix(settings.Seed, 0), settings.Varied);
        Grid = new(site.Pcc, settings.Grid, SeededRandom.Mix(settings.Seed, 1));
        _batteries = new SimulatedBattery[site.Batteries.Length];
        for (var i = 0; i < _batteries.Length; i++)
            _batteries[i] = new(site.Batteries[i], i < settings.Batteries.Length ? settings.Batteries[i] : new());
        _pvPlants = new SimulatedPv[site.PvPlants.Length];
        for (var i = 0; i < _pvPlants.Length; i++)
            _pvPlants[i] = new(site.PvPlants[i], settings.PvLatencySeconds);
        _evChargers = new SimulatedEv[site.EvChargers.Length];
        for (var i = 0; i < _evChargers.Length; i++)
            _evChargers[i] = new(site.EvChargers[i], i < settings.EvChargers.Length ? settings.EvChargers[i] : new(), SeededRandom.Mix(settings.Seed, 100 + i));
        _devices = new DeviceReadings[site.Devices.Length];
        Array.Fill(_devices, new(LinkState.Up, 0, 0));
        Batteries = [.. _batteries];
        PvPlants = [.. _pvPlants];
        EvChargers = [.. _evChargers];
    }

    public Site Site { get; }

    /// <summary>The end of the last step.</summary>
    public Instant Now => new(_nowMs);

    public SimulatedGrid Grid { get; }
    public ImmutableArray<SimulatedBattery> Batteries { get; }
    public ImmutableArray<SimulatedPv> PvPlants { get; }
    public ImmutableArray<SimulatedEv> EvChargers { get; }

    /// <summary>A load that somebody switches on beside the trace, W.</summary>
    public double AddedLoadWatts { get; set; }

    /// <summary>Mean over the last step; without EV charging.</summary>
    public double LoadWatts { get; private set; }

    public double ImportWatts => Grid.ImportWatts;
    public double PvWatts { get; private set; }
    public double BatteryDischargeWatts { get; private set; }
    public double EvChargeWatts { get; private set; }
    public double ConsumedWattHours { get; private set; }

    /// <summary>How often any device has fallen back because nobody refreshed its command.</summary>
    public int Reversions
    {
        get
        {
            var sum = 0;
            foreach (var battery in _batteries)
                sum += battery.Reversions;
            foreach (var plant in _pvPlants)
                sum += plant.Reversions;
            foreach (var charger in _evChargers)
                sum += charger.Reversions;
            return sum;
        }
    }

    /// <summary>
    /// Moves the site on by 0.001 to 3600 s, in whole milliseconds. What a command says at the start of a step holds to its end;
    /// a command that has run out by then acts no more in the next step.
    /// </summary>
    public void Step(double seconds)
    {
        if (seconds is not (>= 0.001 and <= 3600))
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "A step must lie in 0.001 s to 3600 s.");
        var milliseconds = (long)Math.Floor((seconds * 1000) + 0.5);
        _player.Play(milliseconds);
        LoadWatts = (_player.LoadWatts * _loadScale) + AddedLoadWatts;
        ConsumedWattHours += LoadWatts * milliseconds / 3_600_000.0;
        StepPv(milliseconds);
        StepEv(milliseconds);
        StepBatteries(milliseconds);
        _nowMs += milliseconds;
        Grid.Begin(LoadWatts, -(PvWatts + BatteryDischargeWatts));
        foreach (var charger in _evChargers)
            if (charger.ChargeWatts > 0)
                Grid.Add(charger.ChargeWatts, charger.CarPhases);
        Grid.End(_nowMs, milliseconds, LoadWatts - PvWatts - BatteryDischargeWatts + EvChargeWatts);
    }

    /// <summary>Orders a battery's AC power, discharge positive, until the timeout; then it goes back to its own self-consumption.</summary>
    public void CommandBattery(int index, double dischargeWatts, double timeoutSeconds) =>
        _batteries[index].Command(dischargeWatts, dischargeWatts, timeoutSeconds);

    /// <summary>Leaves a battery its own self-consumption between two AC powers, discharge positive, until the timeout (infinite = for ever).
    /// A low above 0 forces it to discharge, a high below 0 to charge.</summary>
    public void CommandBatteryWindow(int index, double lowWatts, double highWatts, double timeoutSeconds) =>
        _batteries[index].Command(lowWatts, highWatts, timeoutSeconds);

    /// <summary>Hands a battery back to its own self-consumption; not a reversion.</summary>
    public void ReleaseBattery(int index) => _batteries[index].Release();

    /// <summary>Limits a plant until the timeout; then it is unlimited. False, and nothing happens, when the plant cannot be curtailed.</summary>
    public bool LimitPv(int index, double watts, double timeoutSeconds)
    {
        if (!_pvPlants[index].IsCurtailable)
            return false;
        _pvPlants[index].Limit(watts, timeoutSeconds);
        return true;
    }

    /// <summary>Lifts a plant's limit; not a reversion.</summary>
    public void ReleasePv(int index) => _pvPlants[index].Release();

    /// <summary>Offers the car a current per phase until the timeout, then the fallback. Below 6 A nothing is offered.</summary>
    public void OfferEv(int index, double amperes, double timeoutSeconds, double fallbackAmperes = SimulatedEv.FailsafeAmperes) =>
        _evChargers[index].Offer(amperes, timeoutSeconds, fallbackAmperes);

    /// <summary>Moves a charger's contactor to 1 or all of its phases, at once and whatever flows.</summary>
    public void SwitchEv(int index, int phases) => _evChargers[index].Switch(phases);

    /// <summary>A car comes now, in place of any that stands there.</summary>
    public void PlugIn(int index, double needWattHours, double staySeconds)
    {
        Setting.Check(needWattHours, 1, 1e6, nameof(needWattHours));
        Setting.Check(staySeconds, 0.001, 1e9, nameof(staySeconds));
        _evChargers[index].PlugIn(_nowMs, needWattHours, staySeconds);
    }

    /// <summary>The car leaves now.</summary>
    public void Unplug(int index) => _evChargers[index].Unplug();

    /// <summary>The site as faultless devices would report it now: everything Good, age 0; phases a one-phase site lacks are not installed.</summary>
    public ProcessImage Image() => SimulatedImage.Of(this, _batteries, _pvPlants, _evChargers, _devices);

    private void StepPv(long milliseconds)
    {
        var sum = 0.0;
        var share = _pvPeakWatts > 0 ? _player.PvWatts / _pvPeakWatts : 0;
        foreach (var plant in _pvPlants)
        {
            plant.Step(milliseconds, share * plant.RatedWatts);
            sum += plant.ProductionWatts;
        }

        PvWatts = sum;
    }

    private void StepEv(long milliseconds)
    {
        var sum = 0.0;
        foreach (var charger in _evChargers)
        {
            charger.Step(_nowMs, milliseconds);
            sum += charger.ChargeWatts;
        }

        EvChargeWatts = sum;
    }

    /// <summary>Batteries told one power first; the others share what is left at the grid by their ratings, those bound to a window before the free ones,
    /// which can take up what the window refuses.</summary>
    private void StepBatteries(long milliseconds)
    {
        var sum = 0.0;
        var ratings = 0.0;
        foreach (var battery in _batteries)
        {
            if (!battery.IsTold)
            {
                ratings += battery.DischargeMaxWatts + battery.ChargeMaxWatts;
                continue;
            }

            battery.StepCommanded(milliseconds);
            sum += battery.DischargeWatts;
        }

        var left = LoadWatts - PvWatts + EvChargeWatts - sum;
        for (var free = 0; free < 2; free++)
            foreach (var battery in _batteries)
            {
                if (battery.IsTold || battery.IsCommanded == (free == 1))
                    continue;
                var rating = battery.DischargeMaxWatts + battery.ChargeMaxWatts;
                battery.StepAutomatic(milliseconds, ratings > 0 ? left * rating / ratings : 0);
                sum += battery.DischargeWatts;
                left -= battery.DischargeWatts;
                ratings -= rating;
            }

        foreach (var battery in _batteries)
            battery.AgeCommand(milliseconds);
        BatteryDischargeWatts = sum;
    }
}
