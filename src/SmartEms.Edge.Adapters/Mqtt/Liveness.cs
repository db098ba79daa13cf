namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>Whether the other side still answers, by monotonic time alone. A socket that takes what is written proves nothing: what was said must be answered.</summary>
internal sealed class Liveness(TimeProvider time, TimeSpan keepAlive)
{
    /// <summary>Silence after something was said: then it is asked, and given up.</summary>
    private static readonly TimeSpan AsksAfter = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);

    private long begun;
    private long spoke;
    private long looked;
    private long? said;
    private bool isProbed;

    public long Now => time.GetTimestamp();

    public TimeSpan SinceBegin => time.GetElapsedTime(begun);

    public void Begin() => begun = spoke = looked = Now;

    public void Heard() => (said, isProbed) = (null, false);

    public void Sent()
    {
        spoke = Now;
        said ??= spoke;
    }

    /// <summary>A message was confirmed by us, which nobody answers.</summary>
    public void Answered() => spoke = Now;

    public void Probed()
    {
        isProbed = true;
        Sent();
    }

    /// <summary>Something was said, and nothing was heard since.</summary>
    public bool IsOwed => said is not null;

    /// <summary>The oldest message that is not confirmed was sent then: a broker that talks but confirms nothing is no better than a silent one.</summary>
    public void Oldest(long sent) => IsDead = time.GetElapsedTime(sent) > AnswersWithin;

    /// <summary>Once a second it is worth looking.</summary>
    public bool IsDue
    {
        get
        {
            if (time.GetElapsedTime(looked) < LooksEvery)
                return false;
            looked = Now;
            return true;
        }
    }

    public bool IsDead
    {
        get => field || (said is { } since && time.GetElapsedTime(since) > AnswersWithin);
        private set;
    }

    /// <summary>Something was said and not answered for half the time, or nothing was said for a keep-alive: what is heard meanwhile does not count (MQTT 5, 3.1.2.10).</summary>
    public bool WantsProbe => !isProbed && ((said is { } since && time.GetElapsedTime(since) > AsksAfter) || time.GetElapsedTime(spoke) > keepAlive - LooksEvery);
}
