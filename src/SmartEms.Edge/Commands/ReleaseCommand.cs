using System.CommandLine;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Field;

namespace SmartEms.Edge.Commands;

/// <summary>smartems release: hands the devices back to their own automatic without the daemon; the service manager calls it after every stop and crash.</summary>
internal static class ReleaseCommand
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(8);

    public static Command Build(Screen screen)
    {
        var all = new Option<bool>("--all") { Description = "every controllable device of the site", Required = true };
        var command = new Command("release", "hands the devices back to their own automatic, while the daemon is down") { all, CheckCommand.Site, CheckCommand.Profiles, RunCommand.Store };
        command.SetAction(async (parsed, stop) =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var loaded = SiteChoice.Load(parsed.GetValue(CheckCommand.Site), profiles, screen);
            if (await IsRunningAsync(parsed.Client(screen), stop))
                throw new Refusal(Exit.Failed, "daemon_running", "the daemon is running and would take the devices back at once", "stop it first (systemctl stop smartems); it releases them by itself");
            return await ReleaseAsync(loaded, profiles, (Left(parsed.GetValue(RunCommand.Store)!, screen), screen), stop);
        });
        return command;
    }

    /// <summary>What the daemon has left held. A store that cannot be read costs only what registers held before: every device is released all the same.</summary>
    private static HoldJournal Left(string store, Screen screen)
    {
        var holds = new HoldJournal();
        try
        {
            if (File.Exists(store))
            {
                using var opened = SqliteStore.OpenReadOnly(store);
                holds.Adopt(Ground.HoldsIn(opened));
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            screen.Say($"the hold journal cannot be read ({failure.Message}); every device of the site is released all the same");
        }
        return holds;
    }

    private static async Task<bool> IsRunningAsync(LocalClient client, CancellationToken stop)
    {
        try
        {
            await client.GetAsync("/v1/version", stop);
            return true;
        }
        catch (Refusal refusal) when (refusal.Exit == Exit.DaemonNotReachable)
        {
            return false;
        }
    }

    private static async Task<int> ReleaseAsync(LoadedSite loaded, ProfileSource profiles, (HoldJournal Holds, Screen Screen) with, CancellationToken stop)
    {
        var screen = with.Screen;
        await using var lines = new ModbusLines(screen.Time);
        var clock = new SiteClock(screen.Time);
        await using var field = new FieldLayer(loaded.Site, clock, device => profiles.Find(device.Profile)!, (device, profile) => lines.Lease(Composition.SettingsOf(device, profile)), new(_ => { }, new()) { Holds = with.Holds });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Within);
        var failed = 0;
        // First, and without waiting for anybody: what a pin does whose holder has died is the chip's affair.
        foreach (var relay in loaded.Site.Relays)
            screen.Out.WriteLine($"{relay.Name}  {Drop(relay, clock)}");
        foreach (var session in field.Sessions)
        {
            if (session.Profile.Controls.IsEmpty)
                continue;
            var released = await TryAsync(session, limit.Token);
            failed += released ? 0 : 1;
            screen.Out.WriteLine($"{session.Device.Name}  {(released ? "released" : $"not reached: {session.Counts.LastFault ?? "no answer"}; its own timer will release it")}");
        }
        return failed == 0 ? Exit.Ok : Exit.Failed;
    }

    /// <summary>Without current an energise-to-run relay stands safe.</summary>
    private static string Drop(Relay relay, SiteClock clock)
    {
        using var line = new RelayLine(relay, Composition.Gpio, clock);
        line.Set(false);
        return line.Trouble is { } trouble ? $"not reached: {trouble}" : "released";
    }

    private static async Task<bool> TryAsync(DeviceSession session, CancellationToken limit)
    {
        try
        {
            return await session.ReleaseAllAsync(limit);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
