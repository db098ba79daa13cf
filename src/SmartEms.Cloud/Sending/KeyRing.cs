using System.Collections.Immutable;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Commanding;

namespace SmartEms.Cloud.Sending;

/// <summary>Keys of the sender in PEM files: made, listed and signed.</summary>
internal static class KeyRing
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes NAME.key.pem, readable by its owner only, and NAME.pub.pem.</summary>
    public static string Make(string name)
    {
        if (File.Exists($"{name}.key.pem"))
            throw new UsageException($"{name}.key.pem is there already");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new StreamWriter($"{name}.key.pem", options))
            file.WriteLine(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText($"{name}.pub.pem", key.ExportSubjectPublicKeyInfoPem() + "\n");
        return $"{CommandSignature.IdOf(key):x16}";
    }

    public static ECDsa Read(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException or IOException)
        {
            key.Dispose();
            throw new UsageException($"{file} holds no key: {failure.Message}");
        }
    }

    /// <summary>Signs a list of keys: one "role name file.pub.pem" per line.</summary>
    public static byte[] List(long version, string[] lines, ECDsa root)
    {
        var keys = ImmutableArray.CreateBuilder<OperatorKey>();
        foreach (var line in lines.Where(line => line.Trim().Length > 0))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 3 || !Enum.TryParse<CommandRole>(parts[0], ignoreCase: true, out var role) || !Enum.IsDefined(role))
                throw new UsageException($"'{line}' is no line of keys: as in operator ada ada.pub.pem; roles are viewer, operator, admin, receiver");
            using var key = Read(parts[2]);
            keys.Add(new(parts[1], role, key.ExportSubjectPublicKeyInfo()));
        }
        return OperatorKeys.Sign(version, keys.ToImmutable(), root);
    }
}
