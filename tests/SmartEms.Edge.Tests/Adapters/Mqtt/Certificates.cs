using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A certificate authority of the test's own, writing PEM files.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly string folder;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;

    public Certificates(string folder, string name)
    {
        (this.folder, Root) = (folder, Path.Combine(folder, $"{name}.ca.pem"));
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Root, root.ExportCertificatePem());
    }

    /// <summary>The file that is trusted.</summary>
    public string Root { get; }

    /// <summary>Writes NAME.pem and NAME.key.</summary>
    public (string Certificate, string Key) Issue(string name, string? host = null, bool isExpired = false)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (host is null || host == "127.0.0.1")
            names.AddIpAddress(IPAddress.Loopback);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var issued = request.Create(root, now.AddDays(-20), isExpired ? now.AddDays(-10) : now.AddDays(10), RandomNumberGenerator.GetBytes(8));
        var (certificate, secret) = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        File.WriteAllText(certificate, issued.ExportCertificatePem());
        File.WriteAllText(secret, own.ExportPkcs8PrivateKeyPem());
        return (certificate, secret);
    }

    public void Dispose()
    {
        key.Dispose();
        root.Dispose();
    }
}
