using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using SmartEms.Edge.Tests.Faults;

/// <summary>What the runtime calls first in the child process (DOTNET_STARTUP_HOOKS asks for this name, outside every namespace).</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(StoreChild.Variable) is { } path)
            StoreChild.Live(path);
        if (Environment.GetEnvironmentVariable(FaultWriter.Variable) is { } task)
            FaultWriter.Live(task);
    }
}

namespace SmartEms.Edge.Tests.Adapters.Sqlite
{
    /// <summary>A second process that owns a store: it appends without end, says each number once it is durable, and can be killed.</summary>
    internal sealed class StoreChild : IDisposable
    {
        public const string Variable = "SMARTEMS_TEST_STORE";
        public const int BatchSamples = 400;
        public const int EntriesPerBatch = 4;

        private readonly Process _process;

        public StoreChild(string path)
        {
            var own = typeof(StoreChild).Assembly.Location;
            var host = Environment.ProcessPath is { } p && Path.GetFileName(p) == "dotnet" ? p : "dotnet";
            var start = new ProcessStartInfo(host, ["exec", own]) { RedirectStandardOutput = true };
            start.Environment["DOTNET_STARTUP_HOOKS"] = own;
            start.Environment[Variable] = path;
            _process = Process.Start(start)!;
        }

        public int Pid => _process.Id;

        /// <summary>The next number that is durable, or null after the end.</summary>
        public long? Next() => _process.StandardOutput.ReadLine() is { Length: > 0 } line ? long.Parse(line, CultureInfo.InvariantCulture) : null;

        /// <summary>SIGKILL, as the kernel does when memory is short.</summary>
        public void Kill() => _process.Kill();

        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        public static byte[] Body(long sequence)
        {
            var body = new byte[1000 + (sequence % 7 * 900)];
            Array.Fill(body, (byte)(sequence % 251));
            return body;
        }

        public static TelemetrySample[] Batch(long at) =>
            [.. Enumerable.Range(1, BatchSamples).Select(p => new TelemetrySample(new Instant(at), p, at, Trust.Good, BadReason.None))];

        public static void Prepare(SqliteStore store)
        {
            for (var p = 1; p <= BatchSamples; p++)
                store.PointNumber($"device/{p}", "W");
        }

        public static void Live(string path)
        {
            using var store = SqliteStore.Open(path);
            Prepare(store);
            var last = store.Last(LedgerKind.Cycle)?.Sequence ?? 0;
            // The one before may have been killed between an entry and its batch.
            if (last > 0 && last % EntriesPerBatch == 0)
                store.Append(Batch(last));
            for (var next = last + 1; ; next++)
            {
                if (store.Append(LedgerKind.Cycle, new Instant(next), Body(next)) != next)
                    Environment.Exit(3);
                // One write, so that a killed child leaves no half number.
                Console.Out.Write($"{next}\n");
                Console.Out.Flush();
                if (next % EntriesPerBatch == 0)
                    store.Append(Batch(next));
            }
        }
    }
}
