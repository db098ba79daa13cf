using System.Collections.Immutable;
using System.Text;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;

namespace SmartEms.Edge;

/// <summary>Where the site file and its profiles are read again, and who hears of it.</summary>
internal sealed record ResidentParts(string SitePath, Func<ProfileSource> Profiles, StartLog Starts, ISupervisorLink Link, TimeProvider Time, Log Log)
{
    /// <summary>The learned policy that is in place now.</summary>
    public Func<SitePolicy> Policy { get; init; } = () => SitePolicy.BuiltIn;
}

/// <summary>The daemon for as long as its process lives: runs a site, and goes over to a changed site file as a whole or not at all.</summary>
internal sealed class Resident(ResidentParts parts, Composition site) : IAsyncDisposable
{
    /// <summary>How long devices that the next site file no longer steers are waited for; with what follows less than a setpoint's lease.</summary>
    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(3);

    /// <summary>And how long the first step under it waits for a complete image.</summary>
    private static readonly TimeSpan FirstImagePatience = TimeSpan.FromSeconds(3);

    /// <summary>An answer is given when control goes on, or after this.</summary>
    private static readonly TimeSpan FollowsWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Lock gate = new();
    private volatile Composition current = site;
    private bool isChanged;
    private bool isOver;
    private Change? asked;
    private CancellationTokenSource? running;

    /// <summary>What the API may look at now.</summary>
    public Desk Desk => current.Desk with { Reload = ReloadAsync };

    /// <summary>The parts that run now.</summary>
    public Composition Current => current;

    /// <summary>Runs until stopped, or until safe mode has lasted long enough.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await RunSiteAsync(current, stop) is { } change)
                await ChangeAsync(change);
        }
        finally
        {
            lock (gate)
            {
                isOver = true;
                asked?.Done.TrySetResult(Stopping);
            }
        }
        parts.Link.Stopping();
    }

    /// <summary>Reads the site file and checks that text; a good one takes effect before this completes, a bad one changes nothing. One after the other.</summary>
    /// <param name="asker">Stands in the ledger with what came of it.</param>
    /// <param name="sha256">Which text is expected, in lower-case hex; null = whichever is there.</param>
    /// <param name="stop">Gives up waiting for another reload.</param>
    public async Task<ReloadAnswer> ReloadAsync(Asker asker, string? sha256, CancellationToken stop)
    {
        await turn.WaitAsync(stop);
        try
        {
            var (answer, change) = await CheckedAsync(asker, sha256);
            if (change is not null)
                answer = await TakeAsync(change);
            if (answer.IsRefused)
                Note($"the site file was not reloaded, asked by {asker.Name}: {answer.Message}{Problems(answer)}; the one from before goes on");
            return answer;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Change?> RunSiteAsync(Composition ruling, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (ruling.Mode == StartMode.Safe)
            over.CancelAfter(StartLog.TriesAgain);
        lock (gate)
        {
            running = over;
            if (asked is not null)
                over.Cancel();
        }
        await new Host(ruling.Daemon, ruling.Field, ruling.Clock, parts.Link)
        {
            Proven = () => Prove(ruling),
            FirstImagePatience = isChanged ? FirstImagePatience : Host.UsualPatience,
        }.RunAsync(over.Token);
        lock (gate)
            running = null;
        return stop.IsCancellationRequested ? null : asked;
    }

    private void Prove(Composition ruling)
    {
        parts.Starts.Clear();
        if (ruling.Mode == StartMode.Normal)
            parts.Starts.Keep(ruling.Loaded.Text);
    }

    /// <summary>What is wrong with the file, or what is to be done with it.</summary>
    private async Task<(ReloadAnswer Answer, Change? Change)> CheckedAsync(Asker asker, string? sha256)
    {
        try
        {
            return await SiteSource.SettledTextAsync(parts.SitePath, parts.Time) is { } text
                ? Checked(text, parts.Profiles(), asker, sha256)
                : (new("being_written", $"{parts.SitePath} is being written", "ask again when that has ended"), null);
        }
        catch (Refusal unread)
        {
            return (new(unread.Code, unread.Message, unread.Hint), null);
        }
    }

    private (ReloadAnswer Answer, Change? Change) Checked(string text, ProfileSource profiles, Asker asker, string? sha256)
    {
        if (sha256 is not null && sha256 != SiteSource.Hash(text))
            return (new("other_text", $"{parts.SitePath} holds another text (SHA-256 {SiteSource.Hash(text)}) than the one that was asked for", "somebody else has written it: look at it, then ask again"), null);
        var read = SiteSource.Parse(text, parts.SitePath, profiles);
        if ((read.Value is { } sound ? sound with { Policy = parts.Policy() } : null) is not { } loaded)
            return (new(ReloadAnswer.Invalid, ProblemPrinter.Summary(read.Problems), "mend the file, then ask again; smartems check shows the same") { Problems = read.Problems }, null);
        var rules = current;
        if (loaded.Hash == rules.Loaded.Hash && Provenance.ListHash(profiles) == Provenance.ListHash(rules.Profiles) && loaded.Policy.Hash == rules.Loaded.Policy.Hash)
            return (new(ReloadAnswer.Ok, "nothing has changed: this text rules already") { Sha256 = loaded.Hash, Problems = read.Problems }, null);
        if (parts.Starts.Begin(loaded.Hash, $"{Composition.Version} {Provenance.Build}") is not StartMode.Normal)
            return (new("failed_before", "the last starts with this very file did not come to health", "read journalctl -u smartems for the cause, mend the file, then ask again"), null);
        return (default!, new(loaded, profiles, asker) { Problems = read.Problems });
    }

    /// <summary>Prepares what takes time while control goes on, then interrupts the rhythms and waits until they go on under the new file.</summary>
    private async Task<ReloadAnswer> TakeAsync(Change change)
    {
        var old = current;
        await Task.Run(old.EndLinks);
        await old.Ground.KeepTextsAsync(change.Loaded, change.Profiles, Encoding.UTF8.GetBytes($"the site file is to be reloaded, asked by {change.Asker.Name}: SHA-256 {old.Loaded.Hash} → {change.Loaded.Hash}"));
        var began = parts.Time.GetTimestamp();
        lock (gate)
        {
            if (isOver)
                return Stopping;
            asked = change;
            running?.Cancel();
        }
        var answer = await change.Done.Task;
        if (answer.Code == ReloadAnswer.Stopping)
            return answer;
        while (current.Daemon.Latest is null && parts.Time.GetElapsedTime(began) < FollowsWithin)
            await Task.Delay(Look, parts.Time);
        var took = parts.Time.GetElapsedTime(began).TotalMilliseconds;
        if (current.Daemon.Latest is null)
            return new("not_followed", $"the new site file rules, but control has not gone on after {took:0} ms", "smartems status; journalctl -u smartems -n 50");
        if (!answer.IsRefused)
            Note($"the site file was reloaded, asked by {change.Asker.Name}: SHA-256 {change.Loaded.Hash} rules; no step was made for {took:0} ms");
        return answer with { Milliseconds = took };
    }

    /// <summary>The moment itself: no rhythm runs. The isolation point: a file whose parts cannot be made leaves the one before in force.</summary>
    private async Task ChangeAsync(Change change)
    {
        var old = current;
        if (old.Daemon.IsHealthy)
            parts.Link.Alive(); // the service manager hears the next sign of life from the next rhythms
        using var within = new CancellationTokenSource(LeavesWithin, parts.Time);
        var before = await old.HandOverAsync(change.Loaded, change.Profiles, within.Token);
        ReloadAnswer answer;
        try
        {
            current = await old.GoOnAsync(before, change.Loaded, change.Profiles, StartMode.Normal);
            answer = new(ReloadAnswer.Ok, $"the site file rules: {current.Site.Id}, {current.Site.Devices.Length} devices") { Sha256 = change.Loaded.Hash, Problems = change.Problems };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            parts.Starts.Clear(); // refused in words: that is no crash
            current = await old.GoOnAsync(before, old.Loaded, old.Profiles, old.Mode);
            answer = new("not_taken", $"the file is good, but the site could not be put together: {failure.GetType().Name}: {failure.Message}", "mend the cause, then ask again; journalctl -u smartems -n 50");
        }
        isChanged = true;
        current.StartLinks();
        lock (gate)
            asked = null;
        change.Done.TrySetResult(answer);
    }

    private void Note(string words)
    {
        parts.Log.Warning(words);
        _ = current.Recorder.AppendAsync(LedgerKind.Note, current.Clock.Now, Encoding.UTF8.GetBytes(words));
    }

    /// <summary>The first few with their places, for the ledger; whoever asked is told all.</summary>
    private static string Problems(ReloadAnswer answer)
    {
        var told = answer.Problems.Where(problem => problem.Severity == Severity.Error).Take(3).Select(problem => $"{problem.Place} {problem.Code} {problem.What}");
        return string.Concat(told.Select(one => $"; {one}"));
    }

    public async ValueTask DisposeAsync()
    {
        await current.DisposeAsync();
        turn.Dispose();
    }

    private static ReloadAnswer Stopping => new(ReloadAnswer.Stopping, "the daemon is stopping", "its next start reads the file that is there then");

    private sealed record Change(LoadedSite Loaded, ProfileSource Profiles, Asker Asker)
    {
        public ImmutableArray<Problem> Problems { get; init; } = [];
        public TaskCompletionSource<ReloadAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
