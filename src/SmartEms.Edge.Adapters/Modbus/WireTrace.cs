using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Which way the bytes of a traced frame went.</summary>
public enum WireDirection : byte
{
    Sent,
    Received,

    /// <summary>No bytes: something happened to the line itself.</summary>
    Line,
}

/// <summary>One entry of a wire trace, copied out of it.</summary>
/// <param name="Number">Counts up from 1; a gap means that older entries were overwritten before they were read.</param>
/// <param name="Since">Monotonic: since the line was made.</param>
/// <param name="Utc">The same moment on the wall clock as it stood then.</param>
/// <param name="Bytes">As they were on the wire; whatever came, even if it was no frame.</param>
public sealed record WireEntry(long Number, TimeSpan Since, DateTimeOffset Utc, WireDirection Direction, byte[] Bytes)
{
    public WireFraming Framing { get; init; }

    /// <summary>The unit that was asked.</summary>
    public byte Unit { get; init; }

    /// <summary>Of received entries: from the request's first byte to here.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Of received and line entries: how it ended.</summary>
    public BusReply Outcome { get; init; }

    /// <summary>What was wrong, for people; empty when all was well.</summary>
    public string Note { get; init; } = "";
}

/// <summary>The last frames of one line in a fixed piece of memory: a technician sees the bytes without a packet sniffer. Two short copies per transaction.</summary>
public sealed class WireTrace
{
    /// <summary>Entries and bytes kept, at most; both are rings.</summary>
    public const int Entries = 512;
    public const int Bytes = 32 * 1024;

    private readonly Lock _sync = new();
    private readonly Slot[] _slots = new Slot[Entries];
    private readonly byte[] _bytes = new byte[Bytes];
    private readonly TimeProvider _time;
    private readonly WireFraming _framing;
    private readonly long _startedAt;
    private long _count;
    private long _written;

    internal WireTrace(WireFraming framing, TimeProvider time) => (_framing, _time, _startedAt) = (framing, time, time.GetTimestamp());

    /// <summary>Entries made since the line was made.</summary>
    public long Count
    {
        get
        {
            lock (_sync)
                return _count;
        }
    }

    /// <summary>The newest entries after number <paramref name="after"/> of the units asked for (all when empty) and of the line itself, oldest first, at most so many.</summary>
    public IReadOnlyList<WireEntry> Read(long after, int most, ReadOnlySpan<byte> units)
    {
        List<WireEntry> found = [];
        lock (_sync)
        {
            long oldest = Math.Max(after, _count - Entries);
            for (long number = _count; number > oldest && found.Count < most; number--)
            {
                Slot slot = _slots[(int)((number - 1) % Entries)];
                if (_written - slot.Start > Bytes)
                    break;
                if (units.IsEmpty || slot.Direction == WireDirection.Line || units.Contains(slot.Unit))
                    found.Add(Copy(number, slot));
            }
        }

        found.Reverse();
        return found;
    }

    /// <summary>A frame that went out, so long ago.</summary>
    internal void Sent(byte unit, ReadOnlySpan<byte> frame, TimeSpan ago) => Add(new Slot { Unit = unit, Direction = WireDirection.Sent, Note = "" }, frame, ago);

    internal void Ended(byte unit, BusReply outcome, TimeSpan latency, string? fault, ReadOnlySpan<byte> received) =>
        Add(new Slot { Unit = unit, Direction = WireDirection.Received, Outcome = outcome, Latency = latency, Note = fault ?? "" }, received, TimeSpan.Zero);

    internal void Line(byte unit, BusStatus outcome, string note) => Add(new Slot { Unit = unit, Direction = WireDirection.Line, Outcome = new(outcome), Note = note }, default, TimeSpan.Zero);

    private void Add(Slot slot, ReadOnlySpan<byte> bytes, TimeSpan ago)
    {
        slot.Since = _time.GetElapsedTime(_startedAt) - ago;
        slot.Utc = _time.GetUtcNow() - ago;
        slot.Length = bytes.Length;
        lock (_sync)
        {
            slot.Start = _written;
            int at = (int)(_written % Bytes);
            int first = Math.Min(bytes.Length, Bytes - at);
            bytes[..first].CopyTo(_bytes.AsSpan(at));
            bytes[first..].CopyTo(_bytes);
            _written += bytes.Length;
            _slots[(int)(_count++ % Entries)] = slot;
        }
    }

    private WireEntry Copy(long number, Slot slot)
    {
        byte[] bytes = new byte[slot.Length];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = _bytes[(int)((slot.Start + i) % Bytes)];
        return new(number, slot.Since, slot.Utc, slot.Direction, bytes)
        {
            Framing = _framing,
            Unit = slot.Unit,
            Latency = slot.Latency,
            Outcome = slot.Outcome,
            Note = slot.Note,
        };
    }

    private struct Slot
    {
        public TimeSpan Since;
        public DateTimeOffset Utc;
        public long Start;
        public int Length;
        public TimeSpan Latency;
        public BusReply Outcome;
        public WireDirection Direction;
        public byte Unit;
        public string Note;
    }
}
