using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>What was wrong with a policy file, in words.</summary>
public sealed class PolicyFileException(string message) : Exception(message);

/// <summary>For each feature the band in which training saw nearly all of it.</summary>
public sealed record FeatureBox(float[] Low, float[] High)
{
    public static FeatureBox Everything { get; } = new(Filled(float.MinValue), Filled(float.MaxValue));

    public int Strangers(ReadOnlySpan<float> features)
    {
        var strangers = 0;
        for (var i = 0; i < features.Length; i++)
            if (!(features[i] >= Low[i] && features[i] <= High[i]))
                strangers++;
        return strangers;
    }

    private static float[] Filled(float value)
    {
        var all = new float[Features.Count];
        Array.Fill(all, value);
        return all;
    }
}

/// <summary>A policy as bytes: a magic word, version and shape, weights and box as little-endian 32-bit floats, the record of its training as UTF-8, and the
/// SHA-256 of all that. At most 20,000 bytes.</summary>
public sealed record PolicyFile(Network Network, FeatureBox Box, string Record)
{
    public const int MostBytes = 20_000;
    private const int Version = 2;
    private const int Head = 8 + 4 + (4 * 4) + 4;
    private static readonly int[] Shape = [Network.Inputs, Network.First, Network.Second, Network.Outputs];

    private static ReadOnlySpan<byte> Magic => "SEPOLICY"u8;

    /// <summary>The plan alone, as a policy.</summary>
    public static PolicyFile PlanAlone { get; } = new(Network.Zero, FeatureBox.Everything, "");

    public byte[] Write()
    {
        var record = Encoding.UTF8.GetBytes(Record);
        var floats = Network.Weights + (2 * Features.Count);
        var bytes = new byte[Head + (4 * floats) + record.Length + SHA256.HashSizeInBytes];
        if (bytes.Length > MostBytes)
            throw new PolicyFileException($"the policy has {bytes.Length} bytes, at most {MostBytes}");
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        for (var i = 0; i < Shape.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12 + (4 * i)), Shape[i]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), record.Length);
        var at = Head;
        foreach (var part in new[] { Network.Values.ToArray(), Box.Low, Box.High })
            foreach (var value in part)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
                at += 4;
            }
        record.CopyTo(bytes, at);
        SHA256.HashData(bytes.AsSpan(0, at + record.Length), bytes.AsSpan(at + record.Length));
        return bytes;
    }

    /// <summary>Throws <see cref="PolicyFileException"/> for whatever is not a whole and sound policy of this shape.</summary>
    public static PolicyFile Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostBytes)
            throw new PolicyFileException($"it has {bytes.Length} bytes, at most {MostBytes}");
        if (bytes.Length < Head + SHA256.HashSizeInBytes)
            throw new PolicyFileException("it is cut short");
        if (!bytes[..8].SequenceEqual(Magic))
            throw new PolicyFileException("it is no policy file");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is var version && version != Version)
            throw new PolicyFileException($"its version is {version}, this program reads {Version}");
        for (var i = 0; i < Shape.Length; i++)
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes[(12 + (4 * i))..]) is var size && size != Shape[i])
                throw new PolicyFileException($"layer {i} has {size} places, this program wants {Shape[i]}");
        var (record, floats) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]), Network.Weights + (2 * Features.Count));
        if (record < 0 || record > MostBytes || bytes.Length != Head + (4 * floats) + record + SHA256.HashSizeInBytes)
            throw new PolicyFileException("its length is not what it says: it is cut short or something was added");
        if (!SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new PolicyFileException("its checksum does not fit: it was changed");
        var values = bytes.Slice(Head, 4 * floats);
        var box = values[(4 * Network.Weights)..];
        return new(new(Floats(values[..(4 * Network.Weights)])), new(Floats(box[..(4 * Features.Count)]), Floats(box[(4 * Features.Count)..])),
            Encoding.UTF8.GetString(bytes.Slice(Head + (4 * floats), record)));
    }

    /// <summary>Hex; what records name it by.</summary>
    public string Hash() => Convert.ToHexStringLower(Write().AsSpan()[^SHA256.HashSizeInBytes..]);

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / 4];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            if (!float.IsFinite(values[i]))
                throw new PolicyFileException($"its number {i} is not finite");
        }
        return values;
    }
}
