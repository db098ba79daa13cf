using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Training;
using SmartEms.Edge.Training;

// Trains the policy that ships, from the ten sound homes, or the table that departures are foretold with, from the stays, and writes its file. The same seed and date give the same bytes.
if (args is ["departures", "--out", var place])
{
    var trees = LeaveTrainer.Train(StayRows.Of(TrondheimStays.Read()), _ => true, new()).Write();
    File.WriteAllBytes(place, trees);
    Console.Error.WriteLine($"{place}: {trees.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(trees))}");
    return 0;
}
if (args.Length % 2 == 1 || Option("--out", "") is not { Length: > 0 } file)
{
    Console.Error.WriteLine("usage: training --out FILE [--seed N] [--date YYYY-MM-DD] [--threads N]\n       training departures --out FILE");
    return 2;
}
var seed = ulong.Parse(Option("--seed", "1"), CultureInfo.InvariantCulture);
var threads = int.Parse(Option("--threads", "2"), CultureInfo.InvariantCulture);
var plan = new TrainingPlan(seed) { Each = OnThreads.Of(threads) };
var began = TimeProvider.System.GetTimestamp();
Say("forecasts of ten homes");
var looks = TrainingLooks.Make(threads);
Say("plans of all weeks that may be learnt from");
var pool = ChunkPool.Make(looks, threads);
var policy = Trainer.Train(pool.Of(EnergyData.Homes), plan, (round, cost) => Say(string.Create(CultureInfo.InvariantCulture, $"round {round} of {plan.Rounds}, cost {cost:0.0000}")));
var record = string.Create(CultureInfo.InvariantCulture,
    $"seed={seed} data={DataHash()} date={Option("--date", "unknown")} rounds={plan.Rounds} batch={plan.Batch} rate={plan.Rate} entropy={plan.Entropy} decay={plan.Decay} homes={EnergyData.Homes.Length}");
var bytes = (policy with { Record = record }).Write();
File.WriteAllBytes(file, bytes);
Say($"{file}: {bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
return 0;

string Option(string name, string usual) => Array.LastIndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length ? args[at + 1] : usual;

void Say(string words) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(began).TotalSeconds,6:0} s  {words}"));

// One hash over names and contents of all that is learnt from, sixteen digits of it.
static string DataHash()
{
    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    foreach (var folder in new[] { "homes", "prices", "tariffs" })
        foreach (var path in Directory.EnumerateFiles(Path.Combine(EnergyData.Folder, folder)).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            hash.AppendData(File.ReadAllBytes(path));
        }
    return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
}
