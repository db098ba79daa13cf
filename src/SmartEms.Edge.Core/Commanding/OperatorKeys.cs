using System.Collections.Immutable;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>A person's or a program's key and what it may do.</summary>
/// <param name="Info">The public key (X.509 SubjectPublicKeyInfo, P-256).</param>
public sealed record OperatorKey(string Name, CommandRole Role, byte[] Info);

/// <summary>The keys whose commands are heard: a list with a version, signed by the root key that was pinned at commissioning and lies in no box. A key is taken
/// back by a list with a higher version that lacks it.</summary>
public sealed class OperatorKeys : IDisposable
{
    public const int MostKeys = 32;

    private const byte Form = 1;
    private const int MostName = 60;

    private readonly Dictionary<ulong, (OperatorKey Key, ECDsa Public)> byId = [];

    private OperatorKeys(long version) => Version = version;

    public static OperatorKeys None { get; } = new(0);

    public long Version { get; }
    public IEnumerable<(ulong Id, OperatorKey Key)> All => byId.Select(one => (one.Key, one.Value.Key));

    private static ReadOnlySpan<byte> Words => "SmartEms operator keys 1\0"u8;

    /// <summary>A signed list as bytes.</summary>
    public static byte[] Sign(long version, ImmutableArray<OperatorKey> keys, ECDsa root)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Whole(version);
        to.Count((ulong)keys.Length);
        foreach (var key in keys)
        {
            to.Text(key.Name);
            to.Byte((byte)key.Role);
            to.Bytes(key.Info);
        }
        return [.. to.Written, .. CommandSignature.Sign(root, Words, to.Written)];
    }

    /// <summary>The list, when the root signed it and every key in it is one; else <see cref="InvalidDataException"/> with what is wrong.</summary>
    public static OperatorKeys Read(ReadOnlySpan<byte> bytes, ECDsa root)
    {
        if (bytes.Length < CommandSignature.Bytes)
            throw new InvalidDataException("this is no list of operator keys");
        var signed = bytes[..^CommandSignature.Bytes];
        if (!CommandSignature.IsSignedBy(root, Words, signed, bytes[^CommandSignature.Bytes..]))
            throw new InvalidDataException("the list of operator keys is not signed by the root key that was pinned here");
        var from = new WireReader(signed);
        if (from.Byte() != Form)
            throw new InvalidDataException("a list of operator keys in an unknown form");
        var list = new OperatorKeys(from.Whole(1, long.MaxValue));
        var count = from.Length();
        if (count > MostKeys)
            throw new InvalidDataException($"{count} operator keys, at most {MostKeys} are read");
        for (var i = 0; i < count; i++)
            list.Add(new(from.Text(), WireReader.Known((CommandRole)from.Byte()), from.Bytes().ToArray()));
        return from.IsAtEnd ? list : throw new InvalidDataException("something follows the list of operator keys");
    }

    /// <summary>Somebody is named whose acknowledgements are heard, and nobody else's.</summary>
    public bool HasReceiver { get; private set; }

    public (OperatorKey Key, ECDsa Public)? Find(ulong id) => byId.TryGetValue(id, out var found) ? found : null;

    private void Add(OperatorKey key)
    {
        if (key.Name.Length is 0 or > MostName)
            throw new InvalidDataException($"an operator's name has 1 to {MostName} letters");
        if (CommandSignature.PublicKey(key.Info) is not { } known)
            throw new InvalidDataException($"the key of {key.Name} is no ECDSA P-256 key");
        if (!byId.TryAdd(CommandSignature.IdOf(known), (key, known)))
            throw new InvalidDataException($"the key of {key.Name} stands in the list twice");
        HasReceiver |= key.Role == CommandRole.Receiver;
    }

    public void Dispose()
    {
        foreach (var (_, known) in byId.Values)
            known.Dispose();
    }
}
