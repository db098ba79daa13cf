using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge;

/// <summary>A site file that may be used: the site, the file's text, and the SHA-256 of the text in lower-case hex, by which records name it.</summary>
internal sealed record LoadedSite(Site Site, string Hash, string Text)
{
    /// <summary>What proposes there, where anything is to be won by waiting.</summary>
    public SitePolicy Policy { get; init; } = SitePolicy.BuiltIn;
}

/// <summary>Reads the site file together with the profiles it names.</summary>
internal static class SiteSource
{
    private const int MostLooks = 10;
    private const long MostBytes = 8 << 20;

    /// <summary>Longer than an editor takes from one stroke of a file to the next.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    /// <summary>The site, or every problem of the file and of the profiles it names. A file that is not there is a <see cref="Refusal"/>.</summary>
    public static Checked<LoadedSite> Load(string path, ProfileSource profiles) => Parse(ReadText(path), path, profiles);

    /// <summary>The same from a text at hand; <paramref name="label"/> names it in problems.</summary>
    public static Checked<LoadedSite> Parse(string text, string label, ProfileSource profiles)
    {
        var yaml = YamlReader.Read(text, label);
        if (yaml.Value is not { } root)
            return new(null, yaml.Problems);
        var site = SiteFile.Read(root, profiles.Find, profiles.Names);
        // A site file is not to blame for what stands in a broken profile: its own words come last.
        ImmutableArray<Problem> problems = [.. profiles.Problems, .. site.Problems];
        var usable = site.Value is not null && !problems.Any(problem => problem.Severity == Severity.Error);
        return new(usable ? new(site.Value!, Hash(text), text) : null, problems);
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The text of a file by the name its problems carry, for the printer.</summary>
    public static Func<string, string?> TextsOf(string path, ProfileSource profiles) => label => label == path ? ReadText(path) : profiles.TextOf(label);

    /// <summary>The text of a file that nobody is writing: two looks a moment apart, each at the whole file, must agree. Null when they do not within a few tries;
    /// <see cref="Refusal"/> when it cannot be read.</summary>
    public static async Task<string?> SettledTextAsync(string path, TimeProvider time)
    {
        var before = WholeText(path);
        for (var look = 0; look < MostLooks; look++)
        {
            await Task.Delay(Moment, time);
            var now = WholeText(path);
            if (now is not null && now == before)
                return now;
            before = now;
        }
        return null;
    }

    /// <summary>Null when the file has changed under the look: by its length or its time.</summary>
    private static string? WholeText(string path) => Guarded(path, () =>
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var (length, at) = (RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
        if (length > MostBytes)
            throw new Refusal(Exit.ConfigurationInvalid, "site_unreadable", $"{path} is larger than {MostBytes >> 20} MiB", "a site file has a few hundred lines: name the right one with --site");
        var bytes = new byte[length + 1];
        if (RandomAccess.Read(file, bytes, 0) != length || RandomAccess.GetLength(file) != length || File.GetLastWriteTimeUtc(file) != at)
            return null;
        using StreamReader reader = new(new MemoryStream(bytes, 0, (int)length));
        return reader.ReadToEnd();
    });

    /// <summary>The text of the file as it is at one moment. <see cref="Refusal"/> when it cannot be read.</summary>
    public static string ReadText(string path) => Guarded(path, () => File.ReadAllText(path));

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Refusal(Exit.ConfigurationInvalid, "site_missing", $"there is no site file {path}", $"write one (the example is in the documentation), or name it with --site");
        }
        catch (UnauthorizedAccessException)
        {
            throw new Refusal(Exit.NoPermission, "no_permission", $"{path} may not be read", "it belongs to the service: use sudo, or name another file with --site");
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.ConfigurationInvalid, "site_unreadable", $"{path} cannot be read: {failure.Message}", "name the file with --site");
        }
    }
}
