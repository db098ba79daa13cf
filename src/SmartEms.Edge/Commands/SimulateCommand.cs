using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Commands;

/// <summary>smartems simulate: years of the site's life in seconds, through the same Cycle and Follow as on the box.</summary>
internal static class SimulateCommand
{
    private const int SlotsPerDay = 96;

    public static Command Build(Screen screen)
    {
        var days = new Option<int>("--days") { Description = "how many days, 1 to 3650", DefaultValueFactory = _ => 365 };
        var follow = new Option<string>("--follow") { Description = "the Follow step", HelpName = "1s|5s|10s|30s|60s", DefaultValueFactory = _ => "60s" };
        var seed = new Option<ulong>("--seed") { Description = "seed of weather, appliances and cars", DefaultValueFactory = _ => 1 };
        var site = new Option<string?>("--site") { Description = "the site file; the demo house without it", HelpName = "file" };
        var trace = new Option<string?>("--trace") { Description = "CSV with local_time,load_w,pv_w; a measured home without it", HelpName = "file" };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3650)
                result.AddError("--days takes 1 to 3650");
        });
        follow.AcceptOnlyFromAmong("1s", "5s", "10s", "30s", "60s");
        var command = new Command("simulate", "runs the site through simulated days and tells energy, cost and a hash of all decisions") { days, follow, seed, site, trace, CheckCommand.Profiles };
        command.SetAction(parsed =>
        {
            var loaded = SiteChoice.Load(parsed.GetValue(site), CheckCommand.ProfilesOf(parsed), screen);
            var step = int.Parse(parsed.GetValue(follow)!.TrimEnd('s'));
            var simulated = new SimulatedSite(loaded.Site, TraceOf(parsed.GetValue(trace)), DemoSite.Settings(DemoSite.DefaultStart, parsed.GetValue(seed)));
            var began = screen.Time.GetTimestamp();
            var result = new SimulationRun(loaded.Site, simulated, SelfConsumption.Rule).Run(parsed.GetValue(days) * SlotsPerDay, step);
            var view = SimulationView.Of(result, loaded.Site, step, screen.Time.GetElapsedTime(began).TotalSeconds);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, RunsJson.Wire.SimulationView));
            else
                Tell(view, screen);
            return Exit.Ok;
        });
        return command;
    }

    private static SiteTrace TraceOf(string? path)
    {
        if (path is null)
            return DemoSite.Trace;
        try
        {
            var read = SiteTrace.Read(File.ReadAllText(path));
            return read.Trace ?? throw new Refusal(Exit.ConfigurationInvalid, "trace_invalid", $"{path}: {string.Join("; ", read.Problems.Take(5))}", "the columns are local_time (or utc), load_w and pv_w with a uniform step of 5 to 60 minutes");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Exit.ConfigurationInvalid, "trace_missing", $"{path} cannot be read: {failure.Message}", "name a CSV file with --trace");
        }
    }

    private static void Tell(SimulationView view, Screen screen)
    {
        screen.Out.WriteLine($"{view.Days} days, {view.Slots} slots, {view.Steps} Follow steps of {view.StepS} s in {view.Seconds:0.00} s ({view.StepsPerS:0} steps/s)");
        Summaries.Tell(view.Energy, screen);
        var worst = view.Violations + view.Unmeetable > 0 ? $", the longest for {view.WorstS:0} s ({view.WorstBound})" : "";
        var coarse = view is { StepS: > 1, Violations: > 0 } ? "; a coarse step does not show how the 1 s rhythm holds them: --follow 1s" : "";
        screen.Out.WriteLine($"limits     exceeded beyond {view.ReactionS:0} s: {view.Violations}, and {view.Unmeetable} times by the uncontrolled load alone{worst}{coarse}");
        screen.Out.WriteLine($"decisions and memory   sha256 {view.DecisionHash}");
        screen.Out.WriteLine($"setpoints of Follow    sha256 {view.FollowHash}");
    }
}
