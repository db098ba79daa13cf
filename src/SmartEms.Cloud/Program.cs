using System.Security.Cryptography;
using System.Text;
using Npgsql;
using SmartEms.Cloud.Fleet;
using SmartEms.Cloud.Ingesting;
using SmartEms.Cloud.Sending;
using SmartEms.Cloud.Storing;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Cloud;

/// <summary>smartems-cloud: the far end of the cloud link.</summary>
internal static class Program
{
    private const string Help = """
        usage: smartems-cloud VERB --broker mqtts://host:8883 [--ca FILE --certificate FILE --key-file FILE] [--user NAME --password-file FILE] [options]

          ingest  --database CONNECTION [--name NAME] [--key FILE]   store a fleet's messages in PostgreSQL, and acknowledge them; signed with a receiver's key
          keygen  --name NAME                                        make NAME.key.pem and NAME.pub.pem (no broker)
          list    --root FILE --version N --keys FILE --out FILE     sign a list of operator keys: "role name file.pub.pem" per line (no broker)
          sign    --tenant T --site S --box B --key FILE [--second FILE] --verb VERB [--body JSON|--body-file FILE] [--good SECONDS] --out FILE   (no broker)
          send    as sign, without --out, and with [--device-key FILE]: sends it, and verifies the answer
          listen  [--filter smartems/v1/#]                           print every message
          fleet   --boxes N [--first N] [--period SECONDS] [--minutes M] [--spread SECONDS]   simulate N boxes

        docs/mqtt.md describes topics, forms and keys; docs/fleet.md what a fleet costs.
        """;

    public static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            if (args.Length == 0 || args[0] is "help" or "--help" or "-h")
            {
                Console.Out.WriteLine(Help);
                return args.Length == 0 ? 2 : 0;
            }
            return await RunAsync(args[0], new(args.AsSpan(1)), stop.Token);
        }
        catch (UsageException wrong)
        {
            Console.Error.WriteLine($"smartems-cloud: {wrong.Message}");
            return 2;
        }
        catch (Exception failure) when (failure is IOException or NpgsqlException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine($"smartems-cloud: {failure.Message}");
            return 1;
        }
    }

    private static Task<int> RunAsync(string verb, Arguments given, CancellationToken stop) => verb switch
    {
        "ingest" => IngestAsync(given, stop),
        "keygen" => Task.FromResult(KeyGen(given)),
        "list" => Task.FromResult(List(given)),
        "sign" => Task.FromResult(Sign(given)),
        "send" => Task.FromResult(Send(given)),
        "listen" => Task.FromResult(Listen(given, stop)),
        "fleet" => Task.FromResult(Simulate(given, stop)),
        _ => throw new UsageException($"{verb} is no verb; smartems-cloud help lists them"),
    };

    private static async Task<int> IngestAsync(Arguments given, CancellationToken stop)
    {
        var (broker, connection, name) = (BrokerOptions.Read(given), given.Text("database"), given.Text("name", $"ingest-{Environment.MachineName}-{Environment.ProcessId}"));
        using var key = given.Maybe("key") is { } file ? KeyRing.Read(file) : null;
        given.Done();
        await using var database = new Database(connection);
        await database.OpenAsync(stop);
        using var ingest = new Ingest(broker, database, TimeProvider.System, name) { Key = key };
        await ingest.RunAsync(Console.Error.WriteLine, stop);
        Console.Out.WriteLine(ingest.Figures);
        return 0;
    }

    private static int KeyGen(Arguments given)
    {
        var name = given.Text("name");
        given.Done();
        Console.Out.WriteLine(KeyRing.Make(name));
        return 0;
    }

    private static int List(Arguments given)
    {
        var (root, version, keys, to) = (given.Text("root"), (long)given.Number("version", 1), given.Text("keys"), given.Text("out"));
        given.Done();
        using var key = KeyRing.Read(root);
        File.WriteAllBytes(to, KeyRing.List(version, File.ReadAllLines(keys), key));
        return 0;
    }

    private static int Sign(Arguments given)
    {
        var (to, command) = (given.Text("out"), Signed(given, out _));
        given.Done();
        File.WriteAllBytes(to, command);
        return 0;
    }

    private static int Send(Arguments given)
    {
        var (broker, command, device) = (BrokerOptions.Read(given), Signed(given, out var box), given.Maybe("device-key"));
        given.Done();
        if (Sender.Send(broker, box, command, TimeProvider.System) is not { } answer)
            throw new IOException("no answer came: the box is away, takes no commands, or the broker lets neither through");
        Console.Out.WriteLine(Encoding.UTF8.GetString(answer));
        if (device is null)
            return 0;
        using var key = KeyRing.Read(device);
        var result = CommandResult.Verified(answer, key);
        Console.Error.WriteLine(result is null ? "the answer is not signed by this box" : $"verified: {result.Code}: {result.Text}");
        return result?.Code == "ok" ? 0 : 1;
    }

    private static byte[] Signed(Arguments given, out UplinkTopics box)
    {
        box = new(given.Text("tenant"), given.Text("site"), given.Text("box"));
        var verb = given.Text("verb");
        var rule = CommandRule.Named(verb) ?? throw new UsageException($"--verb {verb}: one of {string.Join(", ", CommandRule.All.Select(one => one.Name))}");
        var body = given.Maybe("body-file") is { } file ? File.ReadAllBytes(file) : Encoding.UTF8.GetBytes(given.Text("body", "{}"));
        if (CommandBody.Read(rule.Verb, body) is null)
            throw new UsageException($"the body is not what {rule.Name} wants; docs/mqtt.md shows it");
        using var first = KeyRing.Read(given.Text("key"));
        using var second = given.Maybe("second") is { } other ? KeyRing.Read(other) : null;
        return Sender.Sign(box, rule, body, (first, second), (Instant.From(TimeProvider.System.GetUtcNow()), TimeSpan.FromSeconds(given.Number("good", 120))));
    }

    private static int Listen(Arguments given, CancellationToken stop)
    {
        var (broker, filter) = (BrokerOptions.Read(given), given.Text("filter", $"{UplinkTopics.Root}/#"));
        given.Done();
        Sender.Listen(broker, filter, Console.Out, (TimeProvider.System, stop));
        return 0;
    }

    private static int Simulate(Arguments given, CancellationToken stop)
    {
        var broker = BrokerOptions.Read(given);
        var (first, boxes, period, minutes, spread) = ((int)given.Number("first", 0), (int)given.Number("boxes", 100), given.Number("period", 900), given.Number("minutes", 15), given.Number("spread", 120));
        given.Done();
        using var fleet = new SimulatedFleet(broker, TimeProvider.System, (first, boxes), (TimeSpan.FromSeconds(period), TimeSpan.FromSeconds(spread)));
        var figures = fleet.Run(TimeSpan.FromMinutes(minutes), Console.Error.WriteLine, stop);
        Console.Out.WriteLine(figures);
        return figures.Lost == 0 ? 0 : 1;
    }
}
