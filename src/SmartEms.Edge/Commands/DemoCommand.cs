using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Commands;

/// <summary>smartems demo: a simulated site on real sockets and the daemon that runs it, live on the screen.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    public static Command Build(Screen screen)
    {
        var lasting = new Option<string?>("--for") { Description = "ends by itself after so long: 30s, 2m, 1h", HelpName = "time" };
        var speed = new Option<double>("--speed") { Description = "how many times faster than life, 1 to 36000", DefaultValueFactory = _ => 60 };
        var days = new Option<int?>("--days") { Description = "ends by itself after so many days of the house's time, 1 to 3650", HelpName = "days" };
        var seed = new Option<ulong>("--seed") { Description = "seed of weather, appliances and cars", DefaultValueFactory = _ => 1 };
        var store = new Option<string?>("--store") { Description = "keep the records in this file; without it they are dropped at the end", HelpName = "file" };
        var site = new Option<string?>("--site") { Description = "a site file whose devices are simulated; the demo house without it", HelpName = "file" };
        lasting.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && Lasting(text) is null)
                result.AddError($"--for takes a time such as 30s, 2m or 1h, not {text}");
        });
        speed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 1 and <= 36000))
                result.AddError("--speed takes 1 to 36000");
        });
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 3650)
                result.AddError("--days takes 1 to 3650");
        });
        var command = new Command("demo", "a simulated house on real Modbus sockets, and the daemon that runs it") { lasting, days, speed, seed, site, store, CheckCommand.Profiles };
        command.SetAction(async (parsed, stop) =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var loaded = SiteChoice.Load(parsed.GetValue(site), profiles, screen);
            var kept = parsed.GetValue(store);
            using var scratch = new ScratchStore();
            var log = screen.Traits.IsTerminal ? Log.Silent : new Log(screen.Error, false);
            var settings = new DemoSettings(parsed.GetValue(speed), parsed.GetValue(seed), kept ?? scratch.Path, screen.Time, log) { Days = parsed.GetValue(days) };
            await using var demo = await Stores.OpenedAsync(() => DemoRun.StartAsync(loaded, profiles, settings));
            var socket = parsed.GetResult(Options.Socket) is { Implicit: false } ? parsed.GetValue(Options.Socket)! : scratch.SocketPath;
            await using var server = new LocalServer(socket, () => demo.Built.Desk, log.Warning);
            await server.StartAsync(stop);
            await ShowAsync(demo, (Lasting(parsed.GetValue(lasting)), socket, parsed.IsJson()), screen, stop);
            return demo.Daemon.Limits.Violations == 0 ? Exit.Ok : Exit.Failed;
        });
        return command;
    }

    private static async Task ShowAsync(DemoRun demo, (TimeSpan? Lasting, string Socket, bool IsJson) how, Screen screen, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (how.Lasting is { } lasting)
            ended.CancelAfter(lasting);
        var running = demo.RunAsync(ended.Token);
        var showing = LiveAsync(demo, how, screen, ended.Token);
        try
        {
            await await Task.WhenAny(running, showing);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // its time is up, or somebody has seen enough
        }
        await ended.CancelAsync();
        await Task.WhenAll(running, showing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Summarise(demo, how.IsJson, screen);
    }

    private static async Task LiveAsync(DemoRun demo, (TimeSpan? Lasting, string Socket, bool IsJson) how, Screen screen, CancellationToken stop)
    {
        const string enter = "\e[?1049h\e[?25l", leave = "\e[?25h\e[?1049l", clear = "\e[H\e[J";
        var redraws = screen.Traits.IsTerminal && !how.IsJson;
        screen.Out.Write(redraws ? enter : "");
        try
        {
            while (true)
            {
                await Task.Delay(redraws ? RedrawEvery : LineEvery, screen.Time, stop);
                if (demo.Daemon.Latest is not { } now || how.IsJson)
                    continue;
                if (redraws)
                {
                    screen.Out.Write(clear);
                    screen.Show(StatusScreen.Draw(Pages.Status(now, demo.Built.Site, Composition.Version), screen));
                    screen.Out.WriteLine($"\nanother terminal: smartems status --socket {how.Socket}     Ctrl-C ends");
                }
                else
                    screen.Out.WriteLine(Line(now, demo));
            }
        }
        finally
        {
            screen.Out.Write(redraws ? leave : "");
        }
    }

    /// <summary>One line for streams that are no terminal.</summary>
    private static string Line(Snapshot now, DemoRun demo)
    {
        var image = now.Image;
        var ev = image.EvChargers.Sum(charger => charger.Charge.GoodOr(default).Watts);
        var pv = image.PvPlants.Sum(plant => plant.Production.GoodOr(default).Watts);
        var battery = image.Batteries[0];
        var mode = now.Decision is { } decision ? decision.Batteries[0].Mode.ToString() : "undecided";
        return $"{now.At}  grid {Kilo(image.Grid.Import.GoodOr(default).Watts)}  pv {Kilo(pv)}  battery {Kilo(battery.Discharge.GoodOr(default).Watts)}  "
            + $"ev {Kilo(ev)}  soc {battery.Soc.GoodOr(default).Percent:0} %  {mode}  findings {now.Findings.Length}  limit violations {demo.Daemon.Limits.Violations}";
    }

    private static string Kilo(double watts) => string.Create(CultureInfo.InvariantCulture, $"{watts / 1000:+0.00;-0.00;0.00} kW");

    private static void Summarise(DemoRun demo, bool isJson, Screen screen)
    {
        var (tally, limits, now) = (demo.Daemon.Tally, demo.Daemon.Limits, demo.Daemon.Latest);
        var view = new DemoView(
            tally.Seconds, now?.FollowSteps ?? 0, now?.Cycles ?? 0, EnergyView.Of(tally, demo.Built.Site), limits.Violations, limits.Unmeetable, limits.WorstSeconds, demo.Reversions, now?.Findings.Length ?? 0);
        if (isJson)
        {
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, RunsJson.Wire.DemoView));
            return;
        }
        screen.Out.WriteLine($"demo       {TimeSpan.FromSeconds(view.SimulatedS):d\\.hh\\:mm\\:ss} of site time, {view.FollowSteps} Follow steps, {view.Decisions} decisions");
        Summaries.Tell(view.Energy, screen);
        screen.Out.WriteLine($"devices    {view.Reversions} fell back by their own timers");
        screen.Out.WriteLine($"limits     limit violations = {view.Violations}{(view.Unmeetable > 0 ? $", and {view.Unmeetable} excesses by the uncontrolled load alone" : "")} (longest excess {view.WorstS:0} s, devices are granted {Core.Safeguarding.LimitWatch.ReactionSeconds:0} s and one step)");
        if (demo.StepSeconds > 5 && view.Violations > 0)
            screen.Out.WriteLine($"           a step took {demo.StepSeconds} s at this speed, a box takes 1 s: see what it keeps with --speed 900");
    }

    /// <summary>30s, 2m, 1h, 1h30m; null when it is none of these.</summary>
    internal static TimeSpan? Lasting(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var (total, number) = (TimeSpan.Zero, -1L);
        foreach (var letter in text)
        {
            if (char.IsAsciiDigit(letter) && number < 1_000_000)
            {
                number = (Math.Max(number, 0) * 10) + letter - '0';
                continue;
            }
            if (number < 0 || letter is not ('s' or 'm' or 'h'))
                return null;
            total += letter == 's' ? TimeSpan.FromSeconds(number) : letter == 'm' ? TimeSpan.FromMinutes(number) : TimeSpan.FromHours(number);
            number = -1;
        }
        return number >= 0 || total <= TimeSpan.Zero ? null : total;
    }
}

/// <summary>A place for what the demo writes; gone with it.</summary>
internal sealed class ScratchStore : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("smartems-demo-");

    public string Path => System.IO.Path.Combine(directory.FullName, "store.db");
    public string SocketPath => System.IO.Path.Combine(directory.FullName, "ctl.sock");

    public void Dispose() => directory.Delete(recursive: true);
}
