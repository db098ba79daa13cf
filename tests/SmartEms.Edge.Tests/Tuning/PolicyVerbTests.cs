using System.Security.Cryptography;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.EndToEnd;
using SmartEms.Edge.Tests.Proposing;
using Xunit;

namespace SmartEms.Edge.Tests.Tuning;

/// <summary>smartems policy: only what an admin or the box itself has signed proposes here, and a fitted policy is put in place only when it was better.</summary>
public sealed class PolicyVerbTests : IDisposable
{
    private readonly StoreFolder folder = StoreFolder.InMemory();
    private readonly ECDsa root = ECDsa.Create(ECCurve.NamedCurves.nistP256), anna = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        folder.Dispose();
        root.Dispose();
        anna.Dispose();
    }

    private string Kept => Path.Combine(folder.Directory, PolicySource.KeptName);

    private Task<Ran> RunAsync(params string[] words) => Shell.RunAsync(["policy", .. words, "--store", folder.File]);

    private void Name(CommandRole role)
    {
        var files = new KeyFiles(folder.Directory);
        files.Pin(System.Text.Encoding.ASCII.GetBytes(root.ExportSubjectPublicKeyInfoPem()));
        files.Install(OperatorKeys.Sign(1, [new("anna", role, anna.ExportSubjectPublicKeyInfo())], root)).Dispose();
    }

    private string Signed(byte[] policy)
    {
        var file = Path.Combine(folder.Directory, "other.bin");
        File.WriteAllBytes(file, policy);
        File.WriteAllBytes(file + PolicySource.SignatureSuffix, anna.SignData(policy, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        return file;
    }

    [Fact]
    public async Task What_an_admin_signed_is_put_in_place_and_taken_away_again()
    {
        Name(CommandRole.Admin);
        var file = Signed(PolicyFileTests.Drawn(4).Write());
        var ran = await RunAsync("install", file);
        Assert.True(ran.Exit == Exit.Ok, ran.Error);
        Assert.Contains("signed by anna", ran.Out, StringComparison.Ordinal);
        using (var view = JsonDocument.Parse((await RunAsync("show", "-o", "json")).Out))
        {
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(PolicyFileTests.Drawn(4).Write())), view.RootElement.GetProperty("hash").GetString());
            Assert.Contains("anna", view.RootElement.GetProperty("from").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(Exit.Ok, (await RunAsync("reset")).Exit);
        Assert.False(File.Exists(Kept));
        Assert.Contains("built in", (await RunAsync("show")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operators_signature_is_not_enough_and_nothing_is_changed()
    {
        Name(CommandRole.Operator);
        var ran = await RunAsync("install", Signed(PolicyFileTests.Drawn(4).Write()));
        Assert.Equal(Exit.Failed, ran.Exit);
        Assert.Contains("has signed it", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Kept));
    }

    [Fact]
    public async Task A_kept_policy_that_was_changed_is_refused_by_name()
    {
        Name(CommandRole.Admin);
        Assert.Equal(Exit.Ok, (await RunAsync("install", Signed(PolicyFileTests.Drawn(4).Write()))).Exit);
        var bytes = File.ReadAllBytes(Kept);
        bytes[^5_000] ^= 1;
        File.WriteAllBytes(Kept, bytes);
        var ran = await RunAsync("show");
        Assert.Contains(Kept, ran.Out.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains("refused", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_young_site_is_told_how_long_it_has_to_wait()
    {
        var house = Lived(3);
        var ran = await RunAsync("tune", "--site", house);
        Assert.Equal(Exit.Failed, ran.Exit);
        Assert.Contains("3 whole days are recorded, 112 are needed", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_with_one_price_has_nothing_to_fit()
    {
        var ran = await RunAsync("tune", "--site", Lived(1, isByTheHour: false));
        Assert.Equal(Exit.Failed, ran.Exit);
        Assert.Contains("the plain rule is the best there is", ran.Error, StringComparison.Ordinal);
    }

    /// <summary>112 days of records in a real store, by the verb; what it says of itself is what it did.</summary>
    [Fact]
    public async Task A_site_that_is_old_enough_is_fitted_and_the_policy_changes_only_when_it_was_better()
    {
        var house = Lived(112);
        var dry = await RunAsync("tune", "--site", house, "--dry-run", "-o", "json");
        Assert.True(dry.Exit == Exit.Ok, dry.Error);
        Assert.False(File.Exists(Kept));
        var native = await Bundle.RunAsync("policy", "tune", "--site", house, "--store", folder.File, "--dry-run", "-o", "json");
        Assert.Equal((Exit.Ok, dry.Out), (native.Exit, native.Out)); // the native binary comes to the same weights
        var ran = await RunAsync("tune", "--site", house, "-o", "json");
        using var view = JsonDocument.Parse(ran.Out);
        using var before = JsonDocument.Parse(dry.Out);
        Assert.Equal(112, view.RootElement.GetProperty("days").GetInt32());
        Assert.Equal(3, view.RootElement.GetProperty("weeks").GetArrayLength());
        Assert.Equal(before.RootElement.GetProperty("better").GetBoolean(), view.RootElement.GetProperty("better").GetBoolean());
        Assert.Equal(view.RootElement.GetProperty("better").GetBoolean(), view.RootElement.GetProperty("taken").GetBoolean());
        Assert.Equal(view.RootElement.GetProperty("taken").GetBoolean(), File.Exists(Kept));
        var shown = await RunAsync("show");
        Assert.Contains(File.Exists(Kept) ? PolicyKeys.OfTheBox : "built in", shown.Out, StringComparison.Ordinal);
    }

    /// <summary>A site file beside a store whose last record is of the shell's now.</summary>
    private string Lived(int days, bool isByTheHour = true)
    {
        var house = new LivedQuarters(isByTheHour);
        using (var store = SqliteStore.Open(folder.File))
        {
            var (chance, end) = (new Dice(7), Slot.Of(Instant.From(new FridayAfternoon().GetUtcNow())));
            var first = new Slot(end.Index - (end.Index % 96) - 8 - (days * 96L)); // 22:00 UTC is the house's midnight
            var drafts = new List<LedgerDraft>();
            for (var i = 0; i <= days * 96; i++)
            {
                var (hour, sun) = ((i - 1) / 4 % 24, chance.Share());
                drafts.Add(house.Draft(new(first.Index + i), new(300 + (hour is >= 17 and < 22 ? 1_500 * chance.Share() : 0), hour is > 6 and < 20 ? 3_000 * sun : 0)));
                if (drafts.Count == 960 || i == days * 96)
                {
                    store.AppendAll([.. drafts]);
                    drafts.Clear();
                }
            }
        }
        var file = Path.Combine(folder.Directory, "site.yaml");
        File.WriteAllText(file, house.Loaded.Text);
        return file;
    }
}
