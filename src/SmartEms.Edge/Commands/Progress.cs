using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Commands;

/// <summary>Says on standard error how far a long export has come: a bar on a terminal, else a line for every tenth. How far is measured in time covered.</summary>
internal sealed class Progress(Screen screen, Instant from, Instant to)
{
    /// <summary>The clock is not asked for every row.</summary>
    private const int RowsPerLook = 256;
    private static readonly TimeSpan BetweenBars = TimeSpan.FromMilliseconds(100);

    private readonly long began = screen.Time.GetTimestamp();
    private long lastBar;
    private bool hasBar;
    private int tenth;

    public long Rows { get; private set; }

    public void Saw(Instant at)
    {
        Rows++;
        if (screen.TalksToTerminal)
        {
            if (Rows % RowsPerLook == 0 && screen.Time.GetElapsedTime(hasBar ? lastBar : began) >= BetweenBars)
                Bar(Share(at));
            return;
        }
        var reached = (int)(Share(at) * 10);
        if (reached <= tenth)
            return;
        tenth = reached;
        screen.Say($"exporting {tenth * 10} %, {Rows} rows");
    }

    /// <summary>Takes the bar away, or says the last tenth.</summary>
    public void End()
    {
        if (hasBar)
            screen.Error.Write("\r\e[K");
        else if (!screen.TalksToTerminal && tenth < 10 && Rows > 0)
            screen.Say($"exporting 100 %, {Rows} rows");
    }

    private double Share(Instant at) => Math.Clamp((at - from) / (to - from), 0, 1);

    private void Bar(double share)
    {
        (lastBar, hasBar) = (screen.Time.GetTimestamp(), true);
        var seconds = screen.Time.GetElapsedTime(began).TotalSeconds;
        var left = TimeSpan.FromSeconds(share > 0.001 ? Math.Min(359_999, seconds * (1 - share) / share) : 0);
        screen.Error.Write(Glyphs.For(screen.Traits, $"\rexporting {Spoken.Bar(share * 100)} {share * 100:0} %  {Rows} rows  {Rows / Math.Max(seconds, 0.001):0} rows/s  eta {(int)left.TotalMinutes}:{left.Seconds:00}\e[K"));
    }
}
