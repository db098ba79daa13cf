using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>Whatever happens to an entry, it is detected, the rest is saved, and the sequence never begins again. Damage anywhere in the files: Faults S8 and S9.</summary>
public sealed class LedgerDamageTests
{
    private static readonly string[] Columns = ["at_ms", "kind", "crc", "seq"];

    [Fact]
    public void An_untouched_store_is_sound_signed_and_goes_on()
    {
        using var filled = new FilledStore();
        var verdict = filled.Verify();
        Assert.Empty(verdict.Faults);
        Assert.True(verdict.Checkpoints >= 8, "120 entries a minute apart have a checkpoint every 15");
        using var store = filled.Open();
        Assert.Empty(filled.Said);
        Assert.Equal(verdict.Head, store.Head);
    }

    [Fact]
    public void Every_flipped_bit_in_an_entry_is_detected_and_the_others_are_saved()
    {
        using var filled = new FilledStore();
        var original = File.ReadAllBytes(filled.File);
        var total = filled.Verify().Entries;
        for (var seed = 0; seed < 200; seed++)
        {
            File.WriteAllBytes(filled.File, original);
            File.Delete(filled.File + "-wal");
            var hit = Flip(filled, new Dice((ulong)seed));
            var verdict = filled.Verify();
            Assert.True(!verdict.IsSound, $"seed {seed}: a flip in entry {hit} was not seen");
            if (seed % 4 != 0)
                continue;
            Salvaged(filled, total - 1, $"seed {seed}");
        }
    }

    [Fact]
    public void A_salvage_that_was_interrupted_is_done_again()
    {
        using var filled = new FilledStore();
        var total = filled.Verify().Entries;
        File.Move(filled.File, filled.File + ".quarantine-20260101T000000000Z");
        File.WriteAllBytes(filled.File + ".salvaging", [1, 2, 3]);
        Salvaged(filled, total, "interrupted");
    }

    [Fact]
    public void An_older_copy_put_back_goes_on_behind_the_numbers_given_since()
    {
        using var filled = new FilledStore();
        var older = File.ReadAllBytes(filled.File);
        long highest;
        using (var store = filled.Open())
        {
            for (var i = 0; i < 600; i++)
                store.Append(LedgerKind.Note, new Instant(1_760_000_000_000), [1]);
            highest = store.Head.Sequence;
        }

        File.WriteAllBytes(filled.File, older);
        using (var store = filled.Open())
            Assert.True(store.Append(LedgerKind.Note, new Instant(1_760_000_000_001), [2]) > highest);
        var verdict = filled.Verify();
        Assert.Empty(verdict.Faults);
        Assert.Contains("had been given", Assert.Single(verdict.Gaps).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_salvaged_store_keeps_texts_points_telemetry_and_cursors()
    {
        using var filled = new FilledStore();
        filled.Shell("PRAGMA wal_checkpoint(TRUNCATE); UPDATE ledger SET body = x'00' WHERE seq = (SELECT max(seq) FROM ledger)");
        using var store = filled.Open();
        Assert.Contains("was damaged", Assert.Single(filled.Said), StringComparison.Ordinal);
        Assert.Equal("site: text", store.Text("ab"));
        Assert.Equal(1, store.PointNumber("meter/grid_import", "W"));
        Assert.Single(store.ReadTelemetry(1, new Instant(0), new Instant(10)));
        Assert.Equal(new CursorPlace(50, 1), store.Cursor("cloud"));
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        using var filled = new FilledStore();
        var key = Path.Combine(filled.Directory, DeviceKey.FileName);
        StoreFolder.Allow(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var before = File.ReadAllBytes(key);
        Assert.Contains("chmod 600", Assert.Throws<StoreException>(() => filled.Open()).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(key));
        StoreFolder.Allow(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var store = filled.Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(key));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 1; CREATE TABLE t(x); INSERT INTO t VALUES(1)", "belongs to another program")]
    [InlineData("PRAGMA application_id = 0x536D4564; PRAGMA user_version = 3; CREATE TABLE t(x)", "was written by a newer smartems")]
    public void Somebody_elses_database_is_left_alone_also_where_a_store_has_lived(string sql, string words)
    {
        using var filled = new FilledStore();
        foreach (var file in Directory.GetFiles(filled.Directory, "smartems.db*").Where(f => !f.EndsWith(".head", StringComparison.Ordinal)))
            File.Delete(file);
        filled.Shell(sql);
        var before = File.ReadAllBytes(filled.File);
        var refusal = Assert.Throws<StoreException>(() => filled.Open());
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.IsOfDisk);
        Assert.Equal(before, File.ReadAllBytes(filled.File));
        Assert.Empty(Directory.GetFiles(filled.Directory, "*.quarantine-*"));
    }

    [Fact]
    public void What_was_never_a_store_is_left_alone()
    {
        using var folder = new StoreFolder();
        File.WriteAllText(folder.File, "a letter, not a store");
        Assert.Throws<StoreException>(() => StoreRecovery.Open(folder.File, new(TimeProvider.System, _ => { })));
        Assert.Equal("a letter, not a store", File.ReadAllText(folder.File));
    }

    [Fact]
    public void A_store_of_schema_1_is_brought_up_to_date()
    {
        using var folder = new StoreFolder();
        folder.Shell("""
            PRAGMA application_id = 0x536D4564; PRAGMA user_version = 1;
            CREATE TABLE ledger(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL);
            CREATE INDEX ledger_by_kind ON ledger(kind, seq, at_ms);
            CREATE TABLE telemetry(point INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL, mark INTEGER NOT NULL, PRIMARY KEY(point, at_ms)) WITHOUT ROWID;
            CREATE TABLE points(id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, UNIQUE(name, unit));
            CREATE TABLE texts(hash TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
            INSERT INTO ledger VALUES(1, 10, 1, x'0102'), (2, 20, 5, x'');
            """);
        Assert.Contains("older smartems", Assert.Throws<StoreException>(() => SqliteStore.OpenReadOnly(folder.File)).Message, StringComparison.Ordinal);
        using (var store = SqliteStore.Open(folder.File))
        {
            Assert.Equal(3, store.Append(LedgerKind.Note, default, [9]));
            Assert.Equal([1, 2], store.Last(LedgerKind.Cycle)!.Body);
        }

        using var reader = SqliteStore.OpenReadOnly(folder.File);
        Assert.Empty(LedgerScan.Verify(reader, []).Faults);
    }

    private static void Salvaged(FilledStore filled, long least, string what)
    {
        foreach (var old in Directory.GetFiles(filled.Directory, "*.quarantine-*").Where(_ => File.Exists(filled.File)))
            File.Delete(old);
        using (filled.Open())
            Assert.True(filled.Said.Count == 1, what);
        var verdict = filled.Verify();
        Assert.True(verdict.IsSound, $"{what}: {string.Join(';', verdict.Faults)}");
        // Beyond the saved ones: a gap record each, the remark, its checkpoint.
        Assert.True(verdict.Entries - verdict.Gaps.Count - 2 >= least, $"{what}: {verdict.Entries} entries with {verdict.Gaps.Count} gaps, at least {least} expected");
    }

    private static long Flip(FilledStore filled, Dice dice)
    {
        if (dice.Chance(0.3))
        {
            var seq = 1 + dice.Below(FilledStore.Count);
            var column = Columns[dice.Below(Columns.Length)];
            var bit = 1L << dice.Below(column switch { "kind" => 8, "crc" => 32, "at_ms" => 50, _ => 20 });
            filled.Shell($"UPDATE ledger SET {column} = ({column} | {bit}) - ({column} & {bit}) WHERE seq = {seq} AND NOT EXISTS(SELECT 1 FROM ledger WHERE '{column}' = 'seq' AND seq = (({seq} | {bit}) - ({seq} & {bit})))");
            if (filled.Shell($"SELECT count(*) FROM ledger WHERE seq = {seq}") == "1" && column == "seq")
                filled.Shell($"UPDATE ledger SET crc = (crc | 1) - (crc & 1) WHERE seq = {seq}");
            return seq;
        }

        // Straight in the file, somewhere in a body.
        var bytes = File.ReadAllBytes(filled.File);
        while (true)
        {
            var number = 1 + dice.Below(FilledStore.Count);
            var body = FilledStore.Body(number);
            var at = bytes.AsSpan().IndexOf(body.AsSpan(0, Math.Min(60, body.Length)));
            if (at < 0)
                continue;
            bytes[at + dice.Below(Math.Min(60, body.Length))] ^= (byte)(1 << dice.Below(8));
            File.WriteAllBytes(filled.File, bytes);
            return number;
        }
    }
}
