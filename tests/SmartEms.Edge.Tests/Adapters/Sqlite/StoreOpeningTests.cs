using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>A store has one owner, goes on where it stopped, and refuses in words what is not a store, leaving it as it was.</summary>
public sealed class StoreOpeningTests : IDisposable
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_closed_store_goes_on_where_it_stopped()
    {
        using (var store = SqliteStore.Open(_folder.File))
        {
            store.Append(LedgerKind.Cycle, new Instant(1), [1]);
            store.PointNumber("a/b", "W");
            store.KeepText("ab", "text");
        }

        using var again = SqliteStore.Open(_folder.File);
        Assert.Equal(2, again.Append(LedgerKind.Cycle, new Instant(2), [2]));
        Assert.Equal(2, again.PointNumber("a/c", "W"));
        Assert.Equal(1, again.PointNumber("a/b", "W"));
        again.Append([new(new Instant(1), 1, 1, default, default)]);
        Assert.Equal("text", again.Text("ab"));
    }

    [Fact]
    public void The_file_is_a_sound_database_with_our_mark()
    {
        using (var store = SqliteStore.Open(_folder.File))
        {
            store.PointNumber("a/b", "W");
            store.Append(LedgerKind.Cycle, new Instant(1), [1]);
            store.Append([new(new Instant(1), 1, double.NaN, default, default)]);
        }

        Assert.Equal($"{0x536D4564.ToString(CultureInfo.InvariantCulture)}\n2\nwal\nok", _folder.Shell("PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode; PRAGMA integrity_check"));
        Assert.Equal("wal\nok\n1", _folder.TelemetryShell("PRAGMA journal_mode; PRAGMA integrity_check; SELECT sum(samples) FROM chunks"));
    }

    [Fact]
    public void An_empty_file_becomes_a_store()
    {
        File.WriteAllBytes(_folder.File, []);
        using var store = SqliteStore.Open(_folder.File);
        Assert.Equal(1, store.Append(LedgerKind.Note, default, [1]));
    }

    [Fact]
    public void A_second_process_is_told_who_owns_the_store_and_may_read()
    {
        using (var child = new StoreChild(_folder.File))
        {
            Assert.Equal(1, child.Next());
            var complaint = Assert.Throws<StoreException>(() => SqliteStore.Open(_folder.File));
            Assert.Contains($"{_folder.File} is owned by another running smartems (pid {child.Pid}). Remedy: ", complaint.Message, StringComparison.Ordinal);
            using var reader = SqliteStore.OpenReadOnly(_folder.File);
            Assert.Equal(1, reader.Read(LedgerKind.Cycle, Always, Never).First().Sequence);
            Assert.Throws<InvalidOperationException>(() => reader.Append(LedgerKind.Note, default, [1]));
            Assert.Throws<InvalidOperationException>(() => reader.KeepText("a", "b"));
            Assert.Throws<InvalidOperationException>(() => reader.PointNumber("new/point", "W"));
            Assert.Equal(7, reader.PointNumber("device/7", "W"));
        }

        using var owner = SqliteStore.Open(_folder.File);
        Assert.NotNull(owner.Last(LedgerKind.Cycle));
    }

    [Fact]
    public void One_process_cannot_own_twice_nor_by_another_name()
    {
        var link = Path.Combine(_folder.Directory, "link.db");
        File.CreateSymbolicLink(link, _folder.File);
        using var store = SqliteStore.Open(_folder.File);
        Assert.Contains("is owned by", Assert.Throws<StoreException>(() => SqliteStore.Open(_folder.File)).Message, StringComparison.Ordinal);
        Assert.Contains("is owned by", Assert.Throws<StoreException>(() => SqliteStore.Open(link)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_reads_the_store_must_end_that_before_it_owns()
    {
        SqliteStore.Open(_folder.File).Dispose();
        using (SqliteStore.OpenReadOnly(_folder.File))
            Assert.Contains("already open in this process", Assert.Throws<StoreException>(() => SqliteStore.Open(_folder.File)).Message, StringComparison.Ordinal);
        SqliteStore.Open(_folder.File).Dispose();
    }

    [Fact]
    public void A_reader_never_stands_in_the_owners_way()
    {
        using var store = SqliteStore.Open(_folder.File);
        using var reader = SqliteStore.OpenReadOnly(_folder.File);
        using var rows = reader.Read(LedgerKind.Note, Always, Never).GetEnumerator();
        rows.MoveNext();
        Assert.Equal(1, store.Append(LedgerKind.Note, default, [1]));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 1; CREATE TABLE t(x); INSERT INTO t VALUES(1)", "belongs to another program (application id 0x00000000")]
    [InlineData("PRAGMA application_id = 12345; CREATE TABLE t(x)", "belongs to another program (application id 0x00003039")]
    [InlineData("PRAGMA application_id = 0x536D4564; PRAGMA user_version = 3; CREATE TABLE t(x)", "was written by a newer smartems (schema 3, this program knows up to 2)")]
    [InlineData("PRAGMA application_id = 0x536D4564; CREATE TABLE t(x)", "has an unknown schema (0)")]
    public void A_database_that_is_not_ours_is_left_alone(string sql, string words)
    {
        _folder.Shell(sql);
        AssertRefused(words, SqliteStore.Open);
        AssertRefused(words, SqliteStore.OpenReadOnly);
    }

    [Fact]
    public void What_is_no_database_is_left_alone()
    {
        foreach (var bytes in new[] { [1], new byte[4096], "SQLite format 3\0"u8.ToArray(), [.. "SQLite format 4\0"u8, .. new byte[8000]] })
        {
            File.WriteAllBytes(_folder.File, bytes);
            AssertRefused("is no SQLite database", SqliteStore.Open);
            AssertRefused("Remedy: ", SqliteStore.OpenReadOnly);
        }
    }

    [Fact]
    public void A_store_cut_short_is_reported_as_damaged()
    {
        using (var store = SqliteStore.Open(_folder.File))
            for (var i = 0; i < 20; i++)
                store.Append(LedgerKind.Note, default, new byte[5000]);
        File.WriteAllBytes(_folder.File, File.ReadAllBytes(_folder.File)[..50_000]);
        AssertRefused("is damaged or was cut short", SqliteStore.Open);
        AssertRefused("is damaged or was cut short", SqliteStore.OpenReadOnly);
    }

    [Fact]
    public void A_log_without_its_database_is_not_thrown_away()
    {
        File.WriteAllBytes(_folder.File + "-wal", [1, 2, 3]);
        var complaint = Assert.Throws<StoreException>(() => SqliteStore.Open(_folder.File));
        Assert.Contains("is gone or empty, yet its log", complaint.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder.File + "-wal"));
    }

    [Fact]
    public void A_place_that_cannot_hold_a_store_is_named()
    {
        var missing = Path.Combine(_folder.Directory, "none", "smartems.db");
        Assert.Contains($"the directory {Path.GetDirectoryName(missing)} does not exist", Assert.Throws<StoreException>(() => SqliteStore.Open(missing)).Message, StringComparison.Ordinal);
        Assert.Contains("this is a directory", Assert.Throws<StoreException>(() => SqliteStore.Open(_folder.Directory)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<StoreException>(() => SqliteStore.OpenReadOnly(_folder.File)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File));
    }

    [Fact]
    public void Missing_rights_are_named()
    {
        SqliteStore.Open(_folder.File).Dispose();
        File.Delete(_folder.File + ".lock");
        StoreFolder.Allow(_folder.File, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Contains("cannot be written", StoreFolder.AsNobody(() => SqliteStore.Open(_folder.File))?.Message, StringComparison.Ordinal);
        StoreFolder.Allow(_folder.File, UnixFileMode.None);
        Assert.Contains("cannot be read", StoreFolder.AsNobody(() => SqliteStore.Open(_folder.File))?.Message, StringComparison.Ordinal);
        File.Delete(_folder.File + ".lock");
        StoreFolder.Allow(_folder.Directory, UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Assert.Contains("the right to write the directory", StoreFolder.AsNobody(() => SqliteStore.Open(_folder.File))?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_may_only_read_can_read_beside_the_owner_and_after_him()
    {
        void Read()
        {
            using var reader = SqliteStore.OpenReadOnly(_folder.File);
            Assert.Equal([1], reader.Last(LedgerKind.Note)!.Body);
        }

        using (var store = SqliteStore.Open(_folder.File))
        {
            store.Append(LedgerKind.Note, default, [1]);
            LetOthersOnlyRead();
            Assert.Null(StoreFolder.AsNobody(Read)?.Message);
        }

        Assert.Null(StoreFolder.AsNobody(Read)?.Message);
    }

    private void LetOthersOnlyRead()
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        foreach (var path in Directory.GetFiles(_folder.Directory))
            StoreFolder.Allow(path, file);
        StoreFolder.Allow(_folder.Directory, file | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private void AssertRefused(string words, Func<string, SqliteStore> open)
    {
        var before = File.ReadAllBytes(_folder.File);
        var complaint = Assert.Throws<StoreException>(() => open(_folder.File));
        Assert.Contains(words, complaint.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The store {_folder.File} ", complaint.Message, StringComparison.Ordinal);
        Assert.Contains(" Remedy: ", complaint.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.File));
        Assert.False(File.Exists(_folder.File + "-journal"));
    }
}
