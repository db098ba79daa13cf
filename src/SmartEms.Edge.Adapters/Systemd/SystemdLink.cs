using System.Globalization;
using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Core;

namespace SmartEms.Edge.Adapters.Systemd;

/// <summary>Speaks to systemd by datagrams to <c>$NOTIFY_SOCKET</c> (sd_notify(3)); silent when the program was not started by it.
/// A message that cannot be sent is dropped: if it mattered, the service manager's own timeout acts, and <see cref="LastTrouble"/> tells why.</summary>
public sealed class SystemdLink : ISupervisorLink
{
    /// <summary>How long a message that must not be lost may wait for a full queue, in milliseconds.</summary>
    private const int PatienceMs = 2000;

    /// <summary>systemd reads at most 4096 bytes; a character of UTF-16 takes at most 3 of them.</summary>
    private const int MostStatus = 1200;

    private const long LongestMicroseconds = long.MaxValue / TimeSpan.TicksPerMicrosecond;

    private readonly UnixDomainSocketEndPoint? _manager;

    private SystemdLink(UnixDomainSocketEndPoint? manager, TimeSpan? watchdog) => (_manager, WatchdogPeriod) = (manager, watchdog);

    /// <summary>The time after which systemd takes silence for death; say <see cref="Alive"/> at least twice as often. Null when no watchdog is set for us.</summary>
    public TimeSpan? WatchdogPeriod { get; }

    /// <summary>Why the last message was not sent, or null when it was.</summary>
    public string? LastTrouble { get; private set; }

    /// <summary>Reads NOTIFY_SOCKET (a path, or "@name" for an abstract one), WATCHDOG_USEC and WATCHDOG_PID from the environment it is given.</summary>
    public static SystemdLink FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("NOTIFY_SOCKET") switch
        {
            ['/', ..] path => new SystemdLink(new UnixDomainSocketEndPoint(path), Watchdog(variable)),
            ['@', .. { Length: > 0 } name] => new SystemdLink(new UnixDomainSocketEndPoint('\0' + name), Watchdog(variable)),
            _ => new SystemdLink(null, null),
        };
    }

    public void Ready() => Send("READY=1", patient: true);

    public void Alive() => Send("WATCHDOG=1", patient: false);

    /// <summary>One line for <c>systemctl status</c>; control characters become spaces, because a new line would begin another message.</summary>
    public void Status(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var line = new StringBuilder("STATUS=");
        foreach (var letter in words.AsSpan(0, Math.Min(words.Length, MostStatus)))
            line.Append(char.IsControl(letter) ? ' ' : letter);
        Send(line.ToString(), patient: false);
    }

    public void Stopping() => Send("STOPPING=1", patient: true);

    /// <summary>Nothing is held between messages.</summary>
    public void Dispose()
    {
    }

    private static TimeSpan? Watchdog(Func<string, string?> variable)
    {
        if (!long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) || microseconds == 0)
            return null;
        // The variables are inherited; with another process's number in them they are meant for that one.
        var pid = variable("WATCHDOG_PID");
        return pid is null || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) ? TimeSpan.FromTicks(Math.Min(microseconds, LongestMicroseconds) * TimeSpan.TicksPerMicrosecond) : null;
    }

    /// <summary>A socket per message, as sd_notify does, survives a service manager that comes back with a new one.</summary>
    private void Send(string message, bool patient)
    {
        if (_manager is null)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = PatienceMs };
            // A sign of life comes again; it must not hold up the one who gives it.
            socket.Blocking = patient;
            socket.SendTo(Encoding.UTF8.GetBytes(message), _manager);
            LastTrouble = null;
        }
        catch (SocketException e)
        {
            LastTrouble = $"{message.Split('=')[0]} was not sent to {_manager}: {e.Message}";
        }
    }
}
