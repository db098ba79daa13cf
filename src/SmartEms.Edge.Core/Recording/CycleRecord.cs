using System.Collections.Immutable;
using System.Security.Cryptography;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Everything one cycle saw and gave: enough to ask why, and to think it again and get the same bytes.</summary>
public sealed record CycleRecord(
    Slot Slot,
    ProcessImage Image,
    Memory Before,
    Decision Decision,
    ImmutableArray<Finding> Findings)
{
    /// <summary>Version of this form; a reader refuses what it does not know. Form 1 lacks the hashes of policy and profiles and the build.
    /// A record whose image knows of more than the devices say is of form 7 (of form 6 before it told what plan and policy would have done), one that tells of a trouble of the box is of form 5, one that carries orders of form 4, one with contacts only of form 3, one without any
    /// still of form 2, byte by byte as before.</summary>
    public const byte FormVersion = 7;

    private const byte WithoutShadows = 6;

    private const byte WithoutOutside = 5;

    private const byte WithoutBox = 4;
    private const byte WithoutOrders = 3;
    private const byte WithoutContacts = 2;

    /// <summary>SHA-256 of the site file's text the cycle ran under, hex.</summary>
    public required string SiteHash { get; init; }
    public required string PolicyName { get; init; }
    public required PolicyMode PolicyMode { get; init; }

    /// <summary>SHA-256 of what the policy is made of (name, weights), hex; empty in records of form 1.</summary>
    public string PolicyHash { get; init; } = "";

    /// <summary>SHA-256 of the list of the profiles used, one "name hash" per line in order of names, hex; list and profiles are kept as texts by their
    /// hashes. Empty in records of form 1.</summary>
    public string ProfilesHash { get; init; } = "";

    /// <summary>Version of the program that thought it.</summary>
    public required string Program { get; init; }

    /// <summary>Which build of that version, as the build names itself (commit); empty where it does not.</summary>
    public string ProgramBuild { get; init; } = "";

    public byte[] ToBytes()
    {
        var to = new WireWriter();
        to.Byte(Image.Outside is not null ? FormVersion : !Image.Box.IsWell ? WithoutOutside : !Image.Orders.IsEmpty ? WithoutBox : Image.Contacts.IsEmpty ? WithoutContacts : WithoutOrders);
        to.Whole(Slot.Index);
        to.Text(SiteHash);
        to.Text(PolicyName);
        to.Byte((byte)PolicyMode);
        to.Text(Program);
        to.Text(PolicyHash);
        to.Text(ProfilesHash);
        to.Text(ProgramBuild);
        ImageWire.Write(to, Image);
        MemoryWire.Write(to, Before);
        DecisionWire.Write(to, Decision);
        to.Count((ulong)Findings.Length);
        foreach (var finding in Findings)
            MemoryWire.Finding(to, finding);
        if (Image.Outside is not null)
            DecisionWire.WriteShadows(to, Decision);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage or an unknown version.</summary>
    public static CycleRecord FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        var version = from.Byte();
        if (version is < 1 or > FormVersion)
            throw new InvalidDataException($"record form {version} is unknown to this program (it knows up to {FormVersion}); use the program version that wrote it");
        var slot = from.Slot();
        var (site, policy, mode, program) = (from.Text(), from.Text(), WireReader.Known((PolicyMode)from.Byte()), from.Text());
        var (policyHash, profiles, build) = version == 1 ? ("", "", "") : (from.Text(), from.Text(), from.Text());
        var image = ImageWire.Read(ref from, PartsOf(version));
        var before = MemoryWire.Read(ref from);
        var decision = DecisionWire.Read(ref from);
        var findings = new Finding[from.Length()];
        for (var i = 0; i < findings.Length; i++)
            findings[i] = MemoryWire.Finding(ref from);
        if (version == FormVersion)
            decision = DecisionWire.ReadShadows(ref from, decision);
        if (!from.IsAtEnd)
            throw new InvalidDataException("record damaged: something follows its end");
        return new(slot, image, before, decision, [.. findings])
        {
            SiteHash = site, PolicyName = policy, PolicyMode = mode, Program = program, PolicyHash = policyHash, ProfilesHash = profiles, ProgramBuild = build,
        };
    }

    private static ImageParts PartsOf(byte version) => version switch
    {
        FormVersion or WithoutShadows => ImageParts.Outside,
        WithoutOutside => ImageParts.Box,
        WithoutBox => ImageParts.Orders,
        WithoutOrders => ImageParts.Contacts,
        _ => ImageParts.None,
    };

    /// <summary>The bytes two thoughts must share to be the same thought.</summary>
    public static byte[] Fingerprint(Decision decision, ImmutableArray<Finding> findings)
    {
        var to = new WireWriter();
        DecisionWire.Write(to, decision);
        foreach (var finding in findings)
            MemoryWire.Finding(to, finding);
        if (!decision.Shadows.IsEmpty)
            DecisionWire.WriteShadows(to, decision);
        return SHA256.HashData(to.Written);
    }
}
