using System.Text;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Commands;

/// <summary>The site file's place: what is put there is there whole or not at all, under the owner and the rights the file had. A writer beside this one is refused,
/// and what a killed one left is cleared away; nothing but the file's own name is ever read as the site file.</summary>
internal sealed class SitePlace : IDisposable
{
    private readonly string path;
    private readonly byte[]? before;
    private readonly FileStream sole;
    private string text = "";

    private SitePlace(string path, byte[]? before, FileStream sole) => (this.path, this.before, this.sole) = (path, before, sole);

    /// <summary>Takes the sole right to write there. <see cref="Refusal"/> when somebody else has it, or the file may not be written.</summary>
    public static SitePlace Take(string site)
    {
        var path = Real(site);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            throw new Refusal(Exit.Failed, "directory_missing", $"there is no directory {folder}", "make it first, or name the site file with --site");
        FileStream? sole = null;
        try
        {
            sole = new(Path.Combine(folder, $".{Path.GetFileName(path)}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var left in Directory.EnumerateFiles(folder, WholeFile.PartOf(Path.GetFileName(path), "*")))
                File.Delete(left);
            return new(path, File.Exists(path) ? File.ReadAllBytes(path) : null, sole);
        }
        catch (UnauthorizedAccessException)
        {
            sole?.Dispose();
            throw new Refusal(Exit.NoPermission, "no_permission", $"you may not write in {folder}", "use sudo, or name another file with --site");
        }
        catch (IOException failure)
        {
            sole?.Dispose();
            throw new Refusal(Exit.Busy, "site_busy", $"{path} cannot be written now: {failure.Message}", "another smartems reload --from may be under way: ask again when it has ended");
        }
    }

    /// <summary>Puts a text there; after a crash or a power cut at any moment the old one stands there or this one.</summary>
    public void Put(string text)
    {
        this.text = text;
        Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Puts back what was there before, unless somebody has written something else meanwhile, or nothing was there. True when the old text stands there.</summary>
    public bool PutBack()
    {
        if (before is null || !File.Exists(path) || File.ReadAllText(path) != text)
            return false;
        Write(before);
        return true;
    }

    private void Write(byte[] bytes)
    {
        try
        {
            using var file = WholeFile.Begin(path, replaces: true);
            file.Bytes(bytes);
            if (before is not null)
                file.LikeTheOneThere();
            file.Finish();
        }
        catch (UnauthorizedAccessException)
        {
            throw new Refusal(Exit.NoPermission, "no_permission", $"you may not give {path} the owner it has", "use sudo");
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.Failed, "not_written", $"{path} was not written: {failure.Message}", "it is as it was; check the disk: df -h, mount");
        }
    }

    /// <summary>Where a link leads: the file itself is put there, and the link stays.</summary>
    private static string Real(string site)
    {
        try
        {
            return File.ResolveLinkTarget(site, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(site);
        }
        catch (IOException)
        {
            return Path.GetFullPath(site);
        }
    }

    public void Dispose() => sole.Dispose();
}
