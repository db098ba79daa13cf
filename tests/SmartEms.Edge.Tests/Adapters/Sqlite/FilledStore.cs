using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>A keyed store with known entries in its own folder, closed, ready to be damaged.</summary>
internal sealed class FilledStore : IDisposable
{
    public const int Count = 120;
    private readonly StoreFolder _folder = new();

    public FilledStore(Action<SqliteStore>? fill = null)
    {
        using var store = Open();
        (fill ?? Fill)(store);
    }

    public string File => _folder.File;

    public string Directory => _folder.Directory;

    /// <summary>What was said at the last opening.</summary>
    public List<string> Said { get; } = [];

    public SqliteStore Open()
    {
        Said.Clear();
        return StoreRecovery.Open(File, new(TimeProvider.System, Said.Add));
    }

    public string Shell(string sql) => _folder.Shell(sql);

    /// <summary>What a full look with the public keys beside the store finds.</summary>
    public LedgerVerdict Verify()
    {
        using var store = SqliteStore.OpenReadOnly(File);
        return LedgerScan.Verify(store, DeviceKey.ReadPublic(Path.Combine(Directory, DeviceKey.PublicFileName)));
    }

    public static byte[] Body(int number) => [.. Enumerable.Range(0, 20 + (number * 37 % 400) + (number % 40 == 7 ? 9000 : 0)).Select(i => (byte)(((i * 131) + number) & 0xFF))];

    public void Dispose() => _folder.Dispose();

    private static void Fill(SqliteStore store)
    {
        store.KeepText("ab", "site: text");
        var point = store.PointNumber("meter/grid_import", "W");
        for (var i = 1; i <= Count; i++)
            store.Append((LedgerKind)(1 + (i % 5)), new Instant(1_750_000_000_000 + (i * 60_000)), Body(i));
        store.Append([new(new Instant(1), point, 5, default, default)]);
        store.Keep("cloud", new(50, 1));
    }
}
