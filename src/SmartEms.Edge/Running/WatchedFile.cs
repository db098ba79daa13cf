namespace SmartEms.Edge.Running;

/// <summary>A file that somebody else keeps up to date, written anew and moved into place. It is read again whenever it has changed, and nobody waits for a disk.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="read">What its text is for; called from a thread of the pool, never twice at a time.</param>
/// <param name="fail">Why it cannot be read.</param>
/// <param name="time">The clock that patience is measured by.</param>
internal sealed class WatchedFile(string path, Action<string> read, Action<string> fail, TimeProvider time)
{
    /// <summary>A decision does not wait longer for a file: a dead disk or share may hang for minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Beyond it is no list of quarter-hours, whatever it is.</summary>
    private const long BytesMost = 4_000_000;

    private DateTime readAs;
    private Task reading = Task.CompletedTask;

    /// <summary>Looks whether it has changed. What comes too late is there for the next look.</summary>
    public async ValueTask LookAsync()
    {
        if (reading.IsCompleted)
            reading = Task.Run(Refresh);
        await Task.WhenAny(reading, Task.Delay(Patience, time));
    }

    private void Refresh()
    {
        try
        {
            var file = new FileInfo(path);
            var written = file.LastWriteTimeUtc;
            if (written == readAs)
                return;
            readAs = written;
            if (!file.Exists)
                fail("is not there; plans go without until it is");
            else if (file.Length > BytesMost)
                fail($"is larger than {BytesMost / 1_000_000} MB and is not read");
            else
                read(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            fail($"cannot be read: {failure.Message}");
        }
    }
}
