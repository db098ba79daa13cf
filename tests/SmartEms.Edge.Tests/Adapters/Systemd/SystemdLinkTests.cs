using System.Globalization;
using System.Net.Sockets;
using System.Text;
using SmartEms.Edge.Adapters.Systemd;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Systemd;

/// <summary>What systemd would hear, on a real datagram socket of either kind.</summary>
public sealed class SystemdLinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("smartems-notify-").FullName;
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    public void Dispose()
    {
        _manager.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_tells_a_path_or_an_abstract_name(bool isAbstract)
    {
        using var link = SystemdLink.FromEnvironment(Environment(Bind(isAbstract)));
        link.Ready();
        Assert.Equal("READY=1", Hear());
        link.Alive();
        Assert.Equal("WATCHDOG=1", Hear());
        link.Status("battery 54 % · Größe");
        Assert.Equal("STATUS=battery 54 % · Größe", Hear());
        link.Stopping();
        Assert.Equal("STOPPING=1", Hear());
        Assert.Null(link.LastTrouble);
    }

    [Fact]
    public void A_status_is_one_line_that_fits()
    {
        using var link = SystemdLink.FromEnvironment(Environment(Bind(isAbstract: false)));
        link.Status("a\nWATCHDOG=trigger\0b");
        Assert.Equal("STATUS=a WATCHDOG=trigger b", Hear());
        link.Status(new string('☀', 5000));
        Assert.InRange(Encoding.UTF8.GetByteCount(Hear()), 3000, 4096);
    }

    [Fact]
    public void The_watchdog_is_ours_when_its_number_is_or_when_it_has_none()
    {
        var own = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.FromSeconds(20), Period("20000000", own));
        Assert.Equal(TimeSpan.FromSeconds(20), Period("20000000", null));
        Assert.Null(Period("20000000", "1"));
        Assert.Null(Period(null, own));
        Assert.Null(Period("0", own));
        Assert.Null(Period("-5", own));
        Assert.Null(Period("soon", own));
        Assert.True(Period("9223372036854775807", own) > TimeSpan.FromDays(1000));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("relative/socket")]
    [InlineData("vsock:2:1234")]
    public void Without_a_manager_it_is_silent(string? socket)
    {
        using var link = SystemdLink.FromEnvironment(Environment(socket, "20000000"));
        link.Ready();
        link.Alive();
        link.Status("x");
        link.Stopping();
        Assert.Null(link.WatchdogPeriod);
        Assert.Null(link.LastTrouble);
    }

    [Fact]
    public void A_manager_that_went_away_is_no_crash_and_one_that_came_back_is_heard_by()
    {
        var path = Path.Combine(_folder, "notify");
        using var link = SystemdLink.FromEnvironment(Environment(path));
        link.Alive();
        Assert.StartsWith("WATCHDOG was not sent to ", link.LastTrouble, StringComparison.Ordinal);
        Bind(isAbstract: false);
        link.Alive();
        Assert.Null(link.LastTrouble);
        Assert.Equal("WATCHDOG=1", Hear());
    }

    [Fact]
    public void A_manager_that_does_not_listen_never_blocks_a_sign_of_life()
    {
        using var link = SystemdLink.FromEnvironment(Environment(Bind(isAbstract: false)));
        // More than any queue holds: without the guard against blocking this would never end.
        for (var i = 0; i < 100_000 && link.LastTrouble is null; i++)
            link.Alive();
        Assert.NotNull(link.LastTrouble);
        Assert.Equal("WATCHDOG=1", Hear());
        link.Alive();
        Assert.Null(link.LastTrouble);
    }

    private static TimeSpan? Period(string? microseconds, string? pid) =>
        SystemdLink.FromEnvironment(Environment("/run/none", microseconds, pid)).WatchdogPeriod;

    private static Func<string, string?> Environment(string? socket, string? microseconds = null, string? pid = null) => name => name switch
    {
        "NOTIFY_SOCKET" => socket,
        "WATCHDOG_USEC" => microseconds,
        "WATCHDOG_PID" => pid,
        _ => throw new InvalidOperationException($"asked for {name}"),
    };

    /// <summary>Binds the manager's socket and gives its name as the environment has it.</summary>
    private string Bind(bool isAbstract)
    {
        var path = Path.Combine(_folder, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + path : path));
        return isAbstract ? '@' + path : path;
    }

    private string Hear()
    {
        var buffer = new byte[8192];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }
}
