using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What a ledger entry holds. The numbers stand in stores and never change their meaning.</summary>
public enum LedgerKind : byte
{
    Cycle = 1,
    Receipt = 2,
    Finding = 3,
    Configuration = 4,
    Note = 5,
    Alert = 6,
    Override = 7,
    ClockStep = 8,

    /// <summary>A signature over the chain up to the entry before it.</summary>
    Checkpoint = 9,

    /// <summary>Numbers that are missing, and why.</summary>
    Gap = 10,

    /// <summary>How often the registers of the devices have been written (<see cref="WearWire"/>); the last one counts.</summary>
    WriteCounts = 11,

    /// <summary>A grid constraint began, was kept, or ended (<see cref="ConstraintChange"/>).</summary>
    Constraint = 13,

    /// <summary>What is held on which device, so that it can be undone after a crash; the last one counts.</summary>
    Hold = 14,

    /// <summary>A person wrote registers past the controller (<see cref="HandWrite"/>).</summary>
    HandWrite = 15,

    /// <summary>What the site has learnt for forecasts and plans (<see cref="BrainWire"/>), once a day and at a start.</summary>
    Brain = 16,

    /// <summary>A quarter-hour in a few numbers (<see cref="SlotSummary"/>), for whoever is not at the site.</summary>
    Summary = 17,

    /// <summary>A signed command came and was taken or refused, and why.</summary>
    Command = 18,

    /// <summary>How far each operator's key has counted; kept before a command acts, and the last one counts.</summary>
    CommandCounters = 19,

    /// <summary>What the pulse meters at contacts have counted (<see cref="PulseWire"/>); the last one counts.</summary>
    PulseCounts = 12,
}

/// <summary>A stored entry of the ledger, in the gap-free order it was appended.</summary>
public sealed record LedgerEntry(long Sequence, Instant At, LedgerKind Kind, byte[] Body)
{
    /// <summary>The proof stored with it; all zero where the reader did not ask for it.</summary>
    public Seal Seal { get; init; }
}

/// <summary>An entry to be appended: the ledger gives it its number and its seal.</summary>
public readonly record struct LedgerDraft(LedgerKind Kind, Instant At, ReadOnlyMemory<byte> Body);

/// <summary>The end of the ledger: the last number given and the chain's hash behind it; zero and zero while it is empty.</summary>
public readonly record struct LedgerHead(long Sequence, UInt128 Chain);

/// <summary>Numbers <paramref name="From"/> to <paramref name="To"/>, both included, that no entry has, and why.</summary>
public sealed record LedgerGap(long From, long To, string Reason)
{
    private const byte Form = 1;

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Whole(From);
        to.Whole(To);
        to.Text(Reason);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static LedgerGap FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("gap record of an unknown form");
        return new(from.Whole(), from.Whole(), from.Text());
    }
}
