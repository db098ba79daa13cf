using System.CommandLine;
using SmartEms.Edge.Adapters.Systemd;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Commands;

/// <summary>smartems run: the daemon.</summary>
internal static class RunCommand
{
    /// <summary>How long the devices are given to take the release at an orderly stop; systemd waits longer (TimeoutStopSec).</summary>
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(4);

    public static Option<string> Store { get; } = new("--store") { Description = "the store's file", HelpName = "file", DefaultValueFactory = _ => Paths.Store };

    public static Command Build(Screen screen)
    {
        var command = new Command("run", "the daemon: polls, decides, follows, stores, until it is told to stop") { CheckCommand.Site, CheckCommand.Profiles, Store };
        command.SetAction(async (parsed, stop) =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var loaded = SiteChoice.Load(parsed.GetValue(CheckCommand.Site), profiles, screen);
            var log = new Log(screen.Error, Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 });
            using var ended = new Termination(stop);
            var socket = parsed.GetValue(Options.Socket)!;
            using var claim = await ClaimAsync(socket, log, ended.Token);
            await using var built = Stores.Opened(() => Composition.Build(loaded, profiles, new(parsed.GetValue(Store), screen.Time, screen.Time, log)));
            await RunAsync(built, new(socket, built.Desk, log.Warning) { Claim = claim }, log, ended.Token);
            return Exit.Ok;
        });
        return command;
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

    private static async Task RunAsync(Composition built, LocalServer answering, Log log, CancellationToken stop)
    {
        log.Info($"smartems {Composition.Version}: site {built.Site.Id}, {built.Site.Devices.Length} devices, policy {Composition.Policy.Name} ({built.Site.Running.PolicyMode})");
        using var link = SystemdLink.FromEnvironment(Environment.GetEnvironmentVariable);
        await using var server = answering;
        var serving = ServeAsync(server, log, stop);
        try
        {
            await new Host(built.Daemon, built.Field, built.Clock, link).RunAsync(stop);
        }
        finally
        {
            await OrderlyAsync(built, log);
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
        try
        {
            var released = await built.Field.ReleaseAllAsync(limit.Token);
            log.Info(released ? "stopped; every device follows its own automatic again" : "stopped; not every device confirmed its release, their own timers will");
        }
        catch (OperationCanceledException)
        {
            log.Warning("stopped; the devices did not take their release in time, their own timers will");
        }
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
