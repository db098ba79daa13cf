using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulating;

namespace SmartEms.Edge.Tests.Field;

/// <summary>The daemon's own session with one simulated device of any profile, without wires and on simulated time; every write is counted.</summary>
internal sealed class OneDevice : IAsyncDisposable
{
    private readonly SiteClock clock;
    private readonly SimulatedTime time = new(Homes.Start);

    public OneDevice(string profile, ControlKind kind, Action<RegisterTable, PointWritten>? answers = null)
    {
        Profile = Hardware.Profile(profile);
        Kind = kind;
        Table = new(Profile);
        clock = new(time);
        Table.Written = write =>
        {
            Writes.Add((clock.UptimeMs, write.Name, write.Value));
            answers?.Invoke(Table, write);
        };
        Session = new(0, new("it", profile, new("host", 502, Profile.Link.DefaultUnit)), Profile, new(new TableBus(Table), clock, new(Receipts.Add, Budget), 690));
    }

    public DeviceProfile Profile { get; }
    public ControlKind Kind { get; }
    public ControlDefinition Control => Profile.Controls.Single(control => control.Kind == Kind);
    public RegisterTable Table { get; }
    public DeviceSession Session { get; }
    public WriteBudget Budget { get; } = new();
    public List<Receipt> Receipts { get; } = [];
    public List<(long AtMs, string Point, double Value)> Writes { get; } = [];

    /// <summary>The mode the device may run by itself in a second.</summary>
    public Func<int, NativeKind?> Own { get; set; } = _ => null;
    public ControlDoubt Doubt => Session.Proof(Kind)!.Value.Doubt;
    public long NowMs => clock.UptimeMs;

    /// <summary>So many seconds as the daemon lives them, the target asked for anew in each. Gives the seconds taken.</summary>
    public async Task<int> LiveAsync(int seconds, Func<int, double> target, Func<bool>? until = null)
    {
        for (var second = 1; second <= seconds; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Session.RoundAsync(default);
            Session.Approve(Kind, target(second), 10_000, Own(second));
            await Session.ActAsync(default);
            if (until?.Invoke() == true)
                return second;
        }
        return seconds;
    }

    public int WritesOf(string point) => Writes.Count(write => write.Point == point);

    /// <summary>The longest time between two writes of a point, and from the last one until now.</summary>
    public long LongestGapMs(string point)
    {
        var times = Writes.Where(write => write.Point == point).Select(write => write.AtMs).Append(NowMs).ToArray();
        return Enumerable.Range(1, times.Length - 1).Max(i => times[i] - times[i - 1]);
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();
}

/// <summary>A register table as a bus without wires; each answer can be damaged on its way.</summary>
internal sealed class TableBus(RegisterTable table, Action<Memory<ushort>>? damage = null) : IRegisterBus
{
    public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
    {
        var code = table.Read(span.Unit, span.Space, span.Address, into.Span);
        if (code == 0)
            damage?.Invoke(into);
        return new(Reply(code));
    }

    public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
        new(Reply(table.Write(span.Unit, span.Space, span.Address, values.Span, function == WriteFunction.Single)));

    public ValueTask DisposeAsync() => default;

    private static BusReply Reply(byte code) => code == 0 ? BusReply.Ok : new(BusStatus.Exception, code);
}
