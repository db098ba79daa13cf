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
    public static long Read(string store) =>
        Exists(store) && new FileInfo(store + ".head").Length is > 0 and < 64
        && long.TryParse(File.ReadAllText(store + ".head").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var told) && told < long.MaxValue / 4 ? told : 0;

    public void Note(long now)
    {
        if (now - _told >= Step)
            Write(now);
    }

    public void Dispose() => _file.Dispose();

    private void Write(long now)
    {
        _told = now;
        try
        {
            RandomAccess.Write(_file, Encoding.ASCII.GetBytes(now.ToString("D20", CultureInfo.InvariantCulture) + "\n"), 0);
        }
        catch (IOException)
        {
            // A hint that cannot be written (disk full) must not fail the entry, which is durable already.
        }
    }
}
