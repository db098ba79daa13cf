using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>A policy file is whole and sound, or it is refused by name.</summary>
public class PolicyFileTests
{
    internal static PolicyFile Drawn(ulong seed)
    {
        var chance = new SeededRandom(seed);
        var weights = new float[Network.Weights];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (float)chance.Between(-0.3, 0.3);
        return new(new(weights), FeatureBox.Everything, "seed=1 date=2026-11-27 Ωμέγα");
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var (file, bytes) = (Drawn(1), Drawn(1).Write());
        var read = PolicyFile.Read(bytes);
        Assert.True(read.Network.Values.SequenceEqual(file.Network.Values));
        Assert.Equal(file.Record, read.Record);
        Assert.Equal(bytes, read.Write());
        Assert.InRange(bytes.Length, 10_000, PolicyFile.MostBytes);
        Assert.Equal(file.Hash(), read.Hash());
    }

    [Fact]
    public void One_changed_bit_anywhere_is_refused()
    {
        var bytes = Drawn(1).Write();
        for (var at = 0; at < bytes.Length; at += 97)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            Assert.Throws<PolicyFileException>(() => PolicyFile.Read(changed));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(5_000)]
    [InlineData(-1)]
    public void A_truncated_file_is_refused(int length)
    {
        var bytes = Drawn(1).Write();
        var refusal = Assert.Throws<PolicyFileException>(() => PolicyFile.Read(bytes.AsSpan(0, length < 0 ? bytes.Length + length : length)));
        Assert.Contains("cut short", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_none_is_refused()
    {
        var refusal = Assert.Throws<PolicyFileException>(() => PolicyFile.Read(Again(bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(32 + 400), float.NaN))));
        Assert.Contains("number 100 is not finite", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_shape_is_refused()
    {
        var refusal = Assert.Throws<PolicyFileException>(() => PolicyFile.Read(Again(bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), 73))));
        Assert.Contains("layer 0 has 73 places", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_version_and_another_kind_are_refused()
    {
        Assert.Contains("version is 3", Assert.Throws<PolicyFileException>(() => PolicyFile.Read(Again(bytes => bytes[8] = 3))).Message, StringComparison.Ordinal);
        Assert.Contains("no policy file", Assert.Throws<PolicyFileException>(() => PolicyFile.Read(Again(bytes => bytes[0] = 0))).Message, StringComparison.Ordinal);
    }

    /// <summary>A file changed with its checksum made to fit again.</summary>
    private static byte[] Again(Action<byte[]> change)
    {
        var bytes = Drawn(1).Write();
        change(bytes);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }
}
