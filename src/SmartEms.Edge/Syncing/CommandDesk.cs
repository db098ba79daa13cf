using System.Security.Cryptography;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Syncing;

/// <summary>What the command desk works with.</summary>
internal sealed record CommandDeskParts(UplinkTopics Topics, OrderBook Orders, Recorder Recorder, SiteClock Clock)
{
    public required KeyFiles Keys { get; init; }

    /// <summary>Signs in the box's name.</summary>
    public required Func<Func<ECDsa, byte[]>, byte[]> Sign { get; init; }
    public required CommandGate Gate { get; init; }
}

/// <summary>Carries out signed commands: checked by the gate, counted durably, then handed to the order book, which keeps them inside the envelope and ends them with
/// their lease. Every attempt stands in the ledger; whoever is refused hears the same words, whatever the ground.</summary>
internal sealed class CommandDesk(CommandDeskParts parts)
{
    /// <summary>Refused attempts told one by one in a minute; beyond them they are counted.</summary>
    private const int ToldPerMinute = 30;
    private const long MinuteMs = 60_000;
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(2);

    private readonly Dictionary<CommandRefusal, int> untold = [];
    private long minute;
    private int told;

    /// <summary>The list in force.</summary>
    public OperatorKeys Keys => parts.Gate.Keys;

    /// <summary>Attempts since the program began.</summary>
    public long Taken { get; private set; }
    public long Refused { get; private set; }

    /// <summary>Looks at one message and answers where an answer is wanted and may go.</summary>
    public UplinkMessage? Take(UplinkEvent message)
    {
        var answer = Carry(message.Payload);
        return parts.Topics.MayAnswerTo(message.ResponseTopic) ? new UplinkMessage(message.ResponseTopic, answer) { Correlation = message.Correlation } : null;
    }

    private byte[] Carry(byte[] bytes)
    {
        TellUntold();
        var verdict = parts.Gate.Check(bytes, parts.Clock.Now, parts.Clock.Trust <= ClockTrust.Holdover, parts.Clock.UptimeMs);
        if (verdict.Command is not { } command)
            return Refuse(verdict);
        if (!IsKept(parts.Recorder.AppendAsync(LedgerKind.CommandCounters, parts.Clock.Now, parts.Gate.Count(command))))
            return Refuse(verdict with { Refusal = CommandRefusal.NotKept });
        Taken++;
        var outcome = Act(command);
        Note(CommandRecord.Of(verdict) with { Answer = $"{outcome.Code}: {outcome.Message}" });
        var result = new CommandResult(Convert.ToHexStringLower(command.Envelope.Id), command.Envelope.Counter, outcome.Code, outcome.Message, parts.Clock.Now);
        return parts.Sign(result.Sign);
    }

    /// <summary>Waits for the disk, and no longer than a person waits: what is not counted must not act.</summary>
    private static bool IsKept(Task<bool> appended) => Task.WhenAny(appended, Task.Delay(DurableWithin)).GetAwaiter().GetResult() == appended && appended.Result;

    private OrderAnswer Act(GoodCommand command)
    {
        var (body, asker) = (command.Body, new Asker($"{Asker.RemotePrefix} {command.By}", command.Body.Reason) { IsRemote = true });
        return (command.Rule.Verb switch
        {
            CommandVerb.Ping => Task.FromResult(OrderAnswer.Taken("here")),
            CommandVerb.LimitImport => parts.Orders.LimitAsync(ConstraintDirection.Import, body.Watts!.Value, body.Lease, asker),
            CommandVerb.LimitExport => parts.Orders.LimitAsync(ConstraintDirection.Export, body.Watts!.Value, body.Lease, asker),
            CommandVerb.LimitDevices => parts.Orders.LimitAsync(ConstraintDirection.DeviceConsumption, body.Watts!.Value, body.Lease, asker),
            CommandVerb.Set => parts.Orders.SetAsync(body.Part!, body.Value!, body.Lease, asker),
            CommandVerb.Release => parts.Orders.ReleaseAsync(body.Part, asker),
            CommandVerb.Stop => parts.Orders.StopAsync(asker),
            CommandVerb.Keys => Task.FromResult(Install(command.Envelope.Body)),
            _ => Task.FromResult(new OrderAnswer("unknown_verb", "there is no such verb")),
        }).GetAwaiter().GetResult();
    }

    private OrderAnswer Install(byte[] list)
    {
        try
        {
            parts.Gate.Keys = parts.Keys.Install(list);
            return OrderAnswer.Taken($"operator keys of version {parts.Gate.Keys.Version} are in force");
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new("keys_refused", failure.Message);
        }
    }

    private byte[] Refuse(CommandVerdict verdict)
    {
        Refused++;
        if (++told <= ToldPerMinute)
            Note(CommandRecord.Of(verdict with { Command = null }));
        else
            untold[verdict.Refusal] = untold.GetValueOrDefault(verdict.Refusal) + 1;
        return CommandResult.Refused;
    }

    /// <summary>With each new minute, what was only counted in the one before.</summary>
    public void TellUntold()
    {
        if (parts.Clock.UptimeMs - minute < MinuteMs)
            return;
        (minute, told) = (parts.Clock.UptimeMs, 0);
        foreach (var (refusal, times) in untold)
            Note(new(refusal, times));
        untold.Clear();
    }

    private void Note(CommandRecord record) => _ = parts.Recorder.AppendAsync(LedgerKind.Command, parts.Clock.Now, record.ToBytes());
}
