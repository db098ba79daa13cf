using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>How a simulated battery differs from the ordinary 51.2 V LiFePO4 one.</summary>
public sealed record SimulatedBatterySettings
{
    /// <summary>State of charge at the start, 0–1.</summary>
    public double Soc { get; init; } = 0.5;

    /// <summary>Inverter and cells together, each way, 0.5–1.</summary>
    public double OneWayEfficiency { get; init; } = 0.95;

    /// <summary>Time constant of the answer to a command, 0.2–5 s.</summary>
    public double LatencySeconds { get; init; } = 0.5;

    /// <summary>Dead time before a command begins to act, 0–30 s.</summary>
    public double DeadSeconds { get; init; }

    /// <summary>How old its power is when it tells it, 0–30 s, beyond what the bus adds.</summary>
    public double ReadingDelaySeconds { get; init; }

    /// <summary>Cells in series: 16 make a 51.2 V pack, some 100–130 a high-voltage one.</summary>
    public int CellsInSeries { get; init; } = 16;

    /// <summary>Voltage a cell loses to its resistance at a current of 1 C.</summary>
    public double CellDropAtOneC { get; init; } = 0.08;

    /// <summary>Temperature of the room, °C.</summary>
    public double AmbientCelsius { get; init; } = 20;

    /// <summary>Warming over the room per watt of I²R, in K/W.</summary>
    public double KelvinPerWatt { get; init; } = 0.12;

    /// <summary>Time constant of warming and cooling, seconds.</summary>
    public double ThermalSeconds { get; init; } = 2 * 3600;

    /// <summary>How far the best and the worst cell stray from the mean, in volts, away from the ends.</summary>
    public double CellSpread { get; init; } = 0.004;
}

/// <summary>
/// A battery with its inverter and BMS: stores what it is given less its losses, answers late, and never does what its cells,
/// its ratings or its BMS forbid, whatever is commanded.
/// </summary>
public sealed class SimulatedBattery
{
    /// <summary>The share of its capacity that the inverter's own self-consumption leaves in the battery.</summary>
    public const double AutomaticSocMin = 0.10;

    private readonly SimulatedBatterySettings _settings;
    private readonly CellChemistry _cells;
    private readonly Delayed _target;
    private readonly Delayed _told;
    private FallbackTimer _timer;
    private double _lowWatts;
    private double _highWatts;

    internal SimulatedBattery(Battery battery, SimulatedBatterySettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(battery.Capacity.WattHours);
        Setting.Check(settings.Soc, 0, 1, nameof(settings.Soc));
        Setting.Check(settings.OneWayEfficiency, 0.5, 1, nameof(settings.OneWayEfficiency));
        Setting.Check(settings.LatencySeconds, 0.2, 5, nameof(settings.LatencySeconds));
        Setting.Check(settings.DeadSeconds, 0, 30, nameof(settings.DeadSeconds));
        Setting.Check(settings.ReadingDelaySeconds, 0, 30, nameof(settings.ReadingDelaySeconds));
        _settings = settings;
        _target = new(settings.DeadSeconds, 0);
        _told = new(settings.ReadingDelaySeconds, 0);
        CapacityWattHours = battery.Capacity.WattHours;
        ChargeMaxWatts = battery.ChargeMax.Watts;
        DischargeMaxWatts = battery.DischargeMax.Watts;
        StoredWattHours = CapacityWattHours * settings.Soc;
        _cells = new(settings, this);
        _cells.Refresh(0, 0);
    }

    public double CapacityWattHours { get; }
    public double ChargeMaxWatts { get; }
    public double DischargeMaxWatts { get; }

    /// <summary>AC power of the last step, discharge positive.</summary>
    public double DischargeWatts { get; private set; }

    /// <summary>That power as the battery tells it.</summary>
    public double ToldDischargeWatts => _told.Value;

    /// <summary>Energy in the cells.</summary>
    public double StoredWattHours { get; private set; }

    /// <summary>0–1.</summary>
    public double Soc => StoredWattHours / CapacityWattHours;

    /// <summary>AC energy taken in since the start.</summary>
    public double ChargedWattHours { get; private set; }

    /// <summary>AC energy given out since the start.</summary>
    public double DischargedWattHours { get; private set; }

    public double PackVolts => _cells.PackVolts;

    /// <summary>DC current of the last step, discharge positive.</summary>
    public double PackAmperes => _cells.PackAmperes;

    public double Celsius => _cells.Celsius;
    public double CellMinVolts => _cells.CellMinVolts;
    public double CellMaxVolts => _cells.CellMaxVolts;

    /// <summary>The BMS's charge current limit (CCL).</summary>
    public double ChargeMaxAmperes => _cells.ChargeMaxAmperes;

    /// <summary>The BMS's discharge current limit (DCL).</summary>
    public double DischargeMaxAmperes => _cells.DischargeMaxAmperes;

    public bool ChargeAllowed => _cells.ChargeAllowed;
    public bool DischargeAllowed => _cells.DischargeAllowed;

    /// <summary>False while the inverter runs its own self-consumption.</summary>
    public bool IsCommanded => _timer.IsRunning;

    /// <summary>The one power it was told and still holds to, as read back, W; null while it is free or has a window.</summary>
    public double? HeldWatts => IsTold ? _lowWatts : null;

    /// <summary>How often a command ran out unrefreshed and the inverter went back to its own self-consumption.</summary>
    public int Reversions { get; private set; }

    /// <summary>The room, °C; may change while running.</summary>
    public double AmbientCelsius
    {
        get => _cells.AmbientCelsius;
        set => _cells.AmbientCelsius = value;
    }

    /// <summary>A command stands that leaves exactly one power.</summary>
    internal bool IsTold => IsCommanded && _lowWatts == _highWatts;

    internal void Command(double lowWatts, double highWatts, double timeoutSeconds)
    {
        if (!double.IsFinite(lowWatts) || !double.IsFinite(highWatts) || lowWatts > highWatts)
            throw new ArgumentOutOfRangeException(nameof(lowWatts), lowWatts, $"A setpoint must be a finite number, and a window's low not above its high ({highWatts}).");
        _timer.Start(timeoutSeconds);
        (_lowWatts, _highWatts) = (lowWatts, highWatts);
    }

    internal void Release() => _timer.Stop();

    /// <summary>Carries out the standing command for one step.</summary>
    internal void StepCommanded(long milliseconds) => Step(milliseconds, _lowWatts, 0);

    /// <summary>Lets the standing command grow old by a step, at the step's end.</summary>
    internal void AgeCommand(long milliseconds)
    {
        if (_timer.RunsOut(milliseconds))
            Reversions++;
    }

    /// <summary>Tries to bring the grid, that would import <paramref name="importWatts"/> without this battery, to zero, within the commanded window if
    /// there is one. A forced discharge goes below the share the automatic leaves.</summary>
    internal void StepAutomatic(long milliseconds, double importWatts)
    {
        var floorWattHours = IsCommanded && _lowWatts > 0 ? 0 : AutomaticSocMin * CapacityWattHours;
        Step(milliseconds, IsCommanded ? Math.Max(_lowWatts, Math.Min(_highWatts, importWatts)) : importWatts, floorWattHours);
    }

    private void Step(long milliseconds, double targetWatts, double floorWattHours)
    {
        var seconds = milliseconds / 1000.0;
        var efficiency = _settings.OneWayEfficiency;
        var perHour = 3600 / seconds;

        // What the cells can take or give over this step, and what the BMS and the ratings allow, whichever is least.
        var chargeMax = Math.Min(ChargeMaxWatts, _cells.ChargeMaxAmperes * _cells.PackVolts / efficiency);
        chargeMax = Math.Min(chargeMax, Math.Max(0, CapacityWattHours - StoredWattHours) / efficiency * perHour);
        var dischargeMax = Math.Min(DischargeMaxWatts, _cells.DischargeMaxAmperes * _cells.PackVolts * efficiency);
        dischargeMax = Math.Min(dischargeMax, Math.Max(0, StoredWattHours - floorWattHours) * efficiency * perHour);

        _target.Put(targetWatts);
        var target = Math.Max(-chargeMax, Math.Min(dischargeMax, _target.Value));
        _target.After(seconds);
        var power = DischargeWatts + ((target - DischargeWatts) * Lag.Share(seconds, _settings.LatencySeconds));
        power = Math.Max(-chargeMax, Math.Min(dischargeMax, power)) + 0.0;

        DischargeWatts = power;
        _told.After(seconds);
        _told.Put(power);
        var wattHours = power / perHour;
        if (power >= 0)
            DischargedWattHours += wattHours;
        else
            ChargedWattHours -= wattHours;
        var cellWatts = power >= 0 ? power / efficiency : power * efficiency;
        StoredWattHours = Math.Max(0, Math.Min(CapacityWattHours, StoredWattHours - (cellWatts / perHour)));
        _cells.Refresh(cellWatts, seconds);
    }
}
