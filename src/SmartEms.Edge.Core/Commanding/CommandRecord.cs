using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>A command that came, and what became of it; the body of a <see cref="LedgerKind.Command"/> entry.</summary>
/// <param name="Refusal">None = it was carried out, or the order book said why not.</param>
/// <param name="Times">How often: a flood of refused ones is told by its number.</param>
public sealed record CommandRecord(CommandRefusal Refusal, int Times)
{
    private const byte Form = 1;

    public ulong KeyId { get; init; }
    public ulong Counter { get; init; }
    public ushort Verb { get; init; }
    public string Id { get; init; } = "";

    /// <summary>Whose key it was; empty where that is not proven.</summary>
    public string By { get; init; } = "";

    /// <summary>What the order book said.</summary>
    public string Answer { get; init; } = "";

    public static CommandRecord Of(CommandVerdict verdict) => verdict.Envelope is not { } envelope ? new(verdict.Refusal, 1) : new(verdict.Refusal, 1)
    {
        KeyId = envelope.KeyId,
        Counter = envelope.Counter,
        Verb = envelope.Verb,
        Id = Convert.ToHexStringLower(envelope.Id),
        By = verdict.Command?.By ?? "",
    };

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Byte((byte)Refusal);
        to.Whole(Times);
        to.Count(KeyId);
        to.Count(Counter);
        to.Whole(Verb);
        foreach (var text in (ReadOnlySpan<string>)[Id, By, Answer])
            to.Text(text);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static CommandRecord FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("command record of an unknown form");
        return new(WireReader.Known((CommandRefusal)from.Byte()), from.Small())
        {
            KeyId = from.Count(),
            Counter = from.Count(),
            Verb = (ushort)from.Whole(0, ushort.MaxValue),
            Id = from.Text(),
            By = from.Text(),
            Answer = from.Text(),
        };
    }
}
