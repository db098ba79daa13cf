using System.Globalization;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>A tiny ideal site: load and sun are given, every device does by the next second what it was last told, and the meter shows what remains.
/// Words of the rows override what it does and what the sensors say of it.</summary>
internal sealed class Field(Site site)
{
    private readonly Dictionary<string, string> words = [];
    private readonly double[] discharge = new double[site.Batteries.Length];
    private readonly double[] offer = new double[site.EvChargers.Length];
    private readonly int[] phases = [.. site.EvChargers.Select(charger => charger.Phases)];
    private readonly double?[] limit = new double?[site.PvPlants.Length];

    public void Hear(Row row)
    {
        foreach (var (key, value) in row.Words)
            words[key] = value;
    }

    public string Word(string key, string otherwise) => words.GetValueOrDefault(key, otherwise);

    public void Obey(Setpoints told)
    {
        for (var i = 0; i < discharge.Length; i++)
            if (Word(Key("obeys", i), "yes") == "yes")
                discharge[i] = told.Batteries[i].Discharge.Watts;
        for (var i = 0; i < offer.Length; i++)
            if (Word(Key("car-obeys", i), "yes") == "yes")
                (offer[i], phases[i]) = (told.EvChargers[i].Offer.Amperes, Word(Key("contactor", i), "moves") == "moves" ? told.EvChargers[i].Phases ?? phases[i] : phases[i]);
        for (var i = 0; i < limit.Length; i++)
            if (Word(Key("pv-obeys", i), "yes") == "yes")
                limit[i] = told.PvPlants[i].Limit?.Watts;
    }

    public double Import
    {
        get
        {
            var import = Number("load", 0);
            foreach (var power in discharge)
                import -= power;
            for (var i = 0; i < offer.Length; i++)
                import += Charge(i);
            for (var i = 0; i < limit.Length; i++)
                import -= Production(i);
            return import;
        }
    }

    public ProcessImage Sense(int second) => new(
        new Instant(1_750_000_500_000 + (second * 1000L)),
        Grid(),
        [.. Enumerable.Range(0, discharge.Length).Select(Battery)],
        [.. Enumerable.Range(0, limit.Length).Select(i => new PvReadings { Production = Is("pv", i) ?? Given.Watts(Production(i)) })],
        [.. Enumerable.Range(0, offer.Length).Select(Charger)],
        [.. site.Devices.Select((_, i) => i == 0 && Word("meter", "good") == "bad" ? new DeviceReadings(LinkState.Down, 30_000, 9) : new DeviceReadings(LinkState.Up, 0, 0))]);

    private GridReadings Grid()
    {
        var amperes = Given.Amperes(Number("amps", Math.Abs(Import) / 690));
        var volts = Word("volt", "") == "bad" ? Reading.Bad<Voltage>(BadReason.Timeout) : Given.Volts(Number("volt", 230));
        var hertz = Word("hz", "") == "bad" ? Reading.Bad<Frequency>(BadReason.Timeout) : Reading.Good(Frequency.FromHertz(Number("hz", 50)));
        var grid = Given.Grid() with { Import = Given.Watts(Import), VoltageL1 = volts, VoltageL2 = volts, VoltageL3 = volts, Frequency = hertz };
        grid = grid with { CurrentL1 = words.ContainsKey("amps1") ? Given.Amperes(Number("amps1", 0)) : amperes, CurrentL2 = amperes, CurrentL3 = amperes };
        return Word("meter", "good") switch
        {
            "old" => grid with { Import = grid.Import with { Quality = Quality.Uncertain(7_000) } },
            "bad" => grid with { Import = Reading.Bad<Power>(BadReason.Timeout) },
            _ => grid,
        };
    }

    private BatteryReadings Battery(int index)
    {
        var known = Given.Cells(discharge[index]);
        return known with
        {
            Discharge = Is("battery", index) ?? known.Discharge,
            Soc = Word(Key("soc", index), "50") switch
            {
                "bad" => Reading.Bad<Fraction>(BadReason.Expired),
                var percent => Reading.Good(Fraction.FromPercent(double.Parse(percent, CultureInfo.InvariantCulture))),
            },
            Voltage = Maybe(Key("pack", index), Voltage.FromVolts),
            Temperature = Maybe(Key("temp", index), Temperature.FromCelsius),
            CellVoltageMin = Maybe(Key("cell-min", index), Voltage.FromVolts),
            CellVoltageMax = Maybe(Key("cell-max", index), Voltage.FromVolts),
            ChargeCurrentMax = Maybe(Key("ccl", index), Current.FromAmperes),
            DischargeCurrentMax = Maybe(Key("dcl", index), Current.FromAmperes),
            ChargeAllowed = Maybe(Key("may-charge", index), value => value != 0),
            DischargeAllowed = Maybe(Key("may-discharge", index), value => value != 0),
        };
    }

    private EvReadings Charger(int index) => Given.Car() with
    {
        Charge = Is("charger", index) ?? Given.Watts(Charge(index)),
        State = Word(Key("car", index), "charging") switch
        {
            "none" => Reading.Good(EvState.NoCar),
            "full" => Reading.Good(EvState.Connected),
            _ => Is("charger", index) is null ? Reading.Good(offer[index] > 0 || site.EvChargers[index].Switching is null ? EvState.Charging : EvState.Connected) : Reading.Bad<EvState>(BadReason.Timeout),
        },
    };

    private double Charge(int index) => Word(Key("car", index), "charging") == "charging" ? offer[index] * 230 * phases[index] : 0;

    private double Production(int index) => Math.Min(Number(Key("sun", index), 0), limit[index] ?? double.PositiveInfinity);

    /// <summary>Null when the device speaks; otherwise what is left of its power reading.</summary>
    private Reading<Power>? Is(string key, int index) => Word(Key(key, index), "good") == "silent" ? Reading.Bad<Power>(BadReason.Timeout) : null;

    private Reading<T> Maybe<T>(string key, Func<double, T> make)
        where T : struct => words.TryGetValue(key, out var value)
            ? value == "bad" ? Reading.Bad<T>(BadReason.Timeout) : Reading.Good(make(double.Parse(value, CultureInfo.InvariantCulture)))
            : Given.Missing<T>();

    private double Number(string key, double otherwise) => words.TryGetValue(key, out var value) ? double.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    private static string Key(string word, int index) => index == 0 ? word : $"{word}{index + 1}";
}
