using System.CommandLine;
using SmartEms.Edge.Adapters.Systemd;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems run: the daemon.</summary>
internal static class RunCommand
{
    /// <summary>How long the devices are given to take the release at an orderly stop; systemd waits longer (TimeoutStopSec).</summary>
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(4);

    public static Option<string> Store { get; } = new("--store") { Description = "the store's file", HelpName = "file", DefaultValueFactory = _ => Paths.Store };

    private static readonly Option<bool> TrustClock = new("--trust-clock") { Description = "somebody else keeps this machine's clock (a hypervisor, GPS): it is taken to be right" };

    public static Command Build(Screen screen)
    {
        var command = new Command("run", "the daemon: polls, decides, follows, stores, until it is told to stop") { CheckCommand.Site, CheckCommand.Profiles, Store, TrustClock };
        command.SetAction(async (parsed, stop) =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var loaded = SiteChoice.Load(parsed.GetValue(CheckCommand.Site), profiles, screen);
            var log = new Log(screen.Error, Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 });
            using var ended = new Termination(stop);
            Workers.Reserve();
            var socket = parsed.GetValue(Options.Socket)!;
            using var claim = await ClaimAsync(socket, log, ended.Token);
            var starts = new StartLog(parsed.GetValue(Store)!, socket, log);
            var options = new CompositionOptions(parsed.GetValue(Store), Composition.BoxTime, screen.Time, log) { ClockJudge = parsed.GetValue(TrustClock) ? null : Composition.ClockOfBox, Uplink = CloudParts.OverMqtt(Composition.BoxTime), Home = HomeSpeaker.OverMqtt(Composition.BoxTime) };
            try
            {
                SitePolicy Policy() => Told(PolicyKeys.InForce(Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(Store)!))!), log);
                var (site, mode) = Chosen(loaded with { Policy = Policy() }, profiles, starts, log);
                var built = Stores.Opened(() => Composition.Build(site, profiles, options with { Start = mode }));
                using var link = SystemdLink.FromEnvironment(Environment.GetEnvironmentVariable);
                await using var resident = new Resident(new(parsed.GetValue(CheckCommand.Site)!, () => CheckCommand.ProfilesOf(parsed), starts, link, screen.Time, log) { Policy = Policy }, built);
                await RunAsync(resident, new(socket, () => resident.Desk, log.Warning) { Claim = claim }, log, ended.Token);
            }
            catch (Refusal)
            {
                starts.Clear(); // refused in words: that is no crash
                throw;
            }
            starts.Clear();
            return Exit.Ok;
        });
        return command;
    }

    /// <summary>Notes the start, and after several that failed takes the last site file that ran well; from the next on every device is left at rest.</summary>
    private static (LoadedSite Site, StartMode Mode) Chosen(LoadedSite loaded, ProfileSource profiles, StartLog starts, Log log)
    {
        var mode = starts.Begin(loaded.Hash, $"{Composition.Version} {Provenance.Build}");
        if (mode == StartMode.Normal)
            return (loaded, mode);
        var good = starts.GoodSite() is { } text && text != loaded.Text ? SiteSource.Parse(text, "the last good site file", profiles).Value : null;
        log.Error($"the last {starts.Attempt - 1} starts failed: {(mode == StartMode.Safe ? "safe mode, every device is left at rest" : good is null ? "tried once more; there is no older site file that ran well" : "the last site file that ran well is used")}; "
            + "read journalctl -u smartems for the cause, then: systemctl restart smartems");
        return (good ?? loaded, mode == StartMode.LastGood && good is null ? StartMode.Normal : mode);
    }

    private static SitePolicy Told(SitePolicy policy, Log log)
    {
        if (policy.Refused.Length > 0)
            log.Error($"F406 the policy of this box is refused, and the plan leads: {policy.Refused}; smartems policy reset goes back to the one built in");
        return policy;
    }

    /// <summary>Two daemons on one site would command against each other: the second one ends before it has touched anything. A socket that cannot be
    /// had for another reason costs the API only.</summary>
    private static async Task<SocketClaim?> ClaimAsync(string socket, Log log, CancellationToken stop)
    {
        try
        {
            return await SocketClaim.TakeAsync(socket, stop);
        }
        catch (SocketTakenException taken)
        {
            throw new Refusal(Exit.Failed, "already_running", taken.Message, "");
        }
        catch (IOException failure)
        {
            log.Error($"the local API does not answer: {failure.Message}");
            return null;
        }
    }

    private static async Task RunAsync(Resident resident, LocalServer answering, Log log, CancellationToken stop)
    {
        var site = resident.Current.Site;
        log.Info($"smartems {Composition.Version}: site {site.Id}, {site.Devices.Length} devices, policy {Provenance.PolicyOf(site, resident.Current.Loaded.Policy).Name} {resident.Current.Loaded.Policy.From} ({site.Running.PolicyMode})");
        await using var server = answering;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var serving = ServeAsync(server, log, over.Token);
        resident.Current.StartLinks();
        try
        {
            await resident.RunAsync(stop);
        }
        finally
        {
            await over.CancelAsync();
            await OrderlyAsync(resident.Current, log);
            await serving;
        }
    }

    /// <summary>Control does not wait for the API, and does not end with it.</summary>
    private static async Task ServeAsync(LocalServer server, Log log, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await server.StartAsync(stop);
        }
        catch (IOException failure)
        {
            log.Error($"the local API does not answer: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            // stopped while starting
        }
    }

    private static async Task OrderlyAsync(Composition built, Log log)
    {
        using var limit = new CancellationTokenSource(ReleaseWithin);
        var isReleased = await built.ReleaseAsync(_ => true, limit.Token);
        log.Info(isReleased ? "stopped; every device follows its own automatic again" : "stopped; not every device confirmed its release, their own timers will");
    }
}

/// <summary>Turns a store that cannot be had into a refusal with its remedy.</summary>
internal static class Stores
{
    public static T Opened<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.Failed, "store", failure.Message, "");
        }
    }

    public static async Task<T> OpenedAsync<T>(Func<Task<T>> open)
    {
        try
        {
            return await open();
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.Failed, "store", failure.Message, "");
        }
    }
}
