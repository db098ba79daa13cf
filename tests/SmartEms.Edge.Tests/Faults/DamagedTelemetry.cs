using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Recording.Columns;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Tests.Adapters.Sqlite;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A closed store with telemetry of four days in all its tiers, whose telemetry file is damaged again and again.</summary>
internal sealed class DamagedTelemetry : IDisposable
{
    private const int Points = 40;
    private const int Groups = 15;
    private const int StepMs = 600_000;
    private const int StepsPerGroup = 36;
    private const int GroupsPerDay = 4;
    private const int FoldedGroups = 3 * GroupsPerDay;
    private static readonly TelemetryTier[] Tiers = [TelemetryTier.Raw, TelemetryTier.Minute, TelemetryTier.Quarter];
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);
    private static readonly Instant Start = Instant.From(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly Instant Later = Instant.From(new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly StoreFolder _folder = StoreFolder.InMemory();
    private readonly Dictionary<string, byte[]> _files;
    private readonly HashSet<(int Point, TelemetryTier Tier, TelemetryRow Row)> _rows;

    private DamagedTelemetry(Dictionary<string, byte[]> files, HashSet<(int, TelemetryTier, TelemetryRow)> rows, int blocks) =>
        (_files, _rows, Blocks) = (files, rows, blocks);

    /// <summary>Stored blobs of samples and rows.</summary>
    public int Blocks { get; }

    public int Bytes => _files["smartems.telemetry.db"].Length;

    public static DamagedTelemetry Make()
    {
        using var making = StoreFolder.InMemory();
        using (var store = SqliteStore.Open(making.File))
        {
            for (var p = 1; p <= Points; p++)
                store.PointNumber(Name(p), "W");
            for (var group = 0; group < Groups; group++)
                store.Append([.. Enumerable.Range(group * StepsPerGroup, StepsPerGroup).SelectMany(step => Enumerable.Range(1, Points).Select(p =>
                    new TelemetrySample(new(Start.UnixMilliseconds + ((long)step * StepMs)), p, (step * p % 997) + (p / 10.0), Trust.Good, BadReason.None)))]);
        }

        var files = Directory.GetFiles(making.Directory).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
        using var reader = SqliteStore.OpenReadOnly(making.File);
        return new(files, Rows(reader), Count(making));
    }

    /// <summary>Flips a bit, starts as the daemon does and goes on; then says what is read that nobody wrote, what is missing outside every gap,
    /// how many blocks cannot be read whole any more, and whether the file was begun anew.</summary>
    public (int Wrong, int Unsaid, int Unread, bool IsAnew, string Said) Flip(int bit, string when)
    {
        foreach (var old in Directory.GetFiles(_folder.Directory))
            File.Delete(old);
        foreach (var (name, bytes) in _files)
            File.WriteAllBytes(Path.Combine(_folder.Directory, name), bytes);
        using (var file = File.OpenHandle(_folder.Telemetry, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.Write(file, [(byte)(_files["smartems.telemetry.db"][bit / 8] ^ (1 << (bit % 8)))], bit / 8);
        var said = new List<string>();
        using (var store = StoreRecovery.Open(_folder.File, new(TimeProvider.System, said.Add)))
        {
            var point = store.PointNumber("new", "W");
            store.Append([new TelemetrySample(Later, point, 1, Trust.Good, BadReason.None)]);
            if (store.ReadTelemetry(point, Later, Never).Single().Value != 1)
                throw new InvalidOperationException($"{when}: it does not go on");
        }

        using var reader = SqliteStore.OpenReadOnly(_folder.File);
        var rows = Rows(reader);
        var (lost, gaps) = (_rows.Except(rows).ToList(), reader.Gaps(Always, Never));
        var unsaid = lost.Count(one => !gaps.Any(gap => gap.Tier == one.Tier && gap.From <= one.Row.At && one.Row.At < gap.To));
        var unread = lost.Select(one => Block(one.Point, one.Tier, one.Row.At.UnixMilliseconds - Start.UnixMilliseconds)).Distinct().Count();
        return (rows.Except(_rows).Count(), unsaid, unread, Directory.GetFiles(_folder.Directory, "*.damaged-1").Length > 0,
            string.Join("; ", said.Concat(gaps.Select(g => g.ToString()))));
    }

    public void Dispose() => _folder.Dispose();

    private static string Name(int point) => $"device{point / 8}/power{point}";

    /// <summary>What is read of the old points, each by its name.</summary>
    private static HashSet<(int Point, TelemetryTier Tier, TelemetryRow Row)> Rows(SqliteStore store)
    {
        var numbers = store.Points().ToDictionary(p => (p.Name, p.Unit), p => p.Number);
        return [.. from p in Enumerable.Range(1, Points)
                   where numbers.ContainsKey((Name(p), "W"))
                   from tier in Tiers
                   from row in store.Read(numbers[(Name(p), "W")], tier, Always, Later)
                   select (p, tier, row)];
    }

    /// <summary>The stored block a row is read from: samples by group, roll-ups of folded days by point, of the last day by group.</summary>
    private static (string Kind, int Of, long When) Block(int point, TelemetryTier tier, long sinceStart)
    {
        var group = sinceStart / (StepMs * StepsPerGroup);
        if (tier == TelemetryTier.Raw || group >= FoldedGroups)
            return (tier == TelemetryTier.Raw ? "chunk" : "piece", (point - 1) / BlockModel.Points, group);
        return tier == TelemetryTier.Minute ? ("minutes", point, group / GroupsPerDay) : ("quarters", point, 0);
    }

    /// <summary>Blocks that stand in the file; told by a program that is not ours.</summary>
    private static int Count(StoreFolder folder) => int.Parse(folder.TelemetryShell(
        "SELECT (SELECT count(*) FROM chunks) + (SELECT count(*) FROM pieces) + (SELECT count(*) FROM minutes) + (SELECT count(*) FROM quarters)"), CultureInfo.InvariantCulture);
}
