using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Commands;

/// <summary>smartems ledger list: the newest entries with the moments they really came about. smartems ledger verify: proves that the ledger is as it was written, with the public key only. Works beside a running daemon and on a capture.</summary>
internal static class LedgerCommand
{
    private const int ProgressEvery = 10_000;
    private const int FaultsShown = 20;

    public static Command Build(Screen screen)
    {
        var key = new Option<string?>("--public-key") { Description = "the box's device-key.pub.pem; the one beside the store without it", HelpName = "file" };
        var verify = new Command("verify", "checks every entry, the chain and the signatures; exit 1 when something is not as it was written") { RunCommand.Store, key };
        verify.SetAction(parsed =>
        {
            var path = parsed.GetValue(RunCommand.Store)!;
            using var store = Stores.Opened(() => SqliteStore.OpenReadOnly(path));
            var keys = Stores.Opened(() => Keys(parsed.GetValue(key), store.FilePath));
            var verdict = Stores.Opened(() => LedgerScan.Verify(store, keys, Progress(parsed.IsJson(), screen)));
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(LedgerView.Of(verdict), RunsJson.Wire.LedgerView));
            else
                Tell(verdict, screen);
            return verdict.IsSound ? Exit.Ok : Exit.Failed;
        });
        return new Command("ledger", "the gap-free record of everything decided and done") { verify, List(screen) };
    }

    private static Command List(Screen screen)
    {
        var last = new Option<int>("--last") { Description = "so many entries, the newest", HelpName = "number", DefaultValueFactory = _ => 50 };
        var list = new Command("list", "the newest entries: number, moment, kind; ~ marks a moment put right after the clock was set") { RunCommand.Store, last };
        list.SetAction(parsed =>
        {
            using var store = Stores.Opened(() => SqliteStore.OpenReadOnly(parsed.GetValue(RunCommand.Store)!));
            var entries = Stores.Opened(() => store.After(Math.Max(0, store.Head.Sequence - parsed.GetValue(last)), parsed.GetValue(last)));
            var moments = Rebased.Moments(entries);
            var lines = entries.Select((entry, i) => new LedgerLineView(entry.Sequence, moments[i].ToDateTimeOffset().UtcDateTime, moments[i] != entry.At, $"{entry.Kind}")).ToArray();
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(lines), RunsJson.Wire.LedgerListView));
            else
                foreach (var line in lines)
                    screen.Out.WriteLine($"{line.Number,8}  {line.At:yyyy-MM-dd HH:mm:ss.fff}Z{(line.PutRight ? "~" : " ")} {line.Kind}");
            return Exit.Ok;
        });
        return list;
    }

    private static IReadOnlyList<ECDsa> Keys(string? named, string store)
    {
        var beside = Path.Combine(Path.GetDirectoryName(store)!, DeviceKey.PublicFileName);
        return named is null && !File.Exists(beside) ? [] : DeviceKey.ReadPublic(named ?? beside);
    }

    /// <summary>One line that is overwritten, on a terminal only.</summary>
    private static Action<long>? Progress(bool isJson, Screen screen)
    {
        if (!screen.Traits.IsTerminal || isJson)
            return null;
        var next = 0L;
        return reached =>
        {
            if (reached < next)
                return;
            next = reached + ProgressEvery;
            screen.Error.Write($"\rverified up to entry {reached} \r");
        };
    }

    private static void Tell(LedgerVerdict verdict, Screen screen)
    {
        var begins = verdict.First > 1 ? $", beginning at {verdict.First}" : "";
        var signed = verdict.Unchecked > 0 ? $"{verdict.Unchecked} checkpoints unchecked (no public key; --public-key FILE)" : $"{verdict.Checkpoints} signed checkpoints";
        screen.Out.WriteLine($"{verdict.Entries} entries{begins} up to {verdict.Head.Sequence}, {signed}, {verdict.Gaps.Count} gaps: {(verdict.IsSound ? "sound" : $"{verdict.Faults.Count} faults")}");
        screen.Out.WriteLine($"chain      {verdict.Head.Chain:x32}");
        foreach (var gap in verdict.Gaps)
            screen.Out.WriteLine($"gap        {gap.From} to {gap.To}: {gap.Reason}");
        foreach (var fault in verdict.Faults.Take(FaultsShown))
            screen.Out.WriteLine($"fault      {fault.What}");
    }
}

/// <summary>What ledger verify tells.</summary>
internal sealed record LedgerView(
    bool Sound, long Entries, long First, long Last, string Chain, int Checkpoints, int Unchecked, IReadOnlyList<LedgerGap> Gaps, IReadOnlyList<LedgerFault> Faults)
{
    public static LedgerView Of(LedgerVerdict verdict) => new(
        verdict.IsSound, verdict.Entries, verdict.First, verdict.Head.Sequence, $"{verdict.Head.Chain:x32}", verdict.Checkpoints, verdict.Unchecked, verdict.Gaps, verdict.Faults);
}

/// <summary>What ledger list tells.</summary>
internal sealed record LedgerListView(LedgerLineView[] Entries);

/// <summary>One entry; its moment was put right where its stamp was made by a clock that nobody had set.</summary>
internal sealed record LedgerLineView(long Number, DateTime At, bool PutRight, string Kind);

/// <summary>What capture tells.</summary>
internal sealed record CaptureView(string File, long Entries, int Texts, int Redacted, long Bytes);
