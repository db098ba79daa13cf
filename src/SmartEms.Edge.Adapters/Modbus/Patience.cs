namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>How one device wants to be spoken to on a line it shares with others.</summary>
internal readonly record struct Patience(TimeSpan Timeout, TimeSpan Gap, TimeSpan? Least)
{
    public static Patience Of(LineSettings settings) => new(settings.TransactionTimeout, settings.Gap, settings.LeastTimeout);
}

/// <summary>What each unit of a line has shown of its speed, and how long it is therefore worth waiting for.</summary>
/// <remarks>Four times the second slowest of the last 32 answers, about their 95th percentile. One silence brings the whole timeout back.</remarks>
internal sealed class LearntTimeouts
{
    private const int Remembered = 32;
    private const int Needed = 16;
    private const int Times = 4;

    private readonly Unit?[] _units = new Unit?[256];

    public TimeSpan For(byte unit, Patience patience)
    {
        if (patience.Least is not { } least || _units[unit] is not { Count: >= Needed } known)
            return patience.Timeout;
        TimeSpan learnt = known.SecondSlowest * Times;
        learnt = learnt < least ? least : learnt;
        return learnt < patience.Timeout ? learnt : patience.Timeout;
    }

    public void Answered(byte unit, TimeSpan latency) => (_units[unit] ??= new Unit()).Add(latency);

    public void Silent(byte unit) => _units[unit]?.Forget();

    private sealed class Unit
    {
        private readonly TimeSpan[] _latest = new TimeSpan[Remembered];
        private int _next;

        public int Count { get; private set; }

        public TimeSpan SecondSlowest { get; private set; }

        public void Add(TimeSpan latency)
        {
            _latest[_next] = latency;
            _next = (_next + 1) % Remembered;
            Count = Math.Min(Count + 1, Remembered);
            (TimeSpan slowest, TimeSpan second) = (TimeSpan.Zero, TimeSpan.Zero);
            foreach (TimeSpan one in _latest.AsSpan(0, Count))
            {
                if (one > slowest)
                    (slowest, second) = (one, slowest);
                else if (one > second)
                    second = one;
            }

            SecondSlowest = second;
        }

        public void Forget() => (Count, _next) = (0, 0);
    }
}
