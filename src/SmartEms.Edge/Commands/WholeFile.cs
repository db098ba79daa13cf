using System.Globalization;
using System.Text;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Commands;

/// <summary>A file that is there whole or not at all: written under another name beside its place, made durable, then renamed.</summary>
internal sealed class WholeFile : IDisposable
{
    private readonly string path;
    private readonly string part;
    private readonly bool replaces;
    private readonly FileStream stream;

    private WholeFile(string path, bool replaces)
    {
        (this.path, this.replaces, part) = (path, replaces, PartOf(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        stream = new(part, FileMode.Create, FileAccess.Write);
        Text = new(stream, new UTF8Encoding(false), 64 * 1024) { NewLine = "\n" };
    }

    public StreamWriter Text { get; }

    /// <summary>The name a file has until it is whole.</summary>
    public static string PartOf(string path, string who) => $"{path}.{who}.part";

    /// <summary>Begins a file. <see cref="Refusal"/> when it exists and must not be replaced, or cannot be made there.</summary>
    public static WholeFile Begin(string path, bool replaces)
    {
        if (Directory.Exists(path))
            throw new Refusal(Exit.Usage, "file_is_directory", $"{path} is a directory", "name a file in it");
        if (!replaces && File.Exists(path))
            throw Exists(path);
        try
        {
            return new(path, replaces);
        }
        catch (UnauthorizedAccessException)
        {
            throw new Refusal(Exit.NoPermission, "no_permission", $"you may not write {path}", "name a file in a directory of yours");
        }
        catch (DirectoryNotFoundException)
        {
            throw new Refusal(Exit.Failed, "directory_missing", $"there is no directory {Path.GetDirectoryName(Path.GetFullPath(path))}", "make it first, or name another file");
        }
    }

    /// <summary>Adds bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

    /// <summary>Gives it owner, group and rights of the file that it will replace. <see cref="UnauthorizedAccessException"/> when that may not be done.</summary>
    public void LikeTheOneThere() => Ownership.Copy(path, stream.SafeFileHandle);

    /// <summary>Puts the file in its place; it stays there through a power cut from here on.</summary>
    public void Finish()
    {
        Text.Flush();
        stream.Flush(flushToDisk: true);
        Text.Dispose();
        if (!replaces && File.Exists(path))
            throw Exists(path);
        File.Move(part, path, replaces);
        NameChanges.Keep(path);
    }

    /// <summary>Takes away what was not finished.</summary>
    public void Dispose()
    {
        // Not through the writer: its last flush could fail on a full disk and hide what went wrong before.
        stream.Dispose();
        File.Delete(part);
    }

    private static Refusal Exists(string path) => new(Exit.Failed, "file_exists", $"{path} exists already", "name another file, or replace it with --force");
}
