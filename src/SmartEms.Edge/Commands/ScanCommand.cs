using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems scan: which devices are on the network or on a serial line. It only reads, and never has two connections to one host.</summary>
internal static class ScanCommand
{
    private const int AtOnce = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(15);
    private static readonly byte[] UsualUnits = [1, 2, 3, 71, 100, 126, 200, 247, 255];

    private static readonly Column[] Columns = [new("PLACE"), new("UNIT", true), new("IDENTIFIED AS"), new("SURE", true), new("PROFILE"), new("NOTE")];

    private static readonly Argument<string[]> Targets = new("targets") { Description = "subnets, ranges and hosts, as in 192.168.3.0/24 or 192.168.3.10-40", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string[]> Serial = new("--serial") { Description = "a serial line as well, as in /dev/ttyUSB0", HelpName = "port" };
    private static readonly Option<int> Baud = new("--baud") { Description = "its rate", DefaultValueFactory = _ => 9_600, HelpName = "Bd" };
    private static readonly Option<string> Parity = new("--parity") { Description = "none, even or odd", DefaultValueFactory = _ => "none", HelpName = "parity" };
    private static readonly Option<string> Ports = new("--ports") { Description = "TCP ports", DefaultValueFactory = _ => "502,1502", HelpName = "list" };
    private static readonly Option<string?> Units = new("--units") { Description = "unit ids, as in 1-32 or 1,3,100; the usual ones without it", HelpName = "list" };
    private static readonly Option<double> Timeout = new("--timeout") { Description = "seconds an answer is waited for", DefaultValueFactory = _ => 0.5, HelpName = "s" };
    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "also a network larger than a /22" };

    /// <summary>What one run has seen so far.</summary>
    private sealed class Yield
    {
        public Lock Gate { get; } = new();
        public List<Found> Found { get; } = [];
        public List<SkippedView> Skipped { get; } = [];
        public int Tried { get; set; }
        public bool IsCut { get; set; }
    }

    public static Command Build(Screen screen)
    {
        var command = new Command("scan", "looks for devices on the network and on serial lines; it only reads") { Targets, Serial, Baud, Parity, Ports, Units, Timeout, Yes, CheckCommand.Profiles };
        command.SetAction(async (parsed, stop) =>
        {
            var lines = Lines(parsed);
            var source = CheckCommand.ProfilesOf(parsed);
            var profiles = source.Names.Select(source.Find).OfType<DeviceProfile>().ToList();
            var units = parsed.GetValue(Units) is { } told ? Numbers(told, 0, 255, "--units").Select(unit => (byte)unit).ToArray() : UsualUnits;
            var owned = await DaemonDevices.PlacesAsync(parsed.Client(screen), stop) ?? [];
            var yield = await RunAsync(lines, owned, new PlaceScan(profiles, units, screen.Time), screen, stop);
            yield.Found.Sort((a, b) => Order(a) is var left && Order(b) is var right && left.Place != right.Place ? left.Place.CompareTo(right.Place) : left.Unit - right.Unit);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(View(yield), ToolsJson.Wire.ScanView));
            else
                Draw(screen, yield, lines.Count);
            return Exit.Ok;

            (int Place, int Unit) Order(Found found) => (lines.FindIndex(line => line.Exists(target => target == found.Target)), found.Unit ?? -1);
        });
        return command;
    }

    /// <summary>One list per host or serial port: its places are asked one after the other.</summary>
    private static List<List<WireTarget>> Lines(ParseResult parsed)
    {
        var timeout = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(Timeout), 0.05, 60));
        var ports = Numbers(parsed.GetValue(Ports)!, 1, 65_535, "--ports");
        var lines = new List<List<WireTarget>>();
        foreach (var host in ScanTargets.Of(parsed.GetValue(Targets)!, parsed.GetValue(Yes)))
            lines.Add([.. ports.Select(port => Target($"tcp://{host}:{port}", timeout))]);
        foreach (var port in parsed.GetValue(Serial) ?? [])
            lines.Add([Target($"rtu://{port}?baud={parsed.GetValue(Baud)}&parity={parsed.GetValue(Parity)}", timeout)]);
        return lines.Count > 0 ? lines : throw new Refusal(Exit.Usage, "nothing_to_scan", "say where to look", "smartems scan 192.168.3.0/24, or --serial /dev/ttyUSB0");
    }

    private static WireTarget Target(string text, TimeSpan timeout)
    {
        var target = WireTarget.Parse(text, timeout);
        return target with { Settings = target.Settings with { ConnectTimeout = timeout, Gap = Pause } };
    }

    private static List<int> Numbers(string text, int least, int most, string option)
    {
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || first < least || last > most || first > last)
                throw new Refusal(Exit.Usage, "list_unclear", $"{option} does not take '{part}'", $"numbers from {least} to {most}, as in 1,3 or 1-32");
            for (var i = first; i <= last; i++)
                if (!numbers.Contains(i))
                    numbers.Add(i);
        }
        return numbers.Count > 0 ? numbers : throw new Refusal(Exit.Usage, "list_unclear", $"{option} names nothing", $"numbers from {least} to {most}");
    }

    private static async Task<Yield> RunAsync(List<List<WireTarget>> lines, Dictionary<string, string> owned, PlaceScan scan, Screen screen, CancellationToken stop)
    {
        var (yield, done) = (new Yield(), 0);
        var progress = new CountedProgress(screen, "scanning", lines.Count);
        using var limit = new CancellationTokenSource(AtMost, screen.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await Parallel.ForEachAsync(lines, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = both.Token }, async (line, cut) =>
            {
                foreach (var target in line)
                {
                    var isOwned = owned.TryGetValue(target.Settings.Place, out var owner);
                    var found = isOwned ? null : await scan.ScanAsync(target, cut);
                    lock (yield.Gate)
                    {
                        yield.Tried++;
                        yield.Found.AddRange(found ?? []);
                        if (isOwned)
                            yield.Skipped.Add(new(target.Text, $"the daemon holds it as {owner}"));
                    }
                }
                lock (yield.Gate)
                    progress.Reached(++done);
            });
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            yield.IsCut = true;
        }
        progress.End();
        return yield;
    }

    private static ScanView View(Yield yield) => new(
        yield.Tried, yield.Found.DistinctBy(found => found.Target.Text).Count(),
        [.. yield.Found.Select(found => new FoundView(found.Target.Text, found.Unit ?? -1, found.Identity, found.Best.Profile, found.Best.Percent, found.Note))], [.. yield.Skipped]);

    private static void Draw(Screen screen, Yield yield, int lines)
    {
        if (yield.IsCut)
            screen.Say($"stopped after {AtMost.TotalMinutes:0} minutes; what follows is not everything");
        foreach (var skipped in yield.Skipped)
            screen.Say($"{skipped.Connect} not asked: {skipped.Why}");
        if (yield.Found.Count == 0)
        {
            screen.Out.WriteLine($"nothing answered: {Spoken.Count(lines, "host")}, {Spoken.Count(yield.Tried, "port")} tried. Is this the devices' network, and their Modbus server switched on?");
            return;
        }
        screen.Show(screen.NewPage().Table(Columns, [.. yield.Found.Select(found => new Ink[]
        {
            found.Target.Text, found.Unit?.ToString(CultureInfo.InvariantCulture) ?? "", found.Identity.Length > 0 ? found.Identity : "unknown",
            found.Best.Percent == 0 ? "" : $"{found.Best.Percent} %", found.Best.Profile, new(found.Note, Tint.Dim),
        })]));
        screen.Out.Write(Block(yield.Found));
    }

    /// <summary>What goes into the site file, ready to paste; names are for people to change.</summary>
    private static string Block(List<Found> found)
    {
        var block = new System.Text.StringBuilder();
        var number = 0;
        foreach (var one in found)
            if (one.Best.Percent > 0 && one.Unit is { } unit)
                block.Append($"  - {{name: device{++number}, profile: {one.Best.Profile}, connect: \"{one.Target.Text}\", unit: {unit}}}\n");
        return block.Length == 0 ? "" : $"\n# for the site file\ndevices:\n{block}";
    }
}
