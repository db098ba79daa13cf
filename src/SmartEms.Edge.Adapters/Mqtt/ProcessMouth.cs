namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Reads what one process after the other says, on one thread made once: a box that has no thread left to give later must not end with it.</summary>
internal sealed class ProcessMouth : IDisposable
{
    /// <summary>What has come and was not taken; more waits in the pipe, and the process with it.</summary>
    private const int MostFrames = 1_024;

    private readonly object gate = new();
    private readonly Queue<byte[]> frames = [];
    private Stream? voice;
    private bool isOver;
    private bool isClosed;

    public ProcessMouth() => new Thread(Live) { IsBackground = true, Name = "uplink ear" }.Start();

    /// <summary>From now on this process is listened to.</summary>
    public void Listen(Stream to)
    {
        lock (gate)
        {
            (voice, isOver) = (to, false);
            frames.Clear();
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits for a frame, at most so long; true when the process has ended and all it said was taken.</summary>
    public bool Wait(TimeSpan most)
    {
        lock (gate)
        {
            if (frames.Count == 0 && !isOver)
                Monitor.Wait(gate, most);
            var ended = isOver && frames.Count == 0;
            isOver &= !ended;
            return ended;
        }
    }

    public byte[]? Next()
    {
        lock (gate)
        {
            if (!frames.TryDequeue(out var frame))
                return null;
            Monitor.PulseAll(gate);
            return frame;
        }
    }

    private void Live()
    {
        while (Current() is { } stream)
        {
            Read(stream);
            lock (gate)
            {
                (voice, isOver) = (voice == stream ? null : voice, true);
                Monitor.PulseAll(gate);
            }
        }
    }

    private Stream? Current()
    {
        lock (gate)
        {
            while (voice is null && !isClosed)
                Monitor.Wait(gate);
            return isClosed ? null : voice;
        }
    }

    private void Read(Stream stream)
    {
        var (come, length) = (new byte[1 << 16], 0);
        try
        {
            while (stream.Read(come, length, come.Length - length) is > 0 and var count)
            {
                length += count;
                ReadOnlySpan<byte> rest = come.AsSpan(0, length);
                while (UplinkPipe.Take(ref rest) is { } frame)
                    Keep(frame);
                rest.CopyTo(come);
                length = rest.Length;
                if (length == come.Length)
                    Array.Resize(ref come, come.Length * 2);
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidDataException)
        {
            // the process has ended, or says what is no frame: both are its end
        }
    }

    private void Keep(byte[] frame)
    {
        lock (gate)
        {
            while (frames.Count >= MostFrames && !isClosed)
                Monitor.Wait(gate);
            frames.Enqueue(frame);
            Monitor.PulseAll(gate);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }
}
