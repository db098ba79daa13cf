using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>What is installed and what it must never exceed. Built by the site file, then never changed while the program runs.</summary>
public sealed record Site(
    string Id,
    string Name,
    Pcc Pcc,
    Tariff Tariff,
    ImmutableArray<Device> Devices)
{
    public ImmutableArray<Battery> Batteries { get; init; } = [];
    public ImmutableArray<PvPlant> PvPlants { get; init; } = [];
    public ImmutableArray<EvCharger> EvChargers { get; init; } = [];
    /// <summary>Dry contacts at digital inputs.</summary>
    public ImmutableArray<Contact> Contacts { get; init; } = [];

    /// <summary>Relays at digital outputs.</summary>
    public ImmutableArray<Relay> Relays { get; init; } = [];

    /// <summary>What hangs behind relays and may wait.</summary>
    public ImmutableArray<FlexibleLoad> Loads { get; init; } = [];

    /// <summary>I²C chips that are measured.</summary>
    public ImmutableArray<Sensor> Sensors { get; init; } = [];
    /// <summary>What plans mind besides the bill.</summary>
    public PlanWeights Weights { get; init; } = PlanWeights.Usual;

    /// <summary>The file in which somebody else foretells what plans are made from; null = nobody does.</summary>
    public string? OutlookFile { get; init; }

    public RunSettings Running { get; init; } = new();

    /// <summary>Null = the site keeps to itself.</summary>
    public CloudLink? Cloud { get; init; }

    /// <summary>Null = the house is told nothing.</summary>
    public HomeLink? Home { get; init; }

    /// <summary>Something is to be won by waiting, because prices vary, peaks cost or carbon does, and there is a battery or a car to wait with.</summary>
    public bool IsPlanned => !(Batteries.IsEmpty && EvChargers.IsEmpty) && (!Tariff.IsFlat || Weights.CarbonPrice > 0);

    /// <summary>Both sites name the same parts in the same order, so that an index means the same part in both.</summary>
    public bool HasSameParts(Site other) => PartNames().SequenceEqual(other.PartNames());

    private IEnumerable<string> PartNames() =>
    [
        .. Devices.Select(one => $"device {one.Name}"), .. Batteries.Select(one => $"battery {one.Name}"), .. PvPlants.Select(one => $"pv {one.Name}"),
        .. EvChargers.Select(one => $"ev {one.Name}"), .. Loads.Select(one => $"load {one.Name}"), .. Contacts.Select(one => $"contact {one.Name}"),
        .. Relays.Select(one => $"relay {one.Name}"), .. Sensors.Select(one => $"sensor {one.Name}"),
    ];
}

/// <summary>The point of common coupling: the grid meter and the limits of the connection.</summary>
public sealed record Pcc(int Meter, Power ImportMax, Power ExportMax, Current PhaseCurrentMax)
{
    /// <summary>1 or 3.</summary>
    public int Phases { get; init; } = 3;

    /// <summary>Phase to neutral.</summary>
    public Voltage NominalVoltage { get; init; } = Voltage.FromVolts(230);

    /// <summary>Allowed departure from nominal, as a ratio: ±5 %.</summary>
    public double VoltageTolerance { get; init; } = 0.05;

    /// <summary>The most one phase may carry more than another; VDE-AR-N 4105 allows 4.6 kVA, 20 A at 230 V. Null = not watched.</summary>
    public Current? UnbalanceMax { get; init; }

    public Frequency FrequencyMin { get; init; } = Frequency.FromHertz(49.5);
    public Frequency FrequencyMax { get; init; } = Frequency.FromHertz(50.5);
}

/// <summary>A physical device on a bus. <see cref="Profile"/> names the data file of its model.</summary>
public sealed record Device(string Name, string Profile, DeviceLink Link);

/// <summary>A stationary battery: the device that carries out its setpoint and, where there is one, the device that speaks for its cells.</summary>
public sealed record Battery(string Name, int Device, int? Bms, Energy Capacity, Power ChargeMax, Power DischargeMax)
{
    public Fraction SocMin { get; init; } = Fraction.FromRatio(0.10);
    public Fraction SocMax { get; init; } = Fraction.FromRatio(0.90);

    /// <summary>Energy kept for the case that the grid fails, counted from empty; nothing but a lost grid may touch it. 0 = none.</summary>
    public Fraction BackupReserve { get; init; } = Fraction.FromRatio(0);

    /// <summary>Charging is allowed between these cell temperatures; it derates over the 5 K inside each edge.</summary>
    public Temperature ChargeTemperatureMin { get; init; } = Temperature.FromCelsius(0);
    public Temperature ChargeTemperatureMax { get; init; } = Temperature.FromCelsius(45);
    public Temperature DischargeTemperatureMin { get; init; } = Temperature.FromCelsius(-10);
    public Temperature DischargeTemperatureMax { get; init; } = Temperature.FromCelsius(50);

    /// <summary>Per cell; charging derates to zero over the last 50 mV, discharging likewise. Defaults suit LiFePO4.</summary>
    public Voltage CellVoltageMin { get; init; } = Voltage.FromVolts(2.9);
    public Voltage CellVoltageMax { get; init; } = Voltage.FromVolts(3.55);

    /// <summary>How fast a setpoint may move, in watts per second; tightening for safety is never ramped.</summary>
    public double RampWattsPerSecond { get; init; } = 1000;

    /// <summary>One way, 0–1, for plans: what the battery gives back of what it took, half of the loss each way.</summary>
    public double Efficiency { get; init; } = 0.95;

    /// <summary>What a discharged kWh costs the cells, in the site's currency; plans do not move energy for less.</summary>
    public double WearPerKwh { get; init; } = 0.02;

    /// <summary>The device may be told modes it knows itself instead of powers, where it knows them.</summary>
    public bool Native { get; init; }
}

/// <summary>A PV plant behind one inverter. Only a curtailable one can be told to produce less.</summary>
public sealed record PvPlant(string Name, int Device, Power Rated, bool Curtailable);

/// <summary>A charge point (EVSE). Below <see cref="CurrentMin"/> it can only be off (IEC 61851: 6 A).</summary>
public sealed record EvCharger(string Name, int Device, Current CurrentMin, Current CurrentMax, int Phases)
{
    /// <summary>Which is shed first when power is short: the lowest. Equal ones go in the site's order, the last first.</summary>
    public int Priority { get; init; }

    /// <summary>The one phase (1–3) of a charger with fewer phases than the connection; null = not known.</summary>
    public int? Phase { get; init; }

    /// <summary>What the house wants of this charger when nobody says otherwise.</summary>
    public EvMode DefaultMode { get; init; } = EvMode.Full;

    /// <summary>Each stay is charged when it costs least before the car usually leaves; <see cref="DefaultMode"/> holds where nothing can be planned.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>What a car takes at full offer on all phases, W, at the connection's nominal voltage.</summary>
    public Power PowerMax(Pcc pcc) => CurrentMax * (pcc.NominalVoltage * Phases);
    public Power PowerMin(Pcc pcc) => CurrentMin * (pcc.NominalVoltage * Phases);

    /// <summary>The charger may be switched between one phase and all of them; null = it stays as it is.</summary>
    public PhaseSwitching? Switching { get; init; }
}

/// <summary>How sparingly a charger's phases are switched: the rest between two changes, s, and the most changes while one car stays.</summary>
public sealed record PhaseSwitching(double RestSeconds, int SessionMax)
{
    public const double UsualRestMinutes = 10;
    public const int UsualSessionMax = 10;
}

/// <summary>How the controller itself runs at this site.</summary>
public sealed record RunSettings
{
    /// <summary>Period of the Follow rhythm, 1–5 s.</summary>
    public TimeSpan FollowPeriod { get; init; } = TimeSpan.FromSeconds(1);

    public PolicyMode PolicyMode { get; init; } = PolicyMode.Act;
}
