using System.Security.Cryptography;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Adapters.Sqlite;

/// <summary>The device's own key (ECDSA P-256), made at the first start beside the store and readable by its owner only. The public halves of all keys
/// this store ever had lie in a second file, so that old checkpoints can be checked after a key was replaced.</summary>
public sealed class DeviceKey : IDisposable
{
    public const string FileName = "device-key.pem";
    public const string PublicFileName = "device-key.pub.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const int MostBytes = 65_536;

    private readonly ECDsa _key;

    private DeviceKey(ECDsa key, string? replaced) => (_key, Replaced) = (key, replaced);

    /// <summary>In words why a new key had to be made although there was one; null when nothing happened.</summary>
    public string? Replaced { get; }

    /// <summary>The key of a directory, made when there is none. What is no key is moved aside under <paramref name="aside"/> and kept.</summary>
    /// <exception cref="StoreException">Others may read it, or this user may not.</exception>
    public static DeviceKey OpenOrMake(string directory, string aside)
    {
        var file = Path.Combine(directory, FileName);
        try
        {
            string? replaced = null;
            if (File.Exists(file))
            {
                Refuse(file);
                if (Read(file) is { } key)
                {
                    Publish(directory, key, aside);
                    return new(key, null);
                }

                File.Move(file, file + aside);
                replaced = $"{file} held no key (kept as {Path.GetFileName(file + aside)}); a new one was made";
            }

            return new(Make(directory, file, aside), replaced);
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreException.About(file, $"cannot be used: {e.Message.TrimEnd('.')}", "give it to the user smartems (chown smartems FILE; chmod 600 FILE)");
        }
    }

    /// <summary>The public keys of a file of PEM blocks.</summary>
    /// <exception cref="StoreException">Unreadable, or it holds no public key.</exception>
    public static IReadOnlyList<ECDsa> ReadPublic(string file)
    {
        try
        {
            var keys = Publics(File.ReadAllText(file));
            return keys.Count > 0 ? keys : throw StoreException.About(file, "holds no public key", "name the file device-key.pub.pem of the box that wrote the ledger");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw StoreException.About(file, $"cannot be read: {e.Message.TrimEnd('.')}", "name the file with --public-key");
        }
    }

    /// <summary>Signs in the box's name; what is signed must begin with words that keep it from meaning anything elsewhere.</summary>
    public byte[] Sign(Func<ECDsa, byte[]> sign) => sign(_key);

    /// <summary>A signed checkpoint as the body of an entry.</summary>
    internal byte[] Sign(LedgerHead head, Instant at) => LedgerCheckpoint.Sign(head, at, _key).ToBytes();

    public void Dispose() => _key.Dispose();

    private static void Refuse(string file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            throw StoreException.About(file, "is a private key that others may read or write", $"chmod 600 {file}; if somebody may have read it, move it away and a new one is made");
    }

    private static ECDsa? Read(string file)
    {
        if (new FileInfo(file).Length > MostBytes)
            return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            _ = LedgerCheckpoint.Sign(default, default, key);
            if (key.KeySize == 256)
                return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Not a key, or only half of one.
        }

        key.Dispose();
        return null;
    }

    private static ECDsa Make(string directory, string file, string aside)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Publish(directory, key, aside); // first, so that no checkpoint can exist whose key nobody knows
        Write(file, key.ExportPkcs8PrivateKeyPem() + "\n", OwnerOnly);
        return key;
    }

    private static void Publish(string directory, ECDsa key, string aside)
    {
        var file = Path.Combine(directory, PublicFileName);
        var before = File.Exists(file) && new FileInfo(file).Length <= MostBytes ? File.ReadAllText(file) : "";
        var known = Publics(before);
        var id = LedgerCheckpoint.IdOf(key);
        var isKnown = known.Any(one => LedgerCheckpoint.IdOf(one) == id);
        var pem = string.Concat(known.Select(one => one.ExportSubjectPublicKeyInfoPem() + "\n"));
        foreach (var one in known)
            one.Dispose();
        if (isKnown)
            return;
        if (known.Count == 0 && before.Length > 0)
            File.Move(file, file + aside, overwrite: true);
        Write(file, pem + key.ExportSubjectPublicKeyInfoPem() + "\n", OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static List<ECDsa> Publics(string text)
    {
        var keys = new List<ECDsa>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var place))
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(rest[place.Location]);
                keys.Add(key);
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                key.Dispose();
            }

            rest = rest[place.Location.End.Value..];
        }

        return keys;
    }

    /// <summary>A file that is whole or not there: written aside, synced, renamed, and its name synced.</summary>
    private static void Write(string file, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using (var stream = new FileStream(file + ".new", options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + ".new", file, overwrite: true);
        Descriptor.SyncDirectory(Path.GetDirectoryName(file)!);
    }
}
