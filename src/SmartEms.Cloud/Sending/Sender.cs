using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Cloud.Sending;

/// <summary>Signs commands, sends them and waits for the signed answer.</summary>
internal static class Sender
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);

    /// <summary>The bytes of a command, good from now on for so long.</summary>
    public static byte[] Sign(UplinkTopics box, CommandRule rule, byte[] body, (ECDsa First, ECDsa? Second) keys, (Instant Now, TimeSpan Good) when)
    {
        if (rule.NeedsTwo && keys.Second is null)
            throw new UsageException($"{rule.Name} wants two signatures: --second FILE");
        if (when.Good <= TimeSpan.Zero || when.Good > CommandGate.LongestWindow)
            throw new UsageException($"a command is good for at most {CommandGate.LongestWindow.TotalSeconds:0} s");
        const long clocksDiffer = 2_000; // the box must not find it to be of the future
        var envelope = new CommandEnvelope(CommandSignature.IdOf(keys.First), CommandEnvelope.DeviceOf(box.Tenant, box.Site, box.Box), RandomNumberGenerator.GetBytes(16), (ulong)when.Now.UnixMilliseconds)
        {
            NotBefore = new(when.Now.UnixMilliseconds - clocksDiffer),
            NotAfter = new(when.Now.UnixMilliseconds - clocksDiffer + (long)when.Good.TotalMilliseconds),
            Verb = (ushort)rule.Verb,
            Body = body,
        };
        return envelope.Sign(keys.First, keys.Second);
    }

    /// <summary>Sends a signed command and gives the answer as it came; null when none came in time.</summary>
    public static byte[]? Send(BrokerAddress broker, UplinkTopics box, byte[] command, TimeProvider time)
    {
        var answerTo = $"{UplinkTopics.Root}/{box.Tenant}/answer/{Guid.NewGuid():N}";
        var settings = new UplinkSettings($"sender-{Guid.NewGuid():N}", [broker]) { Filters = [answerTo], SessionExpiry = TimeSpan.Zero, ReconnectSpread = TimeSpan.FromSeconds(1) };
        using var uplink = new MqttUplink(settings, time, Random.Shared.NextDouble);
        var (isSent, started) = (false, time.GetTimestamp());
        while (time.GetElapsedTime(started) < AnswersWithin)
        {
            foreach (var one in uplink.Turn(TimeSpan.FromMilliseconds(100)))
            {
                if (one.Kind == UplinkEventKind.Connected && !isSent)
                    isSent = uplink.Publish(new(box.Command, command) { ResponseTopic = answerTo, Correlation = command.AsMemory(29, 16) }) is not null;
                else if (one.Kind == UplinkEventKind.Received)
                    return one.Payload;
            }
        }
        return null;
    }

    /// <summary>Prints every message of a tenant's boxes until it is stopped.</summary>
    public static void Listen(BrokerAddress broker, string filter, TextWriter to, (TimeProvider Time, CancellationToken Stop) with)
    {
        var settings = new UplinkSettings($"listener-{Guid.NewGuid():N}", [broker]) { Filters = [filter], SessionExpiry = TimeSpan.Zero, ReconnectSpread = TimeSpan.FromSeconds(1), MostMessagesPerSecond = int.MaxValue };
        using var uplink = new MqttUplink(settings, with.Time, Random.Shared.NextDouble);
        while (!with.Stop.IsCancellationRequested)
            foreach (var one in uplink.Turn(TimeSpan.FromMilliseconds(200)))
                if (one.Kind == UplinkEventKind.Received)
                    to.WriteLine($"{one.Topic} {Shown(one)}");
        uplink.Leave();
    }

    private static string Shown(UplinkEvent one)
    {
        try
        {
            return Encoding.UTF8.GetString(Postage.Opened(one.Payload, one.ContentType, 1 << 20));
        }
        catch (InvalidDataException)
        {
            return $"({one.Payload.Length} bytes that are not understood)";
        }
    }
}
