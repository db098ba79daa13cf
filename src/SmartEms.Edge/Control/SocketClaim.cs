using System.Net.Sockets;
using System.Text;

namespace SmartEms.Edge.Control;

/// <summary>The sole right to listen on a socket's path, from before anything is done until the process ends, so that two daemons starting at once
/// cannot take each other's socket away, nor both control one site.</summary>
internal sealed class SocketClaim : IDisposable
{
    private const int LongestPath = 107; // sun_path holds 108 bytes with its closing zero (unix(7))

    private readonly FileStream sole;

    private SocketClaim(string path, FileStream sole) => (Path, this.sole) = (path, sole);

    /// <summary>The socket's absolute path; nothing is there now.</summary>
    public string Path { get; }

    /// <summary>Takes the right, and clears away what a dead daemon left. <see cref="SocketTakenException"/> when another lives,
    /// <see cref="IOException"/> with the remedy in words for everything else.</summary>
    public static async Task<SocketClaim> TakeAsync(string socketPath, CancellationToken stop)
    {
        var path = System.IO.Path.GetFullPath(socketPath);
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new IOException($"{path}: a socket's path has at most {LongestPath} bytes; choose a shorter one with --socket");
        FileStream? sole = null;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            sole = Sole(path);
            await ClearAsync(path, stop);
            return new(path, sole);
        }
        catch (Exception failure)
        {
            sole?.Dispose();
            if (failure is UnauthorizedAccessException or SocketException)
                throw Unheard(path, failure);
            throw;
        }
    }

    public static IOException Unheard(string path, Exception failure) =>
        new($"cannot listen on {path}: {failure.Message}; run as the user of the service, or choose another path with --socket", failure);

    public void Dispose() => sole.Dispose();

    private static FileStream Sole(string path)
    {
        try
        {
            return new($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists($"{path}.lock"))
        {
            throw new SocketTakenException(path);
        }
    }

    /// <summary>Removes a socket that a dead daemon left behind, and only that.</summary>
    private static async Task ClearAsync(string path, CancellationToken stop)
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (new FileInfo(path).Length > 0) // a socket has no length; connecting to a plain file is refused just the same
                throw new IOException($"{path} is a file, not a socket; move it away or choose another path with --socket");
            File.Delete(path);
            return;
        }
        throw new SocketTakenException(path);
    }
}

/// <summary>Another daemon lives behind the socket.</summary>
internal sealed class SocketTakenException(string path)
    : IOException($"another smartems is running and answers on {path}; stop it (systemctl stop smartems), or choose another path with --socket");
