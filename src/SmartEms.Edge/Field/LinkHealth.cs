using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>Counts what a device answers and says when it may be asked again: after three failures it is down and probed alone,
/// 2 s × failures apart, at most 5 minutes. Times are monotonic milliseconds.</summary>
internal sealed class LinkHealth
{
    private const int DownAfter = 3;
    private const int StepMs = 2_000;
    private const int LongestMs = 300_000;

    private long lastAnswerMs = -1;
    private long startedMs = -1;
    private long retryAtMs;
    private bool garbled;

    public int FailuresInARow { get; private set; }
    public long Answers { get; private set; }
    public long Failures { get; private set; }
    public string? LastFault { get; private set; }
    public bool IsDown => FailuresInARow >= DownAfter;

    public bool MayAsk(long nowMs) => !IsDown || nowMs >= retryAtMs;

    public void Answered(long nowMs)
    {
        (lastAnswerMs, FailuresInARow, garbled) = (nowMs, 0, false);
        Answers++;
    }

    public void Failed(string fault, bool isGarbage, long nowMs)
    {
        FailuresInARow++;
        Failures++;
        garbled = isGarbage;
        LastFault = fault;
        if (IsDown)
            retryAtMs = nowMs + Math.Min(StepMs * (FailuresInARow - DownAfter + 1), LongestMs);
    }

    public DeviceReadings Now(long nowMs)
    {
        if (startedMs < 0)
            startedMs = nowMs;
        var since = (int)Math.Min(nowMs - (lastAnswerMs < 0 ? startedMs : lastAnswerMs), int.MaxValue);
        var link = FailuresInARow == 0
            ? lastAnswerMs < 0 ? LinkState.Starting : LinkState.Up
            : garbled ? LinkState.Garbled
            : IsDown ? LinkState.Down : LinkState.Faltering;
        return new(link, since, FailuresInARow);
    }
}
