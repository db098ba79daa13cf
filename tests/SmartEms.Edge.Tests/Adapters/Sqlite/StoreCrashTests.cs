using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>What was acknowledged is there after a crash, in one gap-free sequence, and a batch of telemetry is there whole or not at all.</summary>
public sealed class StoreCrashTests : IDisposable
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    private readonly StoreFolder _folder = new();
    private readonly object _step = new();
    private long _acknowledged;
    private bool _stop;
    private bool _ended;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_killed_owner_has_lost_nothing_it_acknowledged()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 8; round++)
        {
            long last = 0;
            using (var child = new StoreChild(_folder.File))
            {
                for (var left = random.Next(1, 80); left > 0; left--)
                    last = child.Next() ?? throw new InvalidOperationException("the child ended by itself");
                child.Kill();
                while (child.Next() is { } more)
                    last = more;
            }

            using var store = SqliteStore.Open(_folder.File);
            AssertWhole(store, last, $"round {round}");
        }
    }

    [Fact]
    public async Task Any_image_of_the_files_holds_what_was_acknowledged_before_it()
    {
        const int seed = 4711;
        var random = new Random(seed);
        using var store = SqliteStore.Open(_folder.File);
        StoreChild.Prepare(store);
        var writer = Task.Run(() => AppendUntilStopped(store));
        try
        {
            for (var round = 0; round < 50; round++)
            {
                WaitFor(WaitFor(0) + random.Next(1, 40));
                using var image = new StoreFolder();
                var before = TakeImage(image, random);
                using var copy = SqliteStore.Open(image.File);
                AssertWhole(copy, before, $"seed {seed} round {round}");
            }
        }
        finally
        {
            Volatile.Write(ref _stop, true);
            await writer;
        }
    }

    private static void AssertWhole(SqliteStore store, long acknowledged, string when)
    {
        var next = 1L;
        foreach (var entry in store.Read(LedgerKind.Cycle, Always, Never))
        {
            Assert.True(entry.Sequence == next, $"{when}: {entry.Sequence} follows {next - 1}");
            Assert.True(entry.Body.AsSpan().SequenceEqual(StoreChild.Body(next)), $"{when}: the body of {next} is not its own");
            next++;
        }

        Assert.True(next > acknowledged, $"{when}: {acknowledged} was acknowledged, {next - 1} is the last there");
        var first = store.ReadTelemetry(1, Always, Never).Select(s => s.At).ToList();
        Assert.Equal(first, store.ReadTelemetry(StoreChild.BatchSamples, Always, Never).Select(s => s.At));
        // An entry that follows a batch makes the batch durable with it.
        Assert.Equal(Enumerable.Range(1, (int)((next - 2) / StoreChild.EntriesPerBatch)).Select(n => new Instant(n * StoreChild.EntriesPerBatch)), first.Where(at => at.UnixMilliseconds < next - 1));
    }

    private void AppendUntilStopped(SqliteStore store)
    {
        try
        {
            for (var next = 1L; !Volatile.Read(ref _stop); next++)
            {
                Assert.Equal(next, store.Append(LedgerKind.Cycle, new Instant(next), StoreChild.Body(next)));
                Say(next, ended: false);
                if (next % StoreChild.EntriesPerBatch == 0)
                    store.Append(StoreChild.Batch(next));
            }
        }
        finally
        {
            Say(_acknowledged, ended: true);
        }
    }

    private void Say(long sequence, bool ended)
    {
        lock (_step)
        {
            (_acknowledged, _ended) = (sequence, ended);
            Monitor.PulseAll(_step);
        }
    }

    /// <summary>Waits until a number is acknowledged, and gives the newest that is.</summary>
    private long WaitFor(long sequence)
    {
        lock (_step)
        {
            while (_acknowledged < sequence)
                Assert.True(Monitor.Wait(_step, TimeSpan.FromSeconds(60)) && !_ended, "the writer stands still");
            return _acknowledged;
        }
    }

    /// <summary>Copies the database, then its log, as a crash would leave them; gives what was acknowledged before. When the log was begun anew
    /// meanwhile the two copies are of different times, which no crash can make, and the image is taken again.</summary>
    private long TakeImage(StoreFolder image, Random random)
    {
        var acknowledged = WaitFor(0);
        Copy((_folder.File, image.File), random);
        // The batch before an entry is durable before the entry, so telemetry may be the later image.
        Copy((_folder.Telemetry, image.Telemetry), random);
        return acknowledged;
    }

    private static void Copy((string From, string To) file, Random random)
    {
        var (log, copy) = (file.From + "-wal", file.To + "-wal");
        while (true)
        {
            var (begun, length) = (LogHeader(log), new FileInfo(log).Length);
            File.Copy(file.From, file.To, overwrite: true);
            File.Copy(log, copy, overwrite: true);
            if (!begun.AsSpan().SequenceEqual(LogHeader(log)))
                continue;
            // What was written after the acknowledgement may be there in part.
            using var torn = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.SetLength(torn, random.NextInt64(length, RandomAccess.GetLength(torn) + 1));
            return;
        }
    }

    private static byte[] LogHeader(string log)
    {
        using var file = File.OpenHandle(log, share: FileShare.ReadWrite);
        var header = new byte[32];
        Assert.Equal(32, RandomAccess.Read(file, header, 0));
        return header;
    }
}
