namespace SmartEms.Edge.Commands;

/// <summary>Says on standard error how much of a known number is done: a bar on a terminal, else a line for every tenth.</summary>
internal sealed class CountedProgress(Screen screen, string doing, int all)
{
    private int tenth;
    private bool hasBar;

    public void Reached(int done)
    {
        var share = Math.Clamp((double)done / Math.Max(all, 1), 0, 1);
        if (screen.TalksToTerminal)
        {
            hasBar = true;
            screen.Error.Write(Glyphs.For(screen.Traits, $"\r{doing} {Spoken.Bar(share * 100)} {done}/{all}\e[K"));
            return;
        }
        var reached = (int)(share * 10);
        if (reached <= tenth)
            return;
        tenth = reached;
        screen.Say($"{doing} {tenth * 10} %, {done} of {all}");
    }

    /// <summary>Takes the bar away.</summary>
    public void End()
    {
        if (hasBar)
            screen.Error.Write("\r\e[K");
    }
}
