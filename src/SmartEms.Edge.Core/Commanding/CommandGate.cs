using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>Why a command was refused. The sender is not told which; the ledger is. The numbers stand in records.</summary>
public enum CommandRefusal : byte
{
    None = 0,
    TooLong = 1,
    NoEnvelope = 2,
    UnknownKey = 3,
    OtherDevice = 4,
    UnknownVerb = 5,
    RoleTooLow = 6,
    TooMany = 7,
    WrongSignature = 8,
    NotSigned = 9,
    OutOfTime = 10,
    ClockNotTrusted = 11,
    Replayed = 12,
    WrongBody = 13,

    /// <summary>Its counter could not be made durable.</summary>
    NotKept = 14,
}

/// <summary>A command that may be carried out once its counter is durable.</summary>
public sealed record GoodCommand(CommandEnvelope Envelope, CommandRule Rule, CommandBody Body, string By);

/// <summary>What came of looking at a command; of a refused one what could be read of it.</summary>
public readonly record struct CommandVerdict(CommandRefusal Refusal, CommandEnvelope? Envelope = null, GoodCommand? Command = null);

/// <summary>Says whether a command is heard: the cheap questions first, the signature only for who is known, and nothing before the signature is believed. It
/// changes no device: what a command asks for goes through the order book, inside the safety envelope.</summary>
/// <param name="device">Of this box (<see cref="CommandEnvelope.DeviceOf"/>).</param>
/// <param name="counters">How far each key has counted, as the ledger has it.</param>
public sealed class CommandGate(byte[] device, OperatorKeys keys, ImmutableDictionary<ulong, ulong> counters)
{
    /// <summary>Longer may no command be good.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    /// <summary>Commands that act, a minute; and signatures that are looked at, a second.</summary>
    public const int MostPerMinute = 30;
    private const int MostSignaturesPerSecond = 50;

    private readonly Pace acting = new(MostPerMinute / 60.0, MostPerMinute);
    private readonly Pace looking = new(MostSignaturesPerSecond, MostSignaturesPerSecond);

    /// <summary>The list in force; a newer one takes its place.</summary>
    public OperatorKeys Keys { get; set; } = keys;

    public ImmutableDictionary<ulong, ulong> Counters { get; private set; } = counters;

    /// <param name="now">The wall clock, believed only where <paramref name="isClockTrusted"/>.</param>
    /// <param name="uptimeMs">Monotonic.</param>
    public CommandVerdict Check(ReadOnlySpan<byte> bytes, Instant now, bool isClockTrusted, long uptimeMs)
    {
        if (bytes.Length > CommandEnvelope.MostBytes)
            return new(CommandRefusal.TooLong);
        if (CommandEnvelope.Parse(bytes) is not { } envelope)
            return new(CommandRefusal.NoEnvelope);
        if (Keys.Find(envelope.KeyId) is not { } key)
            return new(CommandRefusal.UnknownKey, envelope);
        if (!envelope.Device.AsSpan().SequenceEqual(device))
            return new(CommandRefusal.OtherDevice, envelope);
        if (CommandRule.Of((CommandVerb)envelope.Verb) is not { } rule)
            return new(CommandRefusal.UnknownVerb, envelope);
        if (!rule.Allows(key.Key.Role))
            return new(CommandRefusal.RoleTooLow, envelope);
        if (!looking.TryTake(uptimeMs))
            return new(CommandRefusal.TooMany, envelope);
        if (!envelope.IsSignedBy(key.Public))
            return new(CommandRefusal.WrongSignature, envelope);
        return Signed(envelope, rule, key.Key.Name, (now, isClockTrusted, uptimeMs));
    }

    private CommandVerdict Signed(CommandEnvelope envelope, CommandRule rule, string by, (Instant Now, bool IsTrusted, long UptimeMs) at)
    {
        var second = envelope.SecondKeyId is { } id ? Keys.Find(id) : null;
        if (envelope.SecondKeyId is not null && (second is not { } known || envelope.SecondKeyId == envelope.KeyId || !rule.Allows(known.Key.Role) || !envelope.IsSecondedBy(known.Public)))
            return new(CommandRefusal.WrongSignature, envelope);
        if (rule.NeedsTwo && second is null)
            return new(CommandRefusal.NotSigned, envelope);
        if (!IsWindow(envelope) || (at.IsTrusted && (at.Now < envelope.NotBefore || at.Now >= envelope.NotAfter)))
            return new(CommandRefusal.OutOfTime, envelope);
        if (!at.IsTrusted && !rule.IsTightening)
            return new(CommandRefusal.ClockNotTrusted, envelope);
        if (envelope.Counter <= Counters.GetValueOrDefault(envelope.KeyId))
            return new(CommandRefusal.Replayed, envelope);
        if (CommandBody.Read(rule.Verb, envelope.Body) is not { } body)
            return new(CommandRefusal.WrongBody, envelope);
        if (!acting.TryTake(at.UptimeMs))
            return new(CommandRefusal.TooMany, envelope);
        return new(CommandRefusal.None, envelope, new(envelope, rule, body, second is { } other ? $"{by} and {other.Key.Name}" : by));
    }

    /// <summary>Counts a good command, so that it cannot come again; what is returned must be durable before it acts.</summary>
    public byte[] Count(GoodCommand command)
    {
        Counters = Counters.SetItem(command.Envelope.KeyId, command.Envelope.Counter);
        return CountersToBytes(Counters);
    }

    private static bool IsWindow(CommandEnvelope envelope) =>
        envelope.NotBefore.UnixMilliseconds is >= 0 and < 253_402_300_799_999 && envelope.NotAfter > envelope.NotBefore
        && envelope.NotAfter.UnixMilliseconds - envelope.NotBefore.UnixMilliseconds <= LongestWindow.TotalMilliseconds;

    /// <summary>The body of a <see cref="LedgerKind.CommandCounters"/> entry.</summary>
    public static byte[] CountersToBytes(ImmutableDictionary<ulong, ulong> counters)
    {
        var to = new WireWriter();
        to.Byte(1);
        to.Count((ulong)counters.Count);
        foreach (var (key, counter) in counters.OrderBy(one => one.Key))
        {
            to.Count(key);
            to.Count(counter);
        }
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static ImmutableDictionary<ulong, ulong> CountersFromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != 1)
            throw new InvalidDataException("command counters of an unknown form");
        var counters = ImmutableDictionary.CreateBuilder<ulong, ulong>();
        for (var left = from.Length(2); left > 0; left--)
            counters[from.Count()] = from.Count();
        return counters.ToImmutable();
    }
}
