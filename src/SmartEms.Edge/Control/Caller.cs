using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace SmartEms.Edge.Control;

/// <summary>The process at the other end of the socket, as the kernel knows it (SO_PEERCRED, unix(7)); it cannot be forged by what is sent.</summary>
internal readonly record struct Caller(int Pid, int Uid, int Gid)
{
    /// <summary>Members may order; members of the socket's group may only look.</summary>
    public const string Operators = "smartems-op";

    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Nobody: what is asked without a socket may look and not order.</summary>
    public static Caller Unknown { get; } = new(0, -1, -1);

    public static Caller Of(Socket? socket)
    {
        if (socket is null)
            return Unknown;
        Span<byte> ucred = stackalloc byte[12];
        try
        {
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) != ucred.Length)
                return Unknown;
        }
        catch (SocketException)
        {
            return Unknown;
        }
        return new(BinaryPrimitives.ReadInt32LittleEndian(ucred), BinaryPrimitives.ReadInt32LittleEndian(ucred[4..]), BinaryPrimitives.ReadInt32LittleEndian(ucred[8..]));
    }

    /// <summary>Root, the daemon's own user, and the members of the operators' group may order.</summary>
    public bool MayOrder(int ownUid, Func<string, string> read)
    {
        if (Uid < 0)
            return false;
        if (Uid == 0 || Uid == ownUid)
            return true;
        var name = NameIn(read("/etc/passwd"), Uid);
        foreach (var line in read("/etc/group").Split('\n'))
        {
            var parts = line.Split(':');
            if (parts.Length >= 4 && parts[0] == Operators)
                return parts[2] == Gid.ToString(CultureInfo.InvariantCulture) || (name is not null && Array.IndexOf(parts[3].Split(','), name) >= 0);
        }
        return false;
    }

    /// <summary>The text of a file of users or groups; empty where it cannot be read, and then nobody but root may order.</summary>
    public static string SystemFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>As the ledger names it.</summary>
    public string Said(Func<string, string> read) => Uid < 0 ? "somebody unknown" : $"{NameIn(read("/etc/passwd"), Uid) ?? "uid"} ({Uid})";

    private static string? NameIn(string passwd, int uid)
    {
        var wanted = uid.ToString(CultureInfo.InvariantCulture);
        foreach (var line in passwd.Split('\n'))
        {
            var parts = line.Split(':');
            if (parts.Length >= 3 && parts[2] == wanted)
                return parts[0];
        }
        return null;
    }
}
