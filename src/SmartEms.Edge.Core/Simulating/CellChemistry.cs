namespace SmartEms.Edge.Core.Simulating;

/// <summary>The electrical and thermal inside of a LiFePO4 battery and the limits its BMS draws from it.</summary>
internal sealed class CellChemistry
{
    private const double NominalCellVolts = 3.2;

    /// <summary>Full: charging is forbidden from here until the SoC has fallen a little.</summary>
    private const double FullSoc = 0.999;
    private const double NoLongerFullSoc = 0.985;
    private const double EmptySoc = 0.02;
    private const double NoLongerEmptySoc = 0.04;

    /// <summary>Open-circuit volts of a LiFePO4 cell at each 5 % of charge: steep at the ends, flat between (shape common to published curves).</summary>
    private static readonly double[] OpenCircuitVolts =
        [2.900, 3.120, 3.200, 3.228, 3.250, 3.266, 3.278, 3.286, 3.292, 3.297, 3.301, 3.305, 3.310, 3.317, 3.324, 3.329, 3.332, 3.335, 3.339, 3.350, 3.420];

    private readonly SimulatedBattery _battery;
    private readonly int _count;
    private readonly double _ampereHours;
    private readonly double _cellOhms;
    private readonly double _kelvinPerWatt;
    private readonly double _thermalSeconds;
    private readonly double _spread;
    private readonly double _chargeMaxAmperes;
    private readonly double _dischargeMaxAmperes;
    private bool _full;
    private bool _empty;

    public CellChemistry(SimulatedBatterySettings settings, SimulatedBattery battery)
    {
        Setting.Check(settings.CellsInSeries, 1, 1000, nameof(settings.CellsInSeries));
        Setting.Check(settings.CellDropAtOneC, 0, 0.5, nameof(settings.CellDropAtOneC));
        Setting.Check(settings.ThermalSeconds, 1, 1e6, nameof(settings.ThermalSeconds));
        _battery = battery;
        _count = settings.CellsInSeries;
        var nominalVolts = _count * NominalCellVolts;
        _ampereHours = battery.CapacityWattHours / nominalVolts;
        _cellOhms = settings.CellDropAtOneC / _ampereHours;
        _kelvinPerWatt = settings.KelvinPerWatt;
        _thermalSeconds = settings.ThermalSeconds;
        _spread = settings.CellSpread;

        // A tenth above the ratings, so that the ratings and not the BMS bind in mid range.
        _chargeMaxAmperes = battery.ChargeMaxWatts / nominalVolts * 1.1;
        _dischargeMaxAmperes = battery.DischargeMaxWatts / nominalVolts * 1.1 / settings.OneWayEfficiency;
        AmbientCelsius = settings.AmbientCelsius;
        Celsius = settings.AmbientCelsius;
        PackVolts = nominalVolts;
    }

    public double AmbientCelsius { get; set; }
    public double Celsius { get; private set; }
    public double PackVolts { get; private set; }
    public double PackAmperes { get; private set; }
    public double CellMinVolts { get; private set; }
    public double CellMaxVolts { get; private set; }
    public double ChargeMaxAmperes { get; private set; }
    public double DischargeMaxAmperes { get; private set; }
    public bool ChargeAllowed { get; private set; }
    public bool DischargeAllowed { get; private set; }

    /// <summary>Takes over the battery's new state after a step at this DC power, discharge positive.</summary>
    public void Refresh(double cellWatts, double seconds)
    {
        var soc = _battery.Soc;
        PackAmperes = cellWatts / PackVolts;
        var cellVolts = OpenCircuit(soc) - (PackAmperes * _cellOhms);
        PackVolts = cellVolts * _count;

        // Cells drift apart where the curve is steep.
        var spread = _spread + (Math.Max(0, soc - 0.9) * 0.2) + (Math.Max(0, 0.1 - soc) * 0.4);
        CellMinVolts = cellVolts - spread;
        CellMaxVolts = cellVolts + spread;

        var heat = PackAmperes * PackAmperes * _cellOhms * _count;
        Celsius += (AmbientCelsius + (heat * _kelvinPerWatt) - Celsius) * Lag.Share(seconds, _thermalSeconds);
        RefreshLimits(soc);
    }

    private void RefreshLimits(double soc)
    {
        _full = _full ? soc > NoLongerFullSoc : soc >= FullSoc;
        _empty = _empty ? soc < NoLongerEmptySoc : soc <= EmptySoc;

        // The last tenth: from the full current at 90 % down to 0.05 C at 98 %.
        var charge = _chargeMaxAmperes;
        if (soc > 0.90)
        {
            var trickle = Math.Min(charge, 0.05 * _ampereHours);
            charge += (trickle - charge) * Math.Min(1, (soc - 0.90) / 0.08);
        }

        charge *= Derate(Celsius, 0, 5) * Derate(-Celsius, -55, -45);
        var discharge = _dischargeMaxAmperes * Derate(soc, 0, 0.08) * Derate(Celsius, -20, -10) * Derate(-Celsius, -60, -50);
        ChargeAllowed = !_full && charge > 0;
        DischargeAllowed = !_empty && discharge > 0;
        ChargeMaxAmperes = ChargeAllowed ? charge : 0;
        DischargeMaxAmperes = DischargeAllowed ? discharge : 0;
    }

    /// <summary>0 up to <paramref name="none"/>, 1 from <paramref name="all"/>, straight between.</summary>
    private static double Derate(double value, double none, double all) =>
        Math.Max(0, Math.Min(1, (value - none) / (all - none)));

    private static double OpenCircuit(double soc)
    {
        var place = soc * (OpenCircuitVolts.Length - 1);
        var index = Math.Min((int)place, OpenCircuitVolts.Length - 2);
        return OpenCircuitVolts[index] + ((OpenCircuitVolts[index + 1] - OpenCircuitVolts[index]) * (place - index));
    }
}
