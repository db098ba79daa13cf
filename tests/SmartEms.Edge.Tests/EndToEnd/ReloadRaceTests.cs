using System.Text;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Tests.Faults;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>C8: somebody writes the site file without rest, whole, half and wrong, while reloads run: what rules is one of the good texts, and whole.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ReloadRaceTests(ITestOutputHelper story)
{
    private int writes;

    [Fact]
    public async Task C8_whatever_is_written_meanwhile_one_good_text_rules_whole()
    {
        await using var site = await SiteOnWire.StartAsync();
        var first = await File.ReadAllTextAsync(site.SiteFile);
        string[] good = [first, first.Replace("export_max_w: 5000 ", "export_max_w: 2500 ", StringComparison.Ordinal)];
        Assert.NotEqual(good[0], good[1]);
        await using var daemon = DaemonUnderTest.Start(site);
        await daemon.UntilAsync(now => now.GetProperty("cycles").GetInt64() >= 1, "a decision");
        using CancellationTokenSource over = new();
        var writing = Task.Run(() => WriteWithoutRest(site.SiteFile, good, over.Token));

        var (taken, unchanged, refused, longest) = (0, 0, 0, 0.0);
        for (var reload = 0; reload < Effort.Of(20, 400) || Volatile.Read(ref writes) < 200; reload++)
        {
            // Two ask at once: one after the other.
            foreach (var answer in await Task.WhenAll(AskAsync(daemon), AskAsync(daemon)))
                switch (answer)
                {
                    case { Sha256: { } hash }:
                        Assert.Contains(hash, good.Select(SiteSource.Hash));
                        (taken, unchanged, longest) = answer.PausedMs > 0 ? (taken + 1, unchanged, Math.Max(longest, answer.PausedMs)) : (taken, unchanged + 1, longest);
                        break;
                    default:
                        Assert.Contains(answer.Refused, (string[])["configuration_invalid", "being_written"]);
                        refused++;
                        break;
                }
        }
        await over.CancelAsync();
        await writing;

        await File.WriteAllTextAsync(site.SiteFile, good[1]);
        var last = await AskAsync(daemon);
        Assert.Equal(SiteSource.Hash(good[1]), last.Sha256);
        await daemon.UntilAsync(status => status.GetProperty("state").GetString() == "running" && status.GetProperty("follow_steps").GetInt64() >= 2, "control");
        story.WriteLine($"{writes} writes; {taken} reloads took effect, {unchanged} found nothing new, {refused} were refused; longest pause {longest:0} ms; limits exceeded {site.Judgement.Violations} times in {site.Judgement.Seconds} s");
        Assert.True(taken > 0 && refused > 0, "the race did not happen");
        Assert.Equal(0, site.Judgement.Violations);
        await daemon.SignalAsync("TERM");
        Assert.True(await daemon.EndAsync() == 0, daemon.Said);
        var ruled = ReloadTests.SitesIn(daemon.Store);
        Assert.Subset(good.Select(SiteSource.Hash).ToHashSet(), ruled.ToHashSet());
        Assert.Equal(1 + taken + (last.PausedMs > 0 ? 1 : 0), ruled.Length);
        Assert.All(CyclesIn(daemon.Store), record => Assert.Contains(record.SiteHash, good.Select(SiteSource.Hash)));
        Assert.Equal(HangTests.SlotsIn(daemon.Store).Distinct(), HangTests.SlotsIn(daemon.Store));
        Evidence.Passed("C8 race", "the site file written without rest, whole, half and wrong, while the shipped daemon reloads it", taken + unchanged + refused, $"{writes} writes; {taken} texts took effect whole, {refused} were refused; longest pause {longest:0} ms");
    }

    private static async Task<(string? Sha256, double PausedMs, string? Refused)> AskAsync(DaemonUnderTest daemon)
    {
        try
        {
            var json = await new LocalClient(daemon.Socket, TimeProvider.System).PostAsync("/v1/reload", LocalClient.LongPatience, default);
            var view = JsonDocument.Parse(json).RootElement;
            return (view.GetProperty("sha256").GetString(), view.GetProperty("paused_ms").GetDouble(), null);
        }
        catch (Refusal refusal)
        {
            return (null, 0, refusal.Code);
        }
    }

    /// <summary>As an editor, a copying program and a careless hand do it: by renaming, by writing in place in two strokes, and wrongly.</summary>
    private void WriteWithoutRest(string file, string[] good, CancellationToken stop)
    {
        var dice = Effort.Dice(0, 8);
        while (!stop.IsCancellationRequested)
        {
            var text = good[dice.Below(good.Length)];
            switch (dice.Below(4))
            {
                case 0 or 1:
                    File.WriteAllText(file + ".edit", text);
                    File.Move(file + ".edit", file, overwrite: true);
                    break;
                case 2:
                    using (FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
                    {
                        // The first stroke ends inside a word, so that what stands there meanwhile is no site.
                        var bytes = Encoding.UTF8.GetBytes(text);
                        var half = Encoding.UTF8.GetByteCount(text[..(text.IndexOf("export_max_w", StringComparison.Ordinal) + 3)]);
                        stream.Write(bytes.AsSpan(0, half));
                        stream.Flush();
                        stop.WaitHandle.WaitOne(dice.Below(20));
                        stream.Write(bytes.AsSpan(half));
                    }
                    break;
                default:
                    File.WriteAllText(file + ".edit", text.Replace("export_max_w", "export_max_watt", StringComparison.Ordinal));
                    File.Move(file + ".edit", file, overwrite: true);
                    break;
            }
            Interlocked.Increment(ref writes);
            stop.WaitHandle.WaitOne(dice.Below(dice.Chance(0.5) ? 10 : 300));
        }
    }

    private static CycleRecord[] CyclesIn(string file)
    {
        using var store = SqliteStore.OpenReadOnly(file);
        return [.. store.Read(LedgerKind.Cycle, new(long.MinValue), new(long.MaxValue)).Select(entry => CycleRecord.FromBytes(entry.Body))];
    }
}
