using System.Globalization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>One row of a scenario: from this second on these words hold.</summary>
internal sealed record Row(int At, IReadOnlyDictionary<string, string> Words);

/// <summary>The given part of a scenario file: the site in a few words, then rows of time and what changes then. README.md beside this file lists the words.</summary>
internal sealed class Script
{
    public Site Site { get; private set; } = Given.Site(0, 0, 0);
    public List<Row> Rows { get; } = [];
    public int Until { get; private set; }
    public bool IsCycle { get; private set; }
    public string Policy { get; private set; } = "rule";

    public static Script Parse(string text)
    {
        var script = new Script();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
                script.Line(words[0], words[1..]);
        }
        return script;
    }

    private void Line(string head, string[] words)
    {
        switch (head)
        {
            case "site":
                Site = Site with { Pcc = Connection(Pairs(words)) };
                break;
            case "battery":
                Site = Site with { Batteries = Site.Batteries.Add(Battery(words[0], Pairs(words[1..]))) };
                break;
            case "pv":
                Site = Site with { PvPlants = Site.PvPlants.Add(new(words[0], 1, Watts(Pairs(words[1..])["rated"]), !words.Contains("fixed"))) };
                break;
            case "charger":
                Site = Site with { EvChargers = Site.EvChargers.Add(Charger(words[0], Pairs(words[1..]))) };
                break;
            case "at":
                Rows.Add(new(int.Parse(words[0], CultureInfo.InvariantCulture), Pairs(words[1..])));
                break;
            case "until":
                Until = int.Parse(words[0], CultureInfo.InvariantCulture);
                break;
            case "cycle":
                IsCycle = true;
                break;
            case "policy":
                Policy = words[0];
                Site = Site with { Running = Site.Running with { PolicyMode = words[0] switch { "off" => PolicyMode.Off, "shadow" => PolicyMode.Shadow, _ => PolicyMode.Act } } };
                break;
            default:
                throw new InvalidDataException($"scenario: '{head}' is no word of ours");
        }
    }

    private static Pcc Connection(Dictionary<string, string> words) => Given.Pcc with
    {
        ImportMax = Watts(words.GetValueOrDefault("import", "20000")),
        ExportMax = Watts(words.GetValueOrDefault("export", "20000")),
        PhaseCurrentMax = Current.FromAmperes(Number(words.GetValueOrDefault("fuse", "63"))),
        UnbalanceMax = words.TryGetValue("unbalance", out var most) ? Current.FromAmperes(Number(most)) : null,
    };

    private static Battery Battery(string name, Dictionary<string, string> words) =>
        new(name, 1, null, Energy.FromWattHours(Number(words.GetValueOrDefault("wh", "10000"))), Watts(words.GetValueOrDefault("charge", "5000")), Watts(words.GetValueOrDefault("discharge", "5000")))
        {
            RampWattsPerSecond = Number(words.GetValueOrDefault("ramp", "100000")),
        };

    private static EvCharger Charger(string name, Dictionary<string, string> words) =>
        new(name, 2, Current.FromAmperes(Number(words.GetValueOrDefault("min", "6"))), Current.FromAmperes(Number(words.GetValueOrDefault("max", "16"))), (int)Number(words.GetValueOrDefault("phases", "3")))
        {
            DefaultMode = Modes.Ev(words.GetValueOrDefault("mode", "full")),
            Switching = words.TryGetValue("rest", out var rest) ? new(Number(rest), (int)Number(words.GetValueOrDefault("switches", "10"))) : null,
        };

    private static Dictionary<string, string> Pairs(string[] words)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var word in words)
            if (word.Split('=') is [var key, var value])
                pairs[key] = value;
        return pairs;
    }

    private static Power Watts(string value) => Power.FromWatts(Number(value));
    private static double Number(string value) => double.Parse(value, CultureInfo.InvariantCulture);
}

/// <summary>Modes as scenario files spell them.</summary>
internal static class Modes
{
    public static BatteryMode Battery(string word) => word switch
    {
        "self-consume" => BatteryMode.SelfConsume,
        "hold" => BatteryMode.Hold,
        "discharge-only" => BatteryMode.DischargeOnly,
        "idle" => BatteryMode.Idle,
        "grid-charge-33" => BatteryMode.GridCharge33,
        "grid-charge-66" => BatteryMode.GridCharge66,
        "grid-charge-100" => BatteryMode.GridCharge100,
        _ => throw new InvalidDataException($"scenario: '{word}' is no battery mode"),
    };

    public static EvMode Ev(string word) => word switch
    {
        "off" => EvMode.Off,
        "surplus" => EvMode.SurplusOnly,
        "minimum" => EvMode.Minimum,
        "half" => EvMode.Half,
        "full" => EvMode.Full,
        _ => throw new InvalidDataException($"scenario: '{word}' is no charger mode"),
    };
}
