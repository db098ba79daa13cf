using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The right to write a store: an flock(2) on FILE.lock, which the kernel gives back even after kill -9. The file stays, because
/// unlinking it would let two owners hold two files of one name; it holds the owner's process number for the message to the second.</summary>
internal sealed class StoreOwner : IDisposable
{
    private const int WouldBlock = 11;
    private const int InputOutput = 5;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int Quota = 122;

    private static readonly Lock Gate = new();
    private static readonly List<string> Opened = [];

    private readonly SafeFileHandle? _lock;
    private readonly string _path;

    private StoreOwner(string path, SafeFileHandle? handle) => (_path, _lock) = (path, handle);

    /// <summary>Takes the store for writing.</summary>
    /// <exception cref="StoreException">Another process owns it, or the lock file cannot be written.</exception>
    public static StoreOwner Take(string path)
    {
        lock (Gate)
        {
            var handle = Locked(path);
            if (Opened.Contains(path))
            {
                handle.Dispose();
                // Looking at the header now would drop the POSIX locks of the one who reads here.
                throw StoreException.About(path, "is already open in this process", "dispose of that reader first");
            }

            Sign(handle);
            return Remember(path, handle);
        }
    }

    /// <summary>Notes that this process reads the store.</summary>
    public static StoreOwner Join(string path)
    {
        lock (Gate)
            return Remember(path, null);
    }

    public void Dispose()
    {
        lock (Gate)
        {
            Opened.Remove(_path);
            if (_lock is { IsClosed: false })
                RandomAccess.SetLength(_lock, 0);
            _lock?.Dispose();
        }
    }

    /// <summary>The number only helps a message, so a full disk may refuse it; the right itself is the lock.</summary>
    private static void Sign(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
        }
        catch (IOException)
        {
            // the message to a second owner will say "pid unknown"
        }
    }

    private static StoreOwner Remember(string path, SafeFileHandle? handle)
    {
        Opened.Add(path);
        return new StoreOwner(path, handle);
    }

    private static SafeFileHandle Locked(string path)
    {
        var file = path + ".lock";
        try
        {
            return File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw StoreException.About(path, $"is owned by another running smartems ({Pid(file)})", "stop that one first (systemctl stop smartems), or use a command that only reads");
        }
        catch (IOException e) when (e.HResult is NoSpace or Quota or InputOutput)
        {
            throw StoreException.Native(path, "to be owned", e.HResult == InputOutput ? Sqlite3.InputOutput : Sqlite3.Full, e.Message.TrimEnd('.'));
        }
        catch (IOException e) when (e.HResult == ReadOnlyFileSystem)
        {
            throw StoreException.About(path, $"cannot be owned: {e.Message.TrimEnd('.')}", "mount the file system for writing; a kernel makes it read-only after errors of the card (dmesg): then replace the card", StoreException.ReadOnlyDisk);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreException.About(path, $"cannot be owned: {e.Message.TrimEnd('.')}", "give the user smartems the right to write the directory, and check that the file system is not mounted read-only");
        }
    }

    /// <summary>The owner's number; read without the class library's own lock, which the owner holds.</summary>
    private static string Pid(string file)
    {
        try
        {
            using var handle = Descriptor.Open(file);
            var bytes = new byte[16];
            var text = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0)).Trim();
            return text.Length == 0 ? "pid unknown" : $"pid {text}";
        }
        catch (IOException)
        {
            return "pid unknown";
        }
    }
}
