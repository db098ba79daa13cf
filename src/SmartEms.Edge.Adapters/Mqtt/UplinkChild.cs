using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>The process that holds the connection to the broker, as the daemon's child: what it is told comes in on standard input, what happens goes out on
/// standard output. The C library between us and a stranger's bytes may abort or eat memory here, and control lives on in another process.</summary>
public static class UplinkChild
{
    /// <summary>What a broker can make this process take, whatever it announces.</summary>
    private const long MostMemory = 128L << 20;

    private const int Input = 0;
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);

    /// <summary>Runs until the daemon says so, or is gone.</summary>
    public static void Run(Stream input, Stream output, TimeProvider time, Func<double> dice)
    {
        var inbox = new Inbox(input);
        UplinkSettings? settings = null;
        while (settings is null)
        {
            if (!inbox.Fill())
                return;
            while (settings is null && inbox.Next() is { } frame)
            {
                var from = new WireReader(frame);
                settings = from.Byte() == UplinkPipe.Settings ? UplinkPipe.ReadSettings(ref from) : throw new InvalidDataException("the settings must come first");
            }
        }
        SocketWatch.BoundMemory(MostMemory);
        GoFirst();
        using var uplink = new MqttUplink(settings, time, dice) { WakesOn = Input };
        Serve(uplink, inbox, output, time);
    }

    /// <summary>Where memory runs out it is this process that the kernel ends, and not control (proc(5), oom_score_adj).</summary>
    private static void GoFirst()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // a sandbox that hides it
        }
    }

    private static void Serve(MqttUplink uplink, Inbox inbox, Stream output, TimeProvider time)
    {
        var numbers = new Dictionary<int, int>();
        var (told, toldAt) = (uplink.Look, time.GetTimestamp());
        output.Write(UplinkPipe.Of(told));
        while (true)
        {
            var events = uplink.Turn(LongestTurn);
            foreach (var one in events)
                output.Write(UplinkPipe.Of(Renumbered(one, numbers)));
            if (events.Count > 0 || uplink.Look.State != told.State || uplink.Look.Trouble != told.Trouble || time.GetElapsedTime(toldAt) >= LooksEvery)
            {
                (told, toldAt) = (uplink.Look, time.GetTimestamp());
                output.Write(UplinkPipe.Of(told));
            }
            if (SocketWatch.HasInput(Input) && !(inbox.Fill() && Obey(uplink, inbox, output, numbers)))
                return;
        }
    }

    /// <summary>False when it is told to go.</summary>
    private static bool Obey(MqttUplink uplink, Inbox inbox, Stream output, Dictionary<int, int> numbers)
    {
        while (inbox.Next() is { } frame)
        {
            var from = new WireReader(frame);
            if (from.Byte() != UplinkPipe.Message)
            {
                uplink.Leave();
                return false;
            }
            var (theirs, message) = UplinkPipe.ReadMessage(ref from);
            var ours = uplink.Publish(message);
            if (ours is { } number && message.Quality > 0)
                numbers[number] = theirs;
            else
                output.Write(UplinkPipe.Of(new UplinkEvent(UplinkEventKind.Confirmed, theirs, ours is null ? UplinkProcess.NotTaken : 0)));
        }
        return true;
    }

    private static UplinkEvent Renumbered(UplinkEvent one, Dictionary<int, int> numbers)
    {
        if (one.Kind == UplinkEventKind.Lost)
            numbers.Clear();
        return one.Kind == UplinkEventKind.Confirmed && numbers.Remove(one.Number, out var theirs) ? one with { Number = theirs } : one;
    }

    /// <summary>Collects what comes until frames are whole.</summary>
    private sealed class Inbox(Stream input)
    {
        private byte[] come = new byte[1 << 16];
        private int length;
        private int taken;

        /// <summary>Reads what is there, waiting for the first byte; false when the daemon is gone.</summary>
        public bool Fill()
        {
            come.AsSpan(taken, length - taken).CopyTo(come);
            (length, taken) = (length - taken, 0);
            if (length == come.Length)
                Array.Resize(ref come, come.Length * 2);
            var count = input.Read(come, length, come.Length - length);
            length += count;
            return count > 0;
        }

        public byte[]? Next()
        {
            ReadOnlySpan<byte> rest = come.AsSpan(taken, length - taken);
            var frame = UplinkPipe.Take(ref rest);
            taken = length - rest.Length;
            return frame;
        }
    }
}
