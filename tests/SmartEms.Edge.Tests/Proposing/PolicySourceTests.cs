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

    private PolicySigner[] Known => [new("anna", key)];

    private string Refused() => Assert.Throws<PolicyFileException>(() => PolicySource.Read(file, Known)).Message;

    [Fact]
    public void A_signed_file_is_taken()
    {
        Write(PolicyFileTests.Drawn(4).Write(), key);
        var signed = PolicySource.Read(file, Known);
        Assert.Equal(PolicyFileTests.Drawn(4).Hash(), signed.Policy.Hash());
        Assert.Equal("anna", signed.By);
    }

    [Fact]
    public void A_strangers_signature_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(PolicyFileTests.Drawn(4).Write(), stranger);
        Assert.Contains("none of the 1 known keys has signed it", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_changed_after_signing_is_refused()
    {
        Write(PolicyFileTests.Drawn(4).Write(), key);
        File.WriteAllBytes(file, PolicyFileTests.Drawn(5).Write());
        Assert.Contains("has signed it", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signed_file_that_is_unsound_is_refused_by_name()
    {
        Write(PolicyFileTests.Drawn(4).Write()[..5_000], key);
        Assert.Contains("cut short", Refused(), StringComparison.Ordinal);
        Assert.StartsWith(file, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_signature_nothing_is_taken()
    {
        File.WriteAllBytes(file, PolicyFileTests.Drawn(4).Write());
        Assert.Contains(file + PolicySource.SignatureSuffix, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_kept_on_the_box_is_taken_only_whole()
    {
        var directory = Directory.CreateTempSubdirectory("policy").FullName;
        try
        {
            Assert.Null(PolicySource.Kept(directory, () => throw new InvalidOperationException("keys are read for nothing")));
            var bytes = PolicyFileTests.Drawn(4).Write();
            var together = PolicySource.Together(bytes, key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            var kept = Path.Combine(directory, PolicySource.KeptName);
            File.WriteAllBytes(kept, together);
            Assert.Equal(PolicyFileTests.Drawn(4).Hash(), PolicySource.Kept(directory, () => Known)!.Policy.Hash());
            for (var length = 0; length < together.Length; length += length < 200 ? 1 : 997)
            {
                File.WriteAllBytes(kept, together[..length]);
                Assert.Throws<PolicyFileException>(() => PolicySource.Kept(directory, () => Known));
            }
            for (var at = 0; at < together.Length; at += at < 200 ? 1 : 997)
            {
                var changed = together.ToArray();
                changed[at] ^= 1;
                File.WriteAllBytes(kept, changed);
                Assert.Throws<PolicyFileException>(() => PolicySource.Kept(directory, () => Known));
            }
            File.WriteAllBytes(kept, [.. together, 0]);
            Assert.Throws<PolicyFileException>(() => PolicySource.Kept(directory, () => Known));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void What_is_built_in_is_sound() => Assert.Equal(Network.Weights, PolicySource.BuiltIn().Network.Values.Length);
}
