using System.Security.Cryptography;
using System.Text;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

/// <summary>The seals of ledger entries, and what the verifier tells of a ledger that is not as it was written.</summary>
public sealed class LedgerChainTests
{
    [Fact]
    public void A_seal_depends_on_everything()
    {
        LedgerDraft entry = new(LedgerKind.Cycle, new Instant(1_750_000_000_000), "body"u8.ToArray());
        var seal = LedgerChain.Seal(5, 7, entry);
        Assert.Equal(seal, LedgerChain.Seal(5, 7, entry));
        Assert.NotEqual(seal.Chain, LedgerChain.Seal(6, 7, entry).Chain);
        Assert.NotEqual(seal.Crc, LedgerChain.Seal(6, 7, entry).Crc);
        foreach (var other in new[] { LedgerChain.Seal(5, 8, entry), LedgerChain.Seal(5, 7, entry with { Kind = LedgerKind.Note }), LedgerChain.Seal(5, 7, entry with { At = default }), LedgerChain.Seal(5, 7, entry with { Body = "bodz"u8.ToArray() }) })
            Assert.True(other.Chain != seal.Chain && other.Crc != seal.Crc);
    }

    [Fact]
    public void The_chain_is_the_published_formula()
    {
        byte[] all = [.. new byte[15], 5, .. new byte[7], 7, 5, .. new byte[7], 9, .. Encoding.ASCII.GetBytes("body")];
        Assert.Equal(Convert.ToHexString(SHA256.HashData(all))[..32], LedgerChain.Seal(5, 7, new(LedgerKind.Note, new Instant(9), "body"u8.ToArray())).Chain.ToString("X32"));
    }

    [Fact]
    public void A_sound_ledger_is_sound()
    {
        var verdict = Verdict(Entries(20));
        Assert.Empty(verdict.Faults);
        Assert.Equal((20L, 1L, 20L), (verdict.Entries, verdict.First, verdict.Head.Sequence));
    }

    [Fact]
    public void A_change_with_a_fresh_CRC_breaks_the_chain()
    {
        var entries = Entries(20);
        var forged = entries[9] with { Body = [66] };
        entries[9] = forged with { Seal = LedgerChain.Seal(entries[8].Seal.Chain, 10, new(forged.Kind, forged.At, forged.Body)) };
        Assert.Equal(11, Assert.Single(Verdict(entries).Faults).Sequence);
    }

    [Fact]
    public void A_missing_entry_must_be_explained()
    {
        var entries = Entries(20);
        entries.RemoveRange(4, 3);
        Assert.Equal(5, Assert.Single(Verdict(entries).Faults).Sequence);
        var body = new LedgerGap(5, 7, "test").ToBytes();
        entries.Add(new(21, default, LedgerKind.Gap, body) { Seal = LedgerChain.Seal(entries[^1].Seal.Chain, 21, new(LedgerKind.Gap, default, body)) });
        Assert.Empty(Verdict(entries).Faults);
        Assert.Equal([new LedgerGap(5, 7, "test")], Verdict(entries).Gaps);
    }

    [Fact]
    public void Exchanged_entries_are_told()
    {
        var entries = Entries(20);
        (entries[4], entries[5]) = (entries[5], entries[4]);
        Assert.NotEmpty(Verdict(entries).Faults);
    }

    [Fact]
    public void A_checkpoint_is_checked_with_the_public_key_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var open = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        var entries = Entries(5);
        LedgerHead head = new(5, entries[^1].Seal.Chain);
        var body = LedgerCheckpoint.Sign(head, new Instant(50), key).ToBytes();
        entries.Add(new(6, new Instant(50), LedgerKind.Checkpoint, body) { Seal = LedgerChain.Seal(head.Chain, 6, new(LedgerKind.Checkpoint, new Instant(50), body)) });
        Assert.Empty(Verdict(entries, open).Faults);
        Assert.Equal((1, 0), (Verdict(entries, open).Checkpoints, Verdict(entries, open).Unchecked));
        Assert.Equal(1, Verdict(entries).Unchecked);
        Assert.Contains("a key that was not given", Assert.Single(Verdict(entries, stranger).Faults).What, StringComparison.Ordinal);

        // A history written anew from entry 2 on, sealed well, cannot carry the old signature.
        var forged = Entries(5, seed: 1);
        var seal = LedgerChain.Seal(forged[^1].Seal.Chain, 6, new(LedgerKind.Checkpoint, new Instant(50), body));
        forged.Add(entries[5] with { Seal = seal });
        Assert.Contains(Verdict(forged, open).Faults, fault => fault.Sequence == 6);
    }

    private static List<LedgerEntry> Entries(int count, byte seed = 0)
    {
        var entries = new List<LedgerEntry>();
        UInt128 chain = 0;
        for (var i = 1; i <= count; i++)
        {
            byte[] body = [(byte)i, seed];
            var seal = LedgerChain.Seal(chain, i, new(LedgerKind.Note, new Instant(i), body));
            entries.Add(new(i, new Instant(i), LedgerKind.Note, body) { Seal = seal });
            chain = seal.Chain;
        }

        return entries;
    }

    private static LedgerVerdict Verdict(IEnumerable<LedgerEntry> entries, params ECDsa[] keys)
    {
        var verifier = new LedgerVerifier(keys);
        foreach (var entry in entries)
            verifier.Look(entry);
        return verifier.Verdict();
    }
}
