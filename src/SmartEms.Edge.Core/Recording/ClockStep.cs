using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>The wall clock moved otherwise than monotonic time did; the body of a <see cref="LedgerKind.ClockStep"/> entry.</summary>
/// <param name="Expected">What the clock would have said by monotonic time.</param>
/// <param name="Found">What it said.</param>
public sealed record ClockStep(Instant Expected, Instant Found)
{
    private const byte Form = 2;
    private const byte WithoutDoubt = 1;

    public TimeSpan By => Found - Expected;

    /// <summary>Where the clock was not trusted before: the stamp since when it was not, on the clock of before. What this run stamped from then on is off by
    /// <see cref="By"/>; <see cref="Rebased"/> puts it right.</summary>
    public Instant? DoubtedSince { get; init; }

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(DoubtedSince is null ? WithoutDoubt : Form);
        to.Whole(Expected.UnixMilliseconds);
        to.Whole(Found.UnixMilliseconds);
        if (DoubtedSince is { } since)
            to.Whole(since.UnixMilliseconds);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ClockStep FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        var form = from.Byte();
        if (form is not (Form or WithoutDoubt))
            throw new InvalidDataException("clock step record of an unknown form");
        return new(from.Instant(), from.Instant()) { DoubtedSince = form == Form ? from.Instant() : null };
    }
}

/// <summary>Compares the wall clock with monotonic time. Slewing by a time service (at most 500 ppm, 30 ms a minute) is no step.</summary>
public sealed class ClockWatch
{
    /// <summary>What differs by less is the jitter of reading two clocks one after the other, or a slew.</summary>
    private const long LeastMs = 1_000;

    private long? offsetMs;

    /// <summary>Null as long as the clocks agree; a step is told once.</summary>
    /// <param name="now">The wall clock.</param>
    /// <param name="uptimeMs">Monotonic milliseconds at the same moment.</param>
    public ClockStep? Look(Instant now, long uptimeMs)
    {
        var offset = now.UnixMilliseconds - uptimeMs;
        var before = offsetMs ?? offset;
        offsetMs = offset;
        return Math.Abs(offset - before) < LeastMs ? null : new(new(uptimeMs + before), now);
    }
}
