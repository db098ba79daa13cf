namespace SmartEms.Edge.Core.Planning;

/// <summary>A battery as the planner sees it: how much it holds, how fast it takes and gives, what is lost and worn.</summary>
/// <param name="CapacityWh">Wh; 0 = there is none.</param>
/// <param name="ChargeMax">W at the grid's side.</param>
/// <param name="DischargeMax">W at the grid's side.</param>
public sealed record Storage(double CapacityWh, double ChargeMax, double DischargeMax)
{
    public static Storage None { get; } = new(0, 0, 0);

    /// <summary>One way, 0–1.</summary>
    public double ChargeEfficiency { get; init; } = 0.95;
    public double DischargeEfficiency { get; init; } = 0.95;

    /// <summary>What a discharged kWh costs the cells, in the site's currency.</summary>
    public double WearPerKwh { get; init; } = 0.02;

    /// <summary>The band economics may use, 0–1.</summary>
    public double SocMin { get; init; }
    public double SocMax { get; init; } = 1;

    /// <summary>Kept for a lost grid, counted from empty, 0–1.</summary>
    public double Reserve { get; init; }

    public double FloorWh => CapacityWh * Math.Max(SocMin, Reserve);
    public double CeilingWh => CapacityWh * Math.Max(SocMax, Math.Max(SocMin, Reserve));
}

/// <summary>What a battery can do within one step, with everything that is the same at each state of charge worked out once.</summary>
public readonly struct Reach
{
    private readonly double _outPerWh, _inPerWh, _drainPerWatt, _fillPerWatt;

    public Reach(Storage storage, double hours)
    {
        (Floor, Ceiling) = (storage.FloorWh, storage.CeilingWh);
        (ChargeMax, DischargeMax) = storage.CapacityWh > 0 ? (storage.ChargeMax, storage.DischargeMax) : (0, 0);
        (_outPerWh, _drainPerWatt) = (storage.DischargeEfficiency / hours, hours / storage.DischargeEfficiency);
        (_inPerWh, _fillPerWatt) = (1 / (storage.ChargeEfficiency * hours), hours * storage.ChargeEfficiency);
    }

    /// <summary>Wh: discharge ends here, charge there; a battery beyond either is left where it is.</summary>
    public double Floor { get; }
    public double Ceiling { get; }

    public double ChargeMax { get; }
    public double DischargeMax { get; }

    /// <summary>As much of a wanted power as the energy inside allows on average over the step; W, discharge positive.</summary>
    public double Possible(double energy, double wanted) => wanted >= 0
        ? Math.Min(wanted, Math.Max(0, energy - Floor) * _outPerWh)
        : Math.Max(wanted, Math.Min(0, energy - Ceiling) * _inPerWh);

    /// <summary>The energy after a step at a power, Wh.</summary>
    public double After(double energy, double power) => energy - (power * (power >= 0 ? _drainPerWatt : _fillPerWatt));
}
