using System.Security.Cryptography;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Commanding;

namespace SmartEms.Edge.Syncing;

/// <summary>The operators' root key as it was pinned at commissioning, and the newest list of keys it signed; both lie beside the store.</summary>
internal sealed class KeyFiles(string directory)
{
    public const string RootName = "operator-root.pub.pem";
    public const string ListName = "operator-keys.bin";
    private const int MostBytes = 65_536;

    public string Directory => directory;
    public string RootFile => Path.Combine(directory, RootName);
    public string ListFile => Path.Combine(directory, ListName);
    public bool IsPinned => File.Exists(RootFile);

    /// <summary>The keys that are heard; none where nothing was pinned or no list is there. <see cref="InvalidDataException"/> when a file is not what it should be,
    /// <see cref="IOException"/> when it cannot be read.</summary>
    public OperatorKeys Read()
    {
        if (!IsPinned || !File.Exists(ListFile))
            return OperatorKeys.None;
        using var root = Root();
        return OperatorKeys.Read(Bytes(ListFile), root);
    }

    public ECDsa Root() => RootOf(RootFile);

    public static ECDsa RootOf(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(System.Text.Encoding.ASCII.GetString(Bytes(file)));
            if (CommandSignature.PublicKey(key.ExportSubjectPublicKeyInfo()) is { } known)
                return known;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            // said below
        }
        finally
        {
            key.Dispose();
        }
        throw new InvalidDataException($"{file} holds no ECDSA P-256 key");
    }

    /// <summary>Takes a list into use; <see cref="InvalidDataException"/> when the root did not sign it, or it is not newer.</summary>
    public OperatorKeys Install(byte[] list)
    {
        if (!IsPinned)
            throw new InvalidDataException("no root key was pinned on this box: smartems keys pin FILE");
        using var root = Root();
        var keys = OperatorKeys.Read(list, root);
        if (Read().Version is var known && keys.Version <= known)
            throw new InvalidDataException($"the list has version {keys.Version}, and version {known} is in force: only a newer one is taken");
        Keep(ListFile, list);
        return keys;
    }

    public void Pin(byte[] pem) => Keep(RootFile, pem);

    public static byte[] Bytes(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > MostBytes)
            throw new InvalidDataException($"{file} is too large");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Whole or not there: written beside its place, made durable, renamed.</summary>
    public static void Keep(string file, byte[] bytes)
    {
        using (var stream = new FileStream(file + ".new", FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(file + ".new", file, overwrite: true);
        NameChanges.Keep(file);
    }
}
