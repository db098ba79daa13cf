namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Bounds what a broker can make us take: the length of a packet, whatever it announces, and the number of messages in a second.</summary>
internal sealed class Intake(UplinkSettings settings, TimeProvider time)
{
    private long bytesSinceTold;
    private long second;
    private int inSecond;

    /// <summary>Counts whatever the library told; a packet that is not whole tells nothing.</summary>
    public long Told { get; private set; }

    public long Messages { get; private set; }

    /// <summary>Why this broker is left; null while it keeps to the bounds.</summary>
    public string? Trouble { get; private set; }

    public void Tell() => (Told, bytesSinceTold) = (Told + 1, 0);

    /// <summary>So many bytes were read and made no whole packet yet.</summary>
    public void Swallowed(int bytes)
    {
        bytesSinceTold += bytes;
        if (bytesSinceTold > 4L * settings.MostPacketBytes)
            Trouble = $"the broker sends a packet of more than {settings.MostPacketBytes / 1024} KiB, although it was told not to";
    }

    /// <summary>True when a message may be kept.</summary>
    public bool Takes(int bytes)
    {
        Tell();
        Messages++;
        if (second == 0 || time.GetElapsedTime(second) > TimeSpan.FromSeconds(1))
            (second, inSecond) = (time.GetTimestamp(), 0);
        if (++inSecond > settings.MostMessagesPerSecond)
            Trouble = $"the broker sends more than {settings.MostMessagesPerSecond} messages a second";
        return Trouble is null && bytes <= settings.MostPacketBytes;
    }
}
