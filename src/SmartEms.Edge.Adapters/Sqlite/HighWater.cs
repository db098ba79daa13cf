using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The highest number given so far, told now and then in a file of its own (FILE.head), so that a store lost whole does not begin again at 1;
/// also the sign that a store has lived here. It is a hint: not synced, and at most <see cref="Step"/> numbers old while the machine runs.</summary>
internal sealed class HighWater : IDisposable
{
    public const int Step = 500;

    private readonly SafeFileHandle _file;
    private long _told;

    public HighWater(string store, long now)
    {
        _file = File.OpenHandle(store + ".head", FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        Write(now);
    }

    public static bool Exists(string store) => File.Exists(store + ".head");

    /// <summary>The number of the file, 0 when it is not there or damaged.</summary>
    public static long Read(string store) => Word(store, 0) is > 0 and < long.MaxValue / 4 and var told ? told : 0;

    /// <summary>The schema the store had when it was last opened, 0 when that is not known: a second witness for the number in the database's header.</summary>
    public static long Schema(string store) => Word(store, 1);

    public void Note(long now)
    {
        if (now - _told >= Step)
            Write(now);
    }

    public void Dispose() => _file.Dispose();

    private static long Word(string store, int place)
    {
        if (!Exists(store) || new FileInfo(store + ".head").Length is 0 or > 64)
            return 0;
        var words = File.ReadAllText(store + ".head").Split(' ', '\n');
        return place < words.Length && long.TryParse(words[place], NumberStyles.None, CultureInfo.InvariantCulture, out var word) ? word : 0;
    }

    private void Write(long now)
    {
        _told = now;
        try
        {
            RandomAccess.Write(_file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{now:D20} {StoreFile.Version}\n")), 0);
        }
        catch (IOException)
        {
            // A hint that cannot be written (disk full) must not fail the entry, which is durable already.
        }
    }
}
