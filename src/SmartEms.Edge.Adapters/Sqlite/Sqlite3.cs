using System.Runtime.InteropServices;
using System.Text;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>An open connection of libsqlite3.</summary>
internal sealed class DatabaseHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    // close_v2 waits for statements that are finalized later, so the order of disposal cannot matter.
    protected override bool ReleaseHandle() => Sqlite3.Close(handle) == Sqlite3.Ok;
}

/// <summary>A prepared statement of libsqlite3.</summary>
internal sealed class StatementHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        // The result repeats the last step's error, which was reported then.
        _ = Sqlite3.Finish(handle);
        return true;
    }
}

/// <summary>The functions of SQLite 3 that the store calls, as its C interface describes them (sqlite.org/c3ref).</summary>
internal static partial class Sqlite3
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int ReadOnly = 8;
    public const int InputOutput = 10;
    public const int Full = 13;
    public const int Row = 100;
    public const int Done = 101;

    public const int OpenReadOnly = 0x1;
    public const int OpenReadWrite = 0x2;
    public const int OpenCreate = 0x4;

    /// <summary>Names in ATTACH may be "file:" names with options.</summary>
    public const int OpenUri = 0x40;

    /// <summary>No mutex of SQLite's own: the store's lock serializes all calls.</summary>
    public const int OpenNoMutex = 0x8000;

    public const int ControlPersistWal = 10;

    /// <summary>The oldest library that will do: RETURNING came with 3.35.</summary>
    public const int OldestVersion = 3_035_000;

    private const string Library = "sqlite3";
    private static readonly nint Transient = -1;
    private static readonly SharedLibrary Shared = new(Library, "libsqlite3-0", "libsqlite3.so.0", "libsqlite3.so");

    /// <summary>Loads the library and checks what was found; to be called before anything else here.</summary>
    /// <exception cref="NativeLibraryMissingException">Absent, older than 3.35, or built without threads.</exception>
    public static void Load()
    {
        var place = Shared.Load();
        var version = VersionNumber();
        if (version < OldestVersion)
            throw Shared.Complaint($"SQLite 3.35 or newer is missing: {place} is {version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}.");
        if (ThreadSafe() == 0)
            throw Shared.Complaint($"A SQLite that can be used with threads is missing: {place} was built without.");
    }

    /// <summary>The message of the last failure on this connection.</summary>
    public static string Message(DatabaseHandle db) => Marshal.PtrToStringUTF8(ErrorMessage(db)) ?? "";

    /// <summary>Binds a blob; an empty one stays a blob, where a null pointer would make it NULL.</summary>
    public static int BindBlob(StatementHandle statement, int index, ReadOnlySpan<byte> value) =>
        BindBlob(statement, index, value.IsEmpty ? [0] : value, value.Length, Transient);

    /// <summary>Binds by length, not up to the first zero byte: a kept text comes back whole.</summary>
    public static int BindText(StatementHandle statement, int index, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        return BindText(statement, index, bytes.Length == 0 ? [0] : bytes, bytes.Length, Transient);
    }

    public static string Text(StatementHandle statement, int column) => Encoding.UTF8.GetString(Blob(statement, column));

    public static byte[] Blob(StatementHandle statement, int column)
    {
        // The pointer first, then the length: the order the interface asks for.
        var from = ColumnBlob(statement, column);
        var bytes = new byte[ColumnBytes(statement, column)];
        if (bytes.Length > 0)
            Marshal.Copy(from, bytes, 0, bytes.Length);
        return bytes;
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_libversion_number")]
    private static partial int VersionNumber();

    [LibraryImport(Library, EntryPoint = "sqlite3_threadsafe")]
    private static partial int ThreadSafe();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out DatabaseHandle db, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_result_codes")]
    public static partial int ExtendedResultCodes(DatabaseHandle db, int on);

    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    public static partial int BusyTimeout(DatabaseHandle db, int milliseconds);

    /// <summary>1 when the file could be opened for reading only, whatever was asked.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_db_readonly", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IsReadOnly(DatabaseHandle db, string schema);

    /// <summary>0 while a transaction is open.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    public static partial int AutoCommit(DatabaseHandle db);

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileControl(DatabaseHandle db, string schema, int operation, ref int value);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(DatabaseHandle db, string sql, nint callback, nint argument, nint error);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    private static partial nint ErrorMessage(DatabaseHandle db);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(DatabaseHandle db, string sql, int bytes, out StatementHandle statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finish(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_clear_bindings")]
    public static partial int ClearBindings(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindLong(StatementHandle statement, int index, long value);

    /// <summary>Binds a number; the library itself makes NULL of NaN.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    public static partial int BindDouble(StatementHandle statement, int index, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int BindText(StatementHandle statement, int index, ReadOnlySpan<byte> value, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlob(StatementHandle statement, int index, ReadOnlySpan<byte> value, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int ColumnType(StatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnLong(StatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double")]
    public static partial double ColumnDouble(StatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    private static partial nint ColumnBlob(StatementHandle statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    private static partial int ColumnBytes(StatementHandle statement, int column);
}
