using System.Globalization;
using System.Text;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>Counts starts that did not come to health, so that a crash loop ends in something that runs: at the third the last site file that ran well is used,
/// from the fourth on safe mode. The count lies beside the store and once more beside the socket, because a disk may be read-only or full.</summary>
internal sealed class StartLog(string store, string socket, Log log)
{
    /// <summary>So long in health is a start that worked.</summary>
    public static readonly TimeSpan Proven = TimeSpan.FromSeconds(60);

    /// <summary>Safe mode ends after this and a normal start is tried: what made it crash may be over.</summary>
    public static readonly TimeSpan TriesAgain = TimeSpan.FromHours(1);

    private const int LastGoodAt = 3;
    private const int SafeAt = 4;
    private const string Form = "smartems-starts-1";

    /// <summary>Fits one sector, and a file that is there already is written in place: a full disk does not keep it from being counted.</summary>
    private const int Bytes = 256;

    private readonly string[] places = [Path.ChangeExtension(Path.GetFullPath(store), ".starts"), Path.ChangeExtension(Path.GetFullPath(socket), ".starts")];
    private readonly string goodSite = Path.ChangeExtension(Path.GetFullPath(store), ".good-site.yaml");
    private Mark mark;

    /// <summary>The number of this start since one came to health.</summary>
    public int Attempt => mark.Count;

    /// <summary>Notes a start before anything can crash. A changed site file or program begins to count anew.</summary>
    public StartMode Begin(string siteHash, string program)
    {
        var (key, newest) = (SiteSource.Hash($"{siteHash} {program}"), default(Mark));
        foreach (var place in places)
            if (Read(place) is { } one && one.Number > newest.Number)
                newest = one;
        mark = new(newest.Number, newest.Key == key ? newest.Count : 0, key);
        if (!Write(mark.Count + 1))
        {
            log.Warning($"starts cannot be counted ({places[0]} and {places[1]} cannot be written); a crash loop would not end in safe mode — check the disk: df -h, mount");
            return StartMode.Normal;
        }
        return Attempt >= SafeAt ? StartMode.Safe : Attempt == LastGoodAt ? StartMode.LastGood : StartMode.Normal;
    }

    /// <summary>It ran well, or ended in order: no start has failed.</summary>
    public void Clear() => Write(0);

    /// <summary>The site file that last ran in health, or null.</summary>
    public string? GoodSite()
    {
        try
        {
            return File.Exists(goodSite) ? File.ReadAllText(goodSite) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps the site file that has just run in health: whole or not at all.</summary>
    public void Keep(string text)
    {
        if (GoodSite() == text)
            return;
        try
        {
            var fresh = goodSite + ".new";
            using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, goodSite, overwrite: true);
            NameChanges.Keep(goodSite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            log.Warning($"the site file that runs well cannot be kept for bad times: {failure.Message}");
        }
    }

    private bool Write(int count)
    {
        mark = mark with { Number = mark.Number + 1, Count = count };
        var isWritten = false;
        foreach (var place in places)
            isWritten |= TryWrite(place, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Form} {mark.Number} {mark.Count} {mark.Key} ").PadRight(Bytes - 1) + '\n'));
        return isWritten;
    }

    private static bool TryWrite(string place, byte[] bytes)
    {
        try
        {
            using var file = File.OpenHandle(place, FileMode.OpenOrCreate, FileAccess.Write);
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Null when there is none, or it is damaged: then the other place counts, or nothing.</summary>
    private static Mark? Read(string place)
    {
        try
        {
            var words = File.Exists(place) ? File.ReadAllText(place).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            return words is [Form, var number, var count, var key]
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
                && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var starts)
                ? new(known, starts, key)
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One note: its number ascends, so that the newer of two places is known; starts that failed, and of what.</summary>
    private readonly record struct Mark(long Number, int Count, string Key);
}
