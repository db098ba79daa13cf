namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>A prepared statement, used again and again: bind, step, read the columns, rewind.</summary>
internal sealed class Statement(Database database, StatementHandle handle, string sql) : IDisposable
{
    private const int TypeNull = 5;

    /// <summary>Parameters count from 1.</summary>
    public Statement Bind(int index, long value) => Checked(Sqlite3.BindLong(handle, index, value));

    /// <summary>NaN is stored as NULL.</summary>
    public Statement Bind(int index, double value) => Checked(Sqlite3.BindDouble(handle, index, value));

    public Statement Bind(int index, string value) => Checked(Sqlite3.BindText(handle, index, value));

    public Statement Bind(int index, ReadOnlySpan<byte> value) => Checked(Sqlite3.BindBlob(handle, index, value));

    /// <summary>True with a row to read, false at the end.</summary>
    /// <exception cref="StoreException">The step failed; the statement is rewound.</exception>
    public bool Step()
    {
        var result = Sqlite3.Step(handle);
        if (result is Sqlite3.Row or Sqlite3.Done)
            return result == Sqlite3.Row;
        try
        {
            database.Check(result, $"at \"{sql}\"");
            return false;
        }
        finally
        {
            Rewind();
        }
    }

    /// <summary>Runs a statement that gives no row.</summary>
    public void Run()
    {
        Step();
        Rewind();
    }

    /// <summary>Makes ready for the next use; until then a reading statement holds its snapshot.</summary>
    public void Rewind()
    {
        // The result repeats the last step's failure, which was thrown then.
        _ = Sqlite3.Reset(handle);
        _ = Sqlite3.ClearBindings(handle);
    }

    /// <summary>Columns count from 0.</summary>
    public long Long(int column) => Sqlite3.ColumnLong(handle, column);

    /// <summary>NULL is NaN.</summary>
    public double Double(int column) => Sqlite3.ColumnType(handle, column) == TypeNull ? double.NaN : Sqlite3.ColumnDouble(handle, column);

    public string Text(int column) => Sqlite3.Text(handle, column);

    public byte[] Blob(int column) => Sqlite3.Blob(handle, column);

    public void Dispose() => handle.Dispose();

    private Statement Checked(int result)
    {
        database.Check(result, $"to bind for \"{sql}\"");
        return this;
    }
}
