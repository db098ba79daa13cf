using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>What the child process does: it keeps a store the way the daemon does, and says each number once that entry is durable. The numbers go on where the
/// store it finds ends.</summary>
internal static class FaultWriter
{
    /// <summary>Holds "task path": what to do, and the store to do it on.</summary>
    public const string Variable = "SMARTEMS_FAULT_TASK";

    /// <summary>Two blocks of columns.</summary>
    public const int Points = 64;
    public const int EntriesPerBatch = 4;
    public const int EntriesPerCursor = 10;

    /// <summary>The store is closed and opened again after so many.</summary>
    private const int EntriesPerLife = 40;

    private static readonly SemaphoreSlim Acknowledged = new(0);

    public static void Live(string task)
    {
        var (what, path) = (task[..task.IndexOf(' ', StringComparison.Ordinal)], task[(task.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        switch (what)
        {
            case "boots":
                while (Console.In.ReadLine() is { } line)
                {
                    var words = line.Split(' ');
                    Write(words[1], int.Parse(words[0], CultureInfo.InvariantCulture));
                    Say("end");
                }

                break;
            case "leak":
                new Thread(Leak) { IsBackground = true }.Start();
                Write(path, int.MaxValue);
                break;
            case "record" or "dawdle":
                RecordingChild.Live(path, what == "record").GetAwaiter().GetResult();
                break;
            default:
                Write(path, int.Parse(what, CultureInfo.InvariantCulture));
                break;
        }

        Environment.Exit(0);
    }

    /// <summary>The clock of entry n: minutes, so that checkpoints are signed and groups of telemetry close on the way.</summary>
    public static Instant At(long number) => new(number * 60_000);

    public static byte[] Body(long number)
    {
        var body = new byte[200 + (number % 7 * 900)];
        Array.Fill(body, (byte)(number % 251));
        BitConverter.TryWriteBytes(body, number);
        return body;
    }

    public static TelemetrySample[] Batch(long number) =>
        [.. Enumerable.Range(1, Points).Select(p => new TelemetrySample(At(number), p, number, Trust.Good, BadReason.None))];

    public static string Text(long number) => $"text of {number / EntriesPerCursor * EntriesPerCursor}";

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>One write, so that a killed child leaves no half number.</summary>
    public static void Say(string words)
    {
        Console.Out.Write(words + "\n");
        Console.Out.Flush();
    }

    private static void Write(string path, int entries)
    {
        while (entries > 0)
            using (var store = StoreRecovery.Open(path, new(TimeProvider.System, words => Console.Error.WriteLine($"said: {words}"))))
            {
                for (var p = 1; p <= Points; p++)
                    store.PointNumber($"device/{p}", "W");
                var last = store.Last(LedgerKind.Cycle) is { } entry ? BitConverter.ToInt64(entry.Body) : 0;
                // The one before may have ended between an entry and what follows it.
                Follow(store, last);
                for (var number = last + 1; number <= last + EntriesPerLife && entries > 0; number++, entries--)
                {
                    store.Append(LedgerKind.Cycle, At(number), Body(number));
                    Say(number.ToString(CultureInfo.InvariantCulture));
                    Acknowledged.Release();
                    Follow(store, number);
                }
            }
    }

    /// <summary>What is durable before the next entry is begun.</summary>
    private static void Follow(SqliteStore store, long number)
    {
        if (number > 0 && number % EntriesPerBatch == 0)
            store.Append(Batch(number));
        if (number == 0 || number % EntriesPerCursor != 0)
            return;
        store.Keep("cloud", new(number, 1));
        store.KeepText(Hash(Text(number)), Text(number));
    }

    /// <summary>Takes a megabyte beside each entry, so that memory ends at any moment of the next.</summary>
    private static void Leak()
    {
        var held = new List<byte[]>();
        while (true)
        {
            Acknowledged.Wait();
            for (var part = 0; part < 16; part++)
            {
                var more = new byte[64 * 1024];
                Array.Fill(more, (byte)1);
                held.Add(more);
            }
        }
    }
}
