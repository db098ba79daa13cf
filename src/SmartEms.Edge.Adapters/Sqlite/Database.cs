namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>One connection, with failures told as <see cref="StoreException"/>. Not thread-safe: the store's lock stands around it.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>How long a reader's checkpoint or a backup may hold us up before that is an error, in milliseconds.</summary>
    private const int BusyMs = 5000;

    private readonly DatabaseHandle _handle;

    private Database(string path, DatabaseHandle handle) => (Path, _handle) = (path, handle);

    public string Path { get; }

    /// <exception cref="StoreException">The file cannot be opened as asked.</exception>
    public static Database Open(string path, bool writable)
    {
        var flags = Sqlite3.OpenNoMutex | Sqlite3.OpenUri | (writable ? Sqlite3.OpenReadWrite | Sqlite3.OpenCreate : Sqlite3.OpenReadOnly);
        var result = Sqlite3.Open(path, out var handle, flags, 0);
        var database = new Database(path, handle);
        try
        {
            database.Check(result, "to open");
            database.Check(Sqlite3.ExtendedResultCodes(handle, 1), "to open");
            database.Check(Sqlite3.BusyTimeout(handle, BusyMs), "to open");
            if (writable && database.IsReadOnly)
                throw StoreException.Native(path, "to open", Sqlite3.ReadOnly, "the file cannot be written");
            return database;
        }
        catch (StoreException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>SQLite will not write it: the file, or (once something was read) its header, says so.</summary>
    public bool IsReadOnly => Sqlite3.IsReadOnly(_handle, "main") == 1;

    /// <summary>Runs one or more statements that give no rows.</summary>
    public void Execute(string sql) => Check(Sqlite3.Execute(_handle, sql, 0, 0, 0), $"at \"{sql}\"");

    public Statement Prepare(string sql)
    {
        Check(Sqlite3.Prepare(_handle, sql, -1, out var statement, 0), $"at \"{sql}\"");
        return new Statement(this, statement, sql);
    }

    /// <summary>The first column of the first row as a number, 0 when there is none.</summary>
    public long Long(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }

    public string Text(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Leaves the -wal and -shm files in place at the end, so that readers who may not write the directory can still open the store.</summary>
    public void KeepLog()
    {
        var on = 1;
        Check(Sqlite3.FileControl(_handle, "main", Sqlite3.ControlPersistWal, ref on), "to keep its log");
    }

    /// <summary>Undoes an open transaction, if the failure that brought us here has not already done so.</summary>
    public void Undo()
    {
        if (Sqlite3.AutoCommit(_handle) == 0)
            _ = Sqlite3.Execute(_handle, "ROLLBACK", 0, 0, 0);
    }

    public void Check(int result, string doing)
    {
        if (result != Sqlite3.Ok)
            throw StoreException.Native(Path, doing, result, _handle.IsInvalid ? "out of memory" : Sqlite3.Message(_handle));
    }

    public void Dispose() => _handle.Dispose();
}
