using System.Buffers.Binary;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>What goes between the daemon and the process that holds the broker's connection: frames of a length and a body in the program's own binary form.</summary>
internal static class UplinkPipe
{
    public const byte Event = 1, Look = 2, Message = 3, Leave = 4, Settings = 5;

    /// <summary>More than the largest packet of either side.</summary>
    private const int MostBytes = 1 << 20;

    public static byte[] Framed(WireWriter body)
    {
        var frame = new byte[4 + body.Written.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Written.Length);
        body.Written.CopyTo(frame.AsSpan(4));
        return frame;
    }

    /// <summary>Takes a whole frame off the front of what has come, or null; <see cref="InvalidDataException"/> when it is none.</summary>
    public static byte[]? Take(ref ReadOnlySpan<byte> come)
    {
        if (come.Length < 4)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(come);
        if (length is < 1 or > MostBytes)
            throw new InvalidDataException($"a frame of {length} bytes");
        if (come.Length < 4 + length)
            return null;
        var body = come.Slice(4, length).ToArray();
        come = come[(4 + length)..];
        return body;
    }

    public static byte[] Of(int number, in UplinkMessage message)
    {
        var to = new WireWriter();
        to.Byte(Message);
        to.Whole(number);
        to.Text(message.Topic);
        to.Bytes(message.Payload.Span);
        to.Whole(message.Quality);
        to.Byte(message.Retain ? (byte)1 : (byte)0);
        to.Text(message.ContentType ?? "");
        to.Text(message.ResponseTopic ?? "");
        to.Bytes(message.Correlation.Span);
        return Framed(to);
    }

    public static (int Number, UplinkMessage Message) ReadMessage(ref WireReader from)
    {
        var number = from.Small();
        var message = new UplinkMessage(from.Text(), from.Bytes().ToArray(), from.Small()) { Retain = from.Byte() == 1, ContentType = from.Text() is { Length: > 0 } type ? type : null };
        return (number, message with { ResponseTopic = from.Text() is { Length: > 0 } answer ? answer : null, Correlation = from.Bytes().ToArray() });
    }

    public static byte[] Of(UplinkEvent one)
    {
        var to = new WireWriter();
        to.Byte(Event);
        to.Byte((byte)one.Kind);
        to.Whole(one.Number);
        to.Whole(one.Reason);
        foreach (var text in (ReadOnlySpan<string>)[one.Topic, one.ContentType, one.ResponseTopic])
            to.Text(text);
        to.Bytes(one.Payload);
        to.Bytes(one.Correlation);
        return Framed(to);
    }

    public static UplinkEvent ReadEvent(ref WireReader from) => new(WireReader.Known((UplinkEventKind)from.Byte()), from.Small(), from.Small())
    {
        Topic = from.Text(),
        ContentType = from.Text(),
        ResponseTopic = from.Text(),
        Payload = from.Bytes().ToArray(),
        Correlation = from.Bytes().ToArray(),
    };

    public static byte[] Of(UplinkLook look)
    {
        var to = new WireWriter();
        to.Byte(Look);
        to.Byte((byte)look.State);
        to.Text(look.Broker);
        to.Text(look.Trouble ?? "");
        foreach (var number in (ReadOnlySpan<long>)[look.SentMessages, look.SentBytes, look.ReceivedMessages, look.Sessions, look.Attempts, look.RetryInMs])
            to.Whole(number);
        return Framed(to);
    }

    public static UplinkLook ReadLook(ref WireReader from) => new(WireReader.Known((UplinkState)from.Byte()), from.Text(), from.Text() is { Length: > 0 } trouble ? trouble : null)
    {
        SentMessages = from.Whole(),
        SentBytes = from.Whole(),
        ReceivedMessages = from.Whole(),
        Sessions = from.Whole(),
        Attempts = from.Whole(),
        RetryInMs = from.Whole(),
    };

    public static byte[] Of(UplinkSettings settings)
    {
        var to = new WireWriter();
        to.Byte(Settings);
        to.Text(settings.ClientId);
        to.Count((ulong)settings.Brokers.Length);
        foreach (var broker in settings.Brokers)
        {
            foreach (var text in (ReadOnlySpan<string>)[broker.Host, broker.TrustFile, broker.CertificateFile, broker.KeyFile, broker.User, broker.PasswordFile])
                to.Text(text);
            to.Whole(broker.Port);
            to.Byte(broker.IsEncrypted ? (byte)1 : (byte)0);
        }
        to.Count((ulong)settings.Filters.Length);
        foreach (var filter in settings.Filters)
            to.Text(filter);
        foreach (var span in (ReadOnlySpan<TimeSpan>)[settings.WillDelay, settings.KeepAlive, settings.SessionExpiry, settings.ReconnectSpread, settings.LongestWait, settings.Rest])
            to.Whole(span.Ticks);
        foreach (var number in (ReadOnlySpan<int>)[settings.Window, settings.MostPacketBytes, settings.MostMessagesPerSecond])
            to.Whole(number);
        to.Text(settings.Will?.Topic ?? "");
        to.Bytes(settings.Will is { } will ? will.Payload.Span : default);
        return Framed(to);
    }

    public static UplinkSettings ReadSettings(ref WireReader from)
    {
        var id = from.Text();
        var brokers = new BrokerAddress[from.Length()];
        for (var i = 0; i < brokers.Length; i++)
        {
            var (host, trust, certificate, key, user, password) = (from.Text(), from.Text(), from.Text(), from.Text(), from.Text(), from.Text());
            brokers[i] = new(host, from.Small(), from.Byte() == 1) { TrustFile = trust, CertificateFile = certificate, KeyFile = key, User = user, PasswordFile = password };
        }
        var filters = new string[from.Length()];
        for (var i = 0; i < filters.Length; i++)
            filters[i] = from.Text();
        var settings = new UplinkSettings(id, [.. brokers])
        {
            Filters = [.. filters],
            WillDelay = new(from.Whole()),
            KeepAlive = new(from.Whole()),
            SessionExpiry = new(from.Whole()),
            ReconnectSpread = new(from.Whole()),
            LongestWait = new(from.Whole()),
            Rest = new(from.Whole()),
            Window = from.Small(),
            MostPacketBytes = from.Small(),
            MostMessagesPerSecond = from.Small(),
        };
        var topic = from.Text();
        var payload = from.Bytes().ToArray();
        return topic.Length == 0 ? settings : settings with { Will = new(topic, payload) { Retain = true } };
    }
}
