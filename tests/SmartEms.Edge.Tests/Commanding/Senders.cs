using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Tests.Commanding;

/// <summary>A root, operators with their keys, and a gate that knows them.</summary>
internal sealed class Senders : IDisposable
{
    public static readonly Instant Now = Instant.From(new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));

    private ulong counter;

    public Senders()
    {
        List = OperatorKeys.Sign(1, [Of("ada", CommandRole.Admin, Ada), Of("bob", CommandRole.Admin, Bob), Of("eve", CommandRole.Viewer, Eve)], Root);
        WithReceiver = OperatorKeys.Read(OperatorKeys.Sign(2, [Of("ada", CommandRole.Admin, Ada), Of("ingest", CommandRole.Receiver, Receiver)], Root), Root);
        Gate = new(Device, OperatorKeys.Read(List, Root), ImmutableDictionary<ulong, ulong>.Empty);
    }

    public static byte[] Device { get; } = CommandEnvelope.DeviceOf("acme", Given.Site().Id, "box-1");

    public ECDsa Root { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public ECDsa Ada { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public ECDsa Bob { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public ECDsa Eve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public ECDsa Stranger { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public ECDsa Receiver { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public byte[] List { get; }

    /// <summary>A list that names a receiver.</summary>
    public OperatorKeys WithReceiver { get; }
    public CommandGate Gate { get; set; }

    public static OperatorKey Of(string name, CommandRole role, ECDsa key) => new(name, role, key.ExportSubjectPublicKeyInfo());

    public CommandEnvelope Envelope(CommandVerb verb, string body, ECDsa? key = null) => new(CommandSignature.IdOf(key ?? Ada), Device, RandomNumberGenerator.GetBytes(16), ++counter)
    {
        NotBefore = new(Now.UnixMilliseconds - 1_000),
        NotAfter = new(Now.UnixMilliseconds + 200_000),
        Verb = (ushort)verb,
        Body = Encoding.UTF8.GetBytes(body),
    };

    public byte[] Limit(double watts = 4_200) => Envelope(CommandVerb.LimitImport, FormattableString.Invariant($$"""{"w":{{watts}},"lease_s":900,"reason":"grid"}""")).Sign(Ada);

    public CommandRefusal Check(byte[] bytes, Instant? now = null, bool isTrusted = true, long uptimeMs = 0)
    {
        var verdict = Gate.Check(bytes, now ?? Now, isTrusted, uptimeMs);
        if (verdict.Command is { } command)
            Gate.Count(command);
        return verdict.Refusal;
    }

    public void Dispose()
    {
        foreach (var key in (ECDsa[])[Root, Ada, Bob, Eve, Stranger, Receiver])
            key.Dispose();
    }
}
