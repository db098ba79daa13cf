using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What was wrong with a table of departures, in words.</summary>
public sealed class LeaveTreesException(string message) : Exception(message);

/// <summary>The chance that a car leaves within a quarter-hour, learnt from the stays of many users: boosted trees over <see cref="StayFeatures"/>, four questions deep.
/// Each tree asks "is this number at most so much?"; what is not known takes the way of the larger.</summary>
/// <param name="Base">Log-odds before the first tree.</param>
/// <param name="Features">15 a tree: the question's number, from the root down, left before right.</param>
/// <param name="Limits">As many: at most so much goes left.</param>
/// <param name="Leaves">16 a tree: what it adds to the log-odds.</param>
public sealed record LeaveTrees(double Base, byte[] Features, float[] Limits, float[] Leaves)
{
    public const int Depth = 4;
    public const int Questions = (1 << Depth) - 1;
    public const int Ends = 1 << Depth;
    public const int MostTrees = 1_000;

    /// <summary>The steps it was learnt for, h.</summary>
    public const double StepHours = 0.25;

    private const int Version = 1;
    private const int Head = 8 + 4 + 4 + 4 + 8;

    /// <summary>Nobody leaves ever, or at once, for certain.</summary>
    private const double MostOdds = 12;

    private const string Resource = "leaving";

    private static readonly Lazy<LeaveTrees> Embedded = new(FromAssembly);

    private static ReadOnlySpan<byte> Magic => "SELEAVES"u8;

    /// <summary>Those that ship, learnt from 81 users in Trondheim (Sørensen et al., Data in Brief 36:107105, CC BY 4.0).</summary>
    public static LeaveTrees Shipped => Embedded.Value;

    public int Trees => Leaves.Length / Ends;

    /// <summary>The chance to leave within a quarter-hour, 0–1.</summary>
    /// <param name="row">Of <see cref="StayFeatures"/>.</param>
    public double Chance(ReadOnlySpan<float> row)
    {
        var odds = Base;
        for (var tree = 0; tree < Trees; tree++)
        {
            var (at, first) = (0, tree * Questions);
            for (var level = 0; level < Depth; level++)
                at = (2 * at) + (row[Features[first + at]] <= Limits[first + at] ? 1 : 2);
            odds += Leaves[(tree * Ends) + at - Questions];
        }
        return 1 / (1 + Exponential(-Math.Clamp(odds, -MostOdds, MostOdds)));
    }

    /// <summary>e to that power, within a millionth of it between -12 and 12: (1 + x/4096 + half its square) to the 4,096th.</summary>
    private static double Exponential(double power)
    {
        var part = power / 4_096;
        var grown = 1 + part + (part * part / 2);
        for (var i = 0; i < 12; i++)
            grown *= grown;
        return grown;
    }

    /// <summary>As bytes: a magic word, version, features and trees, base, then features, limits and leaves, little-endian, and the SHA-256 of all that.</summary>
    public byte[] Write()
    {
        var bytes = new byte[Length(Trees)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), StayFeatures.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Trees);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(20), Base);
        Features.CopyTo(bytes, Head);
        var at = Head + Features.Length;
        foreach (var part in new[] { Limits, Leaves })
            foreach (var value in part)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
                at += 4;
            }
        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Throws <see cref="LeaveTreesException"/> for whatever is not a whole and sound table for these features.</summary>
    public static LeaveTrees Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Head + SHA256.HashSizeInBytes)
            throw new LeaveTreesException("it is cut short");
        if (!bytes[..8].SequenceEqual(Magic))
            throw new LeaveTreesException("it is no table of departures");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is var version && version != Version)
            throw new LeaveTreesException($"its version is {version}, this program reads {Version}");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) is var features && features != StayFeatures.Count)
            throw new LeaveTreesException($"it asks for {features} numbers, this program knows {StayFeatures.Count}");
        var trees = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (trees is < 0 or > MostTrees || bytes.Length != Length(trees))
            throw new LeaveTreesException("its length is not what it says: it is cut short or something was added");
        if (!SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new LeaveTreesException("its checksum does not fit: it was changed");
        var questions = bytes.Slice(Head, trees * Questions).ToArray();
        foreach (var question in questions)
            if (question >= StayFeatures.Count)
                throw new LeaveTreesException($"it asks for number {question} of {StayFeatures.Count}");
        var start = BinaryPrimitives.ReadDoubleLittleEndian(bytes[20..]);
        var limits = Head + questions.Length;
        var leaves = limits + (4 * questions.Length);
        return double.IsFinite(start)
            ? new(start, questions, Floats(bytes[limits..leaves]), Floats(bytes[leaves..^SHA256.HashSizeInBytes]))
            : throw new LeaveTreesException("its base is not finite");
    }

    private static int Length(int trees) => Head + (trees * ((5 * Questions) + (4 * Ends))) + SHA256.HashSizeInBytes;

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / 4];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            if (!float.IsFinite(values[i]))
                throw new LeaveTreesException($"its number {i} is not finite");
        }
        return values;
    }

    private static LeaveTrees FromAssembly()
    {
        using var stream = typeof(LeaveTrees).Assembly.GetManifestResourceStream(Resource) ?? throw new LeaveTreesException("the program was built without it");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(bytes);
    }
}
