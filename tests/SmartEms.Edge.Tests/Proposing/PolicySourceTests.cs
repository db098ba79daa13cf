using System.Security.Cryptography;
using SmartEms.Edge.Core.Proposing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>A policy of the box leads only when one of the known keys has signed exactly these bytes.</summary>
public sealed class PolicySourceTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        File.Delete(file);
        File.Delete(file + PolicySource.SignatureSuffix);
        key.Dispose();
    }

    private void Write(byte[] bytes, ECDsa by)
    {
        File.WriteAllBytes(file, bytes);
        File.WriteAllBytes(file + PolicySource.SignatureSuffix, by.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public void A_signed_file_is_taken()
    {
        Write(PolicyFileTests.Drawn(4).Write(), key);
        var (policy, why) = PolicySource.Read(file, [key]);
        Assert.Null(why);
        Assert.Equal(PolicyFileTests.Drawn(4).Hash(), policy!.Hash());
    }

    [Fact]
    public void A_strangers_signature_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(PolicyFileTests.Drawn(4).Write(), stranger);
        var (policy, why) = PolicySource.Read(file, [key]);
        Assert.Null(policy);
        Assert.Contains("none of the 1 known keys has signed it", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_changed_after_signing_is_refused()
    {
        Write(PolicyFileTests.Drawn(4).Write(), key);
        File.WriteAllBytes(file, PolicyFileTests.Drawn(5).Write());
        Assert.Null(PolicySource.Read(file, [key]).Policy);
    }

    [Fact]
    public void A_signed_file_that_is_unsound_is_refused_by_name()
    {
        Write(PolicyFileTests.Drawn(4).Write()[..5_000], key);
        Assert.Contains("cut short", PolicySource.Read(file, [key]).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_signature_nothing_is_taken()
    {
        File.WriteAllBytes(file, PolicyFileTests.Drawn(4).Write());
        Assert.Null(PolicySource.Read(file, [key]).Policy);
    }

    [Fact]
    public void What_is_built_in_is_sound() => Assert.Equal(Network.Weights, PolicySource.BuiltIn().Network.Values.Length);
}
