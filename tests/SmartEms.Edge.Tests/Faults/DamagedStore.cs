using System.Security.Cryptography;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>The files of a store, closed or as a crash leaves them (half of it in the logs), to be damaged again and again.</summary>
internal sealed class DamagedStore : IDisposable
{
    private const int Entries = 120;
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    private readonly StoreFolder folder = StoreFolder.InMemory();
    private readonly Dictionary<string, byte[]> files;

    private DamagedStore(Dictionary<string, byte[]> files, List<LedgerEntry> entries) => (this.files, Original) = (files, entries);

    /// <summary>The ledger as it was.</summary>
    public IReadOnlyList<LedgerEntry> Original { get; }

    public string Store => folder.File;

    /// <summary>What the last opening said.</summary>
    public List<string> Said { get; } = [];

    public static DamagedStore Make(bool isClosed)
    {
        using var making = StoreFolder.InMemory();
        Fill(making.File, 1, Entries / 2).Dispose();
        var store = Fill(making.File, (Entries / 2) + 1, Entries);
        if (isClosed)
            store.Dispose();
        // A crash needs no other process: what is in the files is what the next one finds.
        var files = Directory.GetFiles(making.Directory).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
        store.Dispose();
        using var reader = SqliteStore.OpenReadOnly(making.File);
        return new(files, All(reader));
    }

    public byte[] Bytes(string name) => files[name];

    /// <summary>Puts the files back as they were, but for one.</summary>
    public void Put(string name, byte[]? bytes)
    {
        foreach (var old in Directory.GetFiles(folder.Directory))
            File.Delete(old);
        foreach (var (file, original) in files)
            if ((file == name ? bytes : original) is { } content)
            {
                File.WriteAllBytes(Path.Combine(folder.Directory, file), content);
                StoreFolder.Allow(Path.Combine(folder.Directory, file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
    }

    /// <summary>Opens as the daemon does; damage must never keep it from starting.</summary>
    public SqliteStore Open(string when)
    {
        Said.Clear();
        try
        {
            return StoreRecovery.Open(Store, new(TimeProvider.System, Said.Add));
        }
        catch (IOException refusal)
        {
            throw new InvalidOperationException($"{when}: it does not start: {refusal.Message}", refusal);
        }
    }

    /// <summary>What a full look finds, with the public keys beside the store; null when the database cannot even be opened for reading.</summary>
    public LedgerVerdict? Verify()
    {
        IReadOnlyList<ECDsa> keys = DeviceKey.ReadPublic(Path.Combine(folder.Directory, DeviceKey.PublicFileName));
        try
        {
            using var store = SqliteStore.OpenReadOnly(Store);
            return LedgerScan.Verify(store, keys);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    /// <summary>Original entries that are there, exactly as they were.</summary>
    public HashSet<long> Intact()
    {
        var found = new Dictionary<long, LedgerEntry>();
        try
        {
            using var store = SqliteStore.OpenReadOnly(Store);
            foreach (var entry in All(store))
                found[entry.Sequence] = entry;
        }
        catch (StoreException)
        {
            // What was read until then counts.
        }

        return [.. Original.Where(one => found.TryGetValue(one.Sequence, out var now) && now.Kind == one.Kind && now.At == one.At && now.Seal == one.Seal
            && now.Body.AsSpan().SequenceEqual(one.Body)).Select(one => one.Sequence)];
    }

    /// <summary>Names of the files kept aside.</summary>
    public List<string> Kept() => [.. Directory.GetFiles(folder.Directory).Where(f => f.Contains(".quarantine-", StringComparison.Ordinal) || f.Contains(".damaged-", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)!)];

    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder.Directory, name));

    /// <summary>Goes on recording as the daemon would: an entry, and telemetry, for which the store may have to be opened once more. Gives the entry's number.</summary>
    public long GoOn(string when)
    {
        var number = 0L;
        for (var tries = 2; ; tries--)
        {
            using var store = Open(when);
            number = number > 0 ? number : store.Append(LedgerKind.Cycle, FaultWriter.At(Entries + 1), FaultWriter.Body(Entries + 1));
            try
            {
                for (var p = 1; p <= FaultWriter.Points; p++)
                    store.PointNumber($"device/{p}", "W");
                store.Append(FaultWriter.Batch(1_000_000));
                Assert.Equal(1_000_000, store.ReadTelemetry(1, FaultWriter.At(1_000_000), Never).Single().Value);
                return number;
            }
            catch (StoreException damage) when (tries > 1 && damage.IsDamage)
            {
                // The recorder would open it anew now.
            }
        }
    }

    /// <summary>Samples that are read although nobody wrote them, and samples that are missing outside every known gap.</summary>
    public (int Wrong, int Missing) Telemetry()
    {
        using var store = SqliteStore.OpenReadOnly(Store);
        var (wrong, missing) = (0, 0);
        foreach (var point in store.Points().Take(FaultWriter.Points))
        {
            var read = store.ReadTelemetry(point.Number, Always, FaultWriter.At(1_000_000)).Select(s => (s.At.UnixMilliseconds, s.Value)).ToHashSet();
            var gaps = store.Gaps(Always, Never);
            var written = Enumerable.Range(1, Entries / FaultWriter.EntriesPerBatch).Select(n => (FaultWriter.At(n * FaultWriter.EntriesPerBatch).UnixMilliseconds, (double)(n * FaultWriter.EntriesPerBatch))).ToHashSet();
            wrong += read.Count(one => !written.Contains(one));
            missing += written.Count(one => !read.Contains(one) && !gaps.Any(gap => gap.From.UnixMilliseconds <= one.UnixMilliseconds && one.UnixMilliseconds < gap.To.UnixMilliseconds));
        }

        return (wrong, missing);
    }

    public void Dispose() => folder.Dispose();

    private static SqliteStore Fill(string path, int from, int to)
    {
        var store = StoreRecovery.Open(path, new(TimeProvider.System, words => Assert.Fail(words)));
        for (var p = 1; p <= FaultWriter.Points; p++)
            store.PointNumber($"device/{p}", "W");
        for (var number = from; number <= to; number++)
        {
            store.Append(LedgerKind.Cycle, FaultWriter.At(number), FaultWriter.Body(number));
            if (number % FaultWriter.EntriesPerBatch == 0)
                store.Append(FaultWriter.Batch(number));
        }

        return store;
    }

    private static List<LedgerEntry> All(SqliteStore store)
    {
        var all = new List<LedgerEntry>();
        for (IReadOnlyList<LedgerEntry> page; (page = store.After(all.Count == 0 ? 0 : all[^1].Sequence, 1)).Count > 0;)
            all.AddRange(page);
        return all;
    }
}
