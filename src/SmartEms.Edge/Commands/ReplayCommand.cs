using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Commands;

/// <summary>smartems replay: thinks stored cycles again and compares, byte by byte. Works on the store itself, beside a running daemon.</summary>
internal static class ReplayCommand
{
    private const int NotesShown = 20;

    public static Command Build(Screen screen)
    {
        var from = new Option<DateTimeOffset?>("--from") { Description = "first moment, ISO 8601", HelpName = "time" };
        var to = new Option<DateTimeOffset?>("--to") { Description = "end, ISO 8601", HelpName = "time" };
        var assert = new Option<bool>("--assert") { Description = "exit 1 unless every record gives the same bytes" };
        var command = new Command("replay", "thinks the stored decisions again and compares every byte") { RunCommand.Store, CheckCommand.Profiles, from, to, assert };
        command.SetAction(parsed =>
        {
            using var store = Stores.Opened(() => SqliteStore.OpenReadOnly(parsed.GetValue(RunCommand.Store)!));
            var profiles = CheckCommand.ProfilesOf(parsed);
            var (first, end) = (parsed.GetValue(from) ?? DateTimeOffset.UnixEpoch, parsed.GetValue(to) ?? DateTimeOffset.MaxValue.AddDays(-1));
            var view = Replay(store, profiles, Instant.From(first), Instant.From(end));
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, RunsJson.Wire.ReplayView));
            else
                Tell(view, screen);
            return parsed.GetValue(assert) && (view.Different > 0 || view.Unreadable > 0 || view.Records == 0) ? Exit.Failed : Exit.Ok;
        });
        return command;
    }

    private static ReplayView Replay(SqliteStore store, ProfileSource profiles, Instant from, Instant to)
    {
        var sites = new Dictionary<string, Site?>();
        var notes = new List<string>();
        var (records, same, different, unreadable) = (0, 0, 0, 0);
        foreach (var entry in store.Read(LedgerKind.Cycle, from, to))
        {
            records++;
            var (verdict, note) = Again(entry, hash => sites.TryGetValue(hash, out var known) ? known : sites[hash] = SiteOf(store, hash, profiles));
            same += verdict is true ? 1 : 0;
            different += verdict is false ? 1 : 0;
            unreadable += verdict is null ? 1 : 0;
            if (note is not null && notes.Count < NotesShown)
                notes.Add($"entry {entry.Sequence} ({entry.At}): {note}");
        }
        return new(records, same, different, unreadable, notes);
    }

    private static (bool? Same, string? Note) Again(LedgerEntry entry, Func<string, Site?> siteOf)
    {
        CycleRecord record;
        try
        {
            record = CycleRecord.FromBytes(entry.Body);
        }
        catch (InvalidDataException damage)
        {
            return (null, damage.Message);
        }
        if (siteOf(record.SiteHash) is not { } site)
            return (null, $"the site file it ran under ({record.SiteHash[..Math.Min(12, record.SiteHash.Length)]}…) is not in the store or does not read any more");
        if (record.PolicyName != Composition.Policy.Name)
            return (null, $"it was led by {record.PolicyName}, which this program does not have");
        var thought = Cycle.Think(record.Slot, record.Image, site, record.Before, Composition.Policy);
        var again = CycleRecord.Fingerprint(thought.Decision, thought.Findings);
        return again.AsSpan().SequenceEqual(CycleRecord.Fingerprint(record.Decision, record.Findings)) ? (true, null) : (false, "the decision comes out differently");
    }

    private static Site? SiteOf(SqliteStore store, string hash, ProfileSource profiles) =>
        store.Text(hash) is { } text ? SiteSource.Parse(text, $"site {hash[..12]}", profiles).Value?.Site : null;

    private static void Tell(ReplayView view, Screen screen)
    {
        screen.Out.WriteLine($"{view.Records} decisions thought again: {view.Same} the same, {view.Different} different, {view.Unreadable} unreadable");
        foreach (var note in view.Notes)
            screen.Out.WriteLine($"  {note}");
    }
}
