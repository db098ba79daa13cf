namespace SmartEms.Edge.Running;

/// <summary>One line per event on standard error; under systemd with the journal's priority prefix (sd-daemon(3)).</summary>
internal sealed class Log(TextWriter to, bool forJournal)
{
    public static Log Silent { get; } = new(TextWriter.Null, false);

    public void Info(string words) => Write(6, words);
    public void Warning(string words) => Write(4, words);
    public void Error(string words) => Write(3, words);

    private void Write(int priority, string words)
    {
        lock (to)
            to.WriteLine(forJournal ? $"<{priority}>{words}" : words);
    }
}
