using System.Globalization;
using System.Runtime.CompilerServices;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>One register as the vendor's table has it (hw/registers/*.csv), and how a number gets into it: written without the decoder, so that the two can disagree.</summary>
internal sealed record RegisterFact(string Name, RegisterSpace Space, int Address, string Type, bool IsLowFirst)
{
    public double Scale { get; init; } = 1;
    public string Unit { get; init; } = "";

    /// <summary>What the vendor counts positive: import, export, charge, discharge, generation, or nothing.</summary>
    public string Positive { get; init; } = "";
    public bool IsReadable { get; init; }
    public bool IsWritable { get; init; }

    /// <summary>Values to try, ends included, in the vendor's unit and sign.</summary>
    public (double Least, double Most) Range { get; init; }

    /// <summary>What the vendor's codes mean in our words (charging states, phases); empty for numbers.</summary>
    public IReadOnlyDictionary<double, double> Means { get; init; } = new Dictionary<double, double>();

    public int Width => Type[1..] switch { "16" => 1, "32" => 2, _ => 4 };

    /// <summary>The vendor's number in our unit and sign.</summary>
    public double Ours(double vendors) => Means.TryGetValue(vendors, out var meant) ? meant :
        vendors * (Unit switch { "kWh" or "kW" => 1000, "mV" or "mA" or "ms" => 0.001, _ => 1 }) * (Positive is "export" or "charge" ? -1 : 1);

    /// <summary>The number the register can hold that lies next to a wanted one, in the vendor's unit.</summary>
    public double Held(double wanted) => Type switch
    {
        "f32" => (double)(float)(wanted / Scale) * Scale,
        "f64" => wanted,
        _ => Math.Round(wanted / Scale) * Scale,
    };

    /// <summary>Something the device may say: any number of the range, or one of the codes.</summary>
    public double Said(Random chance) => Means.Count > 0
        ? Means.Keys.ElementAt(chance.Next(Means.Count))
        : Held(Range.Least + ((Range.Most - Range.Least) * chance.NextDouble()));

    public ushort[] Words(double held)
    {
        var bits = Type switch
        {
            "f32" => BitConverter.SingleToUInt32Bits((float)(held / Scale)),
            "f64" => BitConverter.DoubleToUInt64Bits(held),
            _ => unchecked((ulong)(long)Math.Round(held / Scale)),
        };
        var words = new ushort[Width];
        for (var i = 0; i < Width; i++)
            words[IsLowFirst ? i : Width - 1 - i] = (ushort)(bits >> (16 * i) & 0xFFFF);
        return words;
    }

    /// <summary>The tables there are, by the name of their profile.</summary>
    public static IEnumerable<string> Tables() => Directory.GetFiles(Folder(), "*.csv").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static RegisterFact[] Table(string profile) =>
        [.. File.ReadAllLines(Path.Combine(Folder(), profile + ".csv")).Where(line => line.Length > 0 && line[0] != '#').Skip(1).Select(Row)];

    private static RegisterFact Row(string line)
    {
        var cells = line.Split(',');
        var ends = cells[9][0] == '=' ? [cells[9][1..], cells[9][1..]] : cells[9].Split("..");
        return new(cells[0], cells[1] == "input" ? RegisterSpace.InputRegister : RegisterSpace.HoldingRegister, int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3], cells[4] == "CDAB")
        {
            Scale = Number(cells[5]),
            Unit = cells[6],
            Positive = cells[7],
            IsReadable = cells[8].Contains('r'),
            IsWritable = cells[8].Contains('w'),
            Range = (Number(ends[0]), Number(ends[1])),
            Means = cells.Length > 10 && cells[10].Length > 0 ? cells[10].Split(' ').ToDictionary(code => Number(code.Split('=')[0]), code => MeaningOf(code.Split('=')[1])) : new(),
        };
    }

    private static double MeaningOf(string word) => word switch
    {
        "automatic" => 0,
        "one_phase" => 1,
        "three_phases" => 3,
        _ => (double)StateOf(word),
    };

    private static EvState StateOf(string word) => word switch
    {
        "no_car" => EvState.NoCar,
        "connected" => EvState.Connected,
        "charging" => EvState.Charging,
        "error" => EvState.Error,
        "unknown" => EvState.Unknown,
        _ => throw new FormatException($"{word} is neither a charging state nor a number of phases"),
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Folder([CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, "../../../hw/registers");
}
