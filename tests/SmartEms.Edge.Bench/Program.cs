using SmartEms.Edge.Bench;

// The benches, each under the name that `./dev bench NAME` takes. A further bench is one class and one line here.
(string Name, string What, Func<string[], IAsyncEnumerable<Figure>> Run)[] benches =
[
    ("forecast", "load and PV of ten measured homes, an hour, four and a day ahead, over the seasonal naive [--write DIR]", ForecastBench.Run),
    ("footprint", "size, resident memory and start of the native binary [--minutes N]", FootprintBench.Run),
    ("ledger", "group and single durable commits of the ledger on this disk [--directory DIR]", LedgerBench.Run),
    ("lines", "rhythm of healthy devices beside sick ones, and how long a sick one is waited for [--seconds N]", LinesBench.Run),
    ("poll", "processor time, read age and memory of polling, beside collectd [--minutes N]", PollBench.Run),
    ("store", "telemetry against plain SQLite rows and influxdb 1.6; reading, bytes written, memory [--quick]", StoreBench.Run),
    ("storms", "site-years of faults and a wild policy, and a million random policies: what must never happen [--years N] [--seed N] [--policies N] [--journal FILE, to run it in pieces] [--write DIR]", StormBench.Run),
    ("fleet", "10,000 simulated boxes over mosquitto into PostgreSQL, the broker killed in the middle [--boxes N] [--minutes M] [--write DIR]", FleetBench.Run),
    ("uplink", "the cloud link: acknowledged messages a second, bytes of a day and of a summary, how a fleet comes back [--packets, to tell them by kind]", UplinkBench.Run),
    ("think", "how long forecast, plan and policy take, and what they hold in memory [--rounds N]", ThinkBench.Run),
    ("policy", "what plan and policy earn on measured homes never seen: folds, test weeks, HiGHS [--threads N] [--no-training] [--write DIR]", PolicyBench.Run),
    ("tuning", "what a policy fitted to its home's own past earns in the months after [--threads N] [--rounds N] [--rate X] [--homes N] [--write DIR]", TuningBench.Run),
    ("ev", "what waiting saves at chargers: 5,701 measured stays on market prices, departures told and foretold [--write DIR]", EvBench.Run),
    ("follow", "steps of load, zero export and two batteries on late devices, simulated [--write DIR]", FollowBench.Run),
];

if (args.Length == 0)
{
    foreach (var (name, what, _) in benches)
        Console.WriteLine($"{name,-12} {what}");
    return 0;
}

var chosen = benches.FirstOrDefault(b => b.Name == args[0]);
if (chosen.Run is null)
{
    Console.Error.WriteLine($"bench: no bench is called {args[0]}; there are {string.Join(", ", benches.Select(b => b.Name))}");
    return 2;
}

var allMet = true;
try
{
    await foreach (var figure in chosen.Run(args[1..]))
    {
        Console.WriteLine(figure);
        allMet &= figure.Met;
    }
}
catch (BenchException e)
{
    Console.Error.WriteLine("bench: " + e.Message);
    return 2;
}

return allMet ? 0 : 1;
