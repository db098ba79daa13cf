using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartEms.Edge.Bench;

/// <summary>A fleet of simulated boxes over a real mosquitto into a real PostgreSQL, in processes of their own; the broker is killed in the middle.</summary>
internal static class FleetBench
{
    private const int PeriodSeconds = 60;

    /// <summary>As long as a box's own waits are at first, seconds.</summary>
    private const int SpreadSeconds = 240;

    /// <summary>Handles that the library takes for each box: its socket, and a pair to wake it.</summary>
    private const int HandlesPerBox = 3;

    /// <summary>Handles of a process for all else.</summary>
    private const int OwnHandles = 500;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(5);

    public static async IAsyncEnumerable<Figure> Run(string[] args)
    {
        var (boxes, minutes) = (Number(args, "--boxes", 10_000), Number(args, "--minutes", 15));
        var directory = args.SkipWhile(arg => arg != "--write").Skip(1).FirstOrDefault();
        if (boxes < 1 || minutes < 1 || (directory is not null && !Directory.Exists(directory)))
            throw new BenchException("fleet knows --boxes N, --minutes M and --write DIR, a directory that exists, for its page");
        var page = new EvidencePage();
        await foreach (var figure in Figures(boxes, minutes))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is not null)
            page.Write(Path.Combine(directory, "fleet.md"), "A fleet and its broker's death", "./dev bench fleet --write docs/evidence", What(boxes, minutes));
    }

    private static string What(int boxes, int minutes) => $"""
        {boxes} boxes with a connection, a will and a subscription each make a summary a minute (fifteen times as often as a box does) for {minutes} minutes. In the middle mosquitto is
        killed without warning and is away for {Away.TotalSeconds:0} s: all that it held is gone, confirmed or not. `ingest` writes to PostgreSQL with its usual durability. Fleet, receiver, broker and database
        share this machine's {Environment.ProcessorCount} processors.
        """;

    private static async IAsyncEnumerable<Figure> Figures(int boxes, int minutes)
    {
        using var broker = new BenchBroker();
        using var postgres = new BenchPostgres();
        var address = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.Address.Port}");
        using var ingest = Cloud("ingest", "--broker", address, "--database", postgres.Connection);
        var most = Math.Max(1, (Handles() - OwnHandles) / HandlesPerBox);
        var parts = (boxes + most - 1) / most;
        var fleets = Enumerable.Range(0, parts).Select(part => Fleet(address, (part * boxes / parts, (part + 1) * boxes / parts), minutes)).ToArray();
        var said = fleets.Select(fleet => fleet.StandardOutput.ReadToEndAsync()).ToArray();
        var spent = await LifeAsync((fleets, ingest), broker, TimeSpan.FromMinutes(minutes)).ConfigureAwait(false);
        var told = await Task.WhenAll(said).ConfigureAwait(false);
        var (made, lost) = (Sum(told, "Made"), Sum(told, "Made") - Sum(told, "Acknowledged"));
        yield return new Figure("fleet.boxes", boxes, "boxes", double.PositiveInfinity);
        yield return new Figure("fleet.made", made, "summaries", double.PositiveInfinity, AtLeast: 1);
        yield return new Figure("fleet.lost", lost, "summaries not acknowledged", 0);
        yield return new Figure("fleet.missing_in_database", made - await postgres.CountAsync("SELECT count(*) FROM smartems_summary").ConfigureAwait(false), "summaries", 0, 0);
        yield return new Figure("fleet.double_in_database", await postgres.CountAsync("SELECT count(*) - count(DISTINCT (box, seq)) FROM smartems_entry").ConfigureAwait(false), "entries", 0);
        yield return new Figure("fleet.boxes_not_whole", boxes - await postgres.CountAsync($"SELECT count(*) FROM smartems_box WHERE through >= {minutes - 1}").ConfigureAwait(false), "boxes", 0);
        yield return new Figure("fleet.busiest_second", 100 * told.Sum(text => One(text, "MostAttemptsPerSecond") * One(text, "Boxes")) / boxes, "% of the fleet tried to connect", 1);
        yield return Figure.Told("fleet.sessions_per_box", Sum(told, "Sessions") / boxes, "sessions");
        yield return Figure.Told("fleet.bytes_per_message", Sum(told, "Bytes") / Sum(told, "Messages"), "B with topic and header");
        yield return Figure.Told("fleet.processor_fleet", 1e6 * spent.Fleet / made, "us of a processor per summary");
        yield return Figure.Told("fleet.processor_ingest", 1e6 * Processor(ingest.Id) / made, "us of a processor per summary");
        yield return Figure.Told("fleet.processor_broker", 1e6 * (spent.Broker + Processor(broker.Id)) / made, "us of a processor per summary");
        yield return Figure.Told("fleet.processor_database", 1e6 * Tree(postgres.Id) / made, "us of a processor per summary");
        yield return Figure.Told("fleet.memory_ingest", NativeBinary.ResidentMegabytes(ingest.Id), "MB");
        yield return Figure.Told("fleet.memory_broker_per_box", 1000 * NativeBinary.ResidentMegabytes(broker.Id) / boxes, "kB");
        ingest.Kill();
        await ingest.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Until the fleets have ended; what they and the killed broker took of the processor, seconds.</summary>
    private static async Task<(double Fleet, double Broker)> LifeAsync((Process[] Fleets, Process Ingest) of, BenchBroker broker, TimeSpan span)
    {
        var (ended, failed) = (Task.WhenAll(of.Fleets.Select(fleet => fleet.WaitForExitAsync())), of.Ingest.WaitForExitAsync());
        var half = Task.Delay(span / 2);
        if (await Task.WhenAny(ended, failed, half).ConfigureAwait(false) != half)
            throw new BenchException(failed.IsCompleted ? $"ingest has ended with {of.Ingest.ExitCode}" : "the fleet has ended before its time");
        var before = Processor(broker.Id);
        broker.Kill();
        await Task.Delay(Away).ConfigureAwait(false);
        broker.StartAgain();
        var fleet = 0.0;
        while (await Task.WhenAny(ended, failed, Task.Delay(1_000)).ConfigureAwait(false) != ended)
            fleet = failed.IsCompleted ? throw new BenchException($"ingest has ended with {of.Ingest.ExitCode}") : Math.Max(fleet, of.Fleets.Sum(one => one.HasExited ? 0 : Processor(one.Id)));
        return (fleet, before);
    }

    private static Process Fleet(string address, (int First, int End) which, int minutes) => Cloud("fleet", "--broker", address,
        "--first", Text(which.First), "--boxes", Text(which.End - which.First), "--minutes", Text(minutes), "--period", Text(PeriodSeconds), "--spread", Text(SpreadSeconds));

    private static Process Cloud(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", Beside("SmartEms.Edge.Bench.runtimeconfig.json"), Beside("smartems-cloud.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new BenchException("smartems-cloud did not start");
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The receiver runs with the bench's own frameworks: they hold what it has no copy of here.</summary>
    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static int Number(string[] args, string name, int usual) =>
        int.TryParse(args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault(Text(usual)), CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Handles() => int.Parse(Regex.Match(File.ReadAllText("/proc/self/limits"), @"Max open files\s+(\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static double Sum(string[] told, string name) => told.Sum(text => One(text, name));

    /// <summary>A number of the record that a fleet says at its end.</summary>
    private static double One(string text, string name) =>
        Regex.Match(text, $@"\b{name} = ([\d.E+-]+)") is { Success: true } found ? double.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : double.NaN;

    /// <summary>Seconds of a processor that a process took, children that it has seen end included (proc(5)).</summary>
    private static double Processor(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ');
        return (double.Parse(fields[12], CultureInfo.InvariantCulture) + double.Parse(fields[13], CultureInfo.InvariantCulture)
            + double.Parse(fields[14], CultureInfo.InvariantCulture) + double.Parse(fields[15], CultureInfo.InvariantCulture)) / 100;
    }

    private static double Tree(int process) => Processor(process) + File.ReadAllText($"/proc/{process}/task/{process}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(child => Processor(int.Parse(child, CultureInfo.InvariantCulture)));
}
