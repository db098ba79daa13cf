using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tuning;

namespace SmartEms.Edge.Commands;

/// <summary>smartems policy: which learned policy proposes on this box, and fitting it to the site's own past.</summary>
internal static class PolicyCommand
{
    private const string TakesEffect = "it proposes from the next quarter-hour on once the daemon has taken it: smartems reload";

    public static Command Build(Screen screen) => new("policy", "which learned policy proposes on this box, and fitting it to the site's own past") { Show(screen), Tune(screen), Install(screen), Reset(screen) };

    private static Command Show(Screen screen)
    {
        var show = new Command("show", "the policy in force, who signed it, and how it was trained") { RunCommand.Store };
        show.SetAction(parsed => Guarded(() =>
        {
            var view = Look(Directory(parsed));
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, CommandsJson.Wire.PolicyView));
            else
                screen.Show(Draw(view, screen));
        }));
        return show;
    }

    private static Command Tune(Screen screen)
    {
        var dry = new Option<bool>("--dry-run") { Description = "tells what it would be worth and changes nothing" };
        var tune = new Command("tune", "fits the policy's last layers to the site's own past; takes it only if it was cheaper in weeks held back") { CheckCommand.Site, CheckCommand.Profiles, RunCommand.Store, dry };
        tune.SetAction(parsed => Guarded(() =>
        {
            var (site, directory) = (SiteChoice.Load(parsed.GetValue(CheckCommand.Site), CheckCommand.ProfilesOf(parsed), screen).Site, Directory(parsed));
            var before = PolicySource.Kept(directory, () => PolicyKeys.Of(directory))?.Policy ?? PolicySource.BuiltIn();
            using var store = Stores.Opened(() => SqliteStore.OpenReadOnly(parsed.GetValue(RunCommand.Store)!));
            var (tuning, trace) = SiteTuning.Of(site, store, before, Instant.From(screen.Time.GetUtcNow()));
            var days = trace.Steps / 24;
            var policy = tuning.Policy with { Record = $"{before.Record.Split("; fitted")[0]}; fitted to {site.Id}, {days} days until {trace.StartOf(trace.Steps)}" };
            var isTaken = tuning.IsBetter && !parsed.GetValue(dry);
            if (isTaken)
                PolicyKeys.Keep(directory, policy.Write(), PolicyKeys.Sign(directory, policy.Write()));
            var view = new TuningView(site.Id, days, tuning.IsBetter, isTaken, HashOf(policy), [.. tuning.Weeks.Select(week => new TuningWeekView($"{week.From}", week.Plan, week.Before, week.After))]);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, CommandsJson.Wire.TuningView));
            else
                screen.Show(Draw(view, site.Tariff.Currency, screen));
        }));
        return tune;
    }

    private static Command Install(Screen screen)
    {
        var file = new Argument<string>("file") { Description = "the policy; its signature lies beside it as FILE.sig" };
        var install = new Command("install", "puts a policy in place that an operator with the role admin has signed") { file, RunCommand.Store };
        install.SetAction(parsed => Guarded(() =>
        {
            var directory = Directory(parsed);
            var signed = PolicySource.Read(parsed.GetValue(file)!, PolicyKeys.Of(directory));
            PolicyKeys.Keep(directory, signed.Bytes, signed.Signature);
            screen.Out.WriteLine($"policy {HashOf(signed.Policy)[..12]}, signed by {signed.By}, is in place; {TakesEffect}");
        }));
        return install;
    }

    private static Command Reset(Screen screen)
    {
        var reset = new Command("reset", "takes the box's own policy away; the one built in proposes again") { RunCommand.Store };
        reset.SetAction(parsed => Guarded(() =>
        {
            var file = Path.Combine(Directory(parsed), PolicySource.KeptName);
            var was = File.Exists(file);
            File.Delete(file);
            screen.Out.WriteLine(was ? $"the policy built in is in place; {TakesEffect}" : "no other policy than the one built in was in place");
        }));
        return reset;
    }

    /// <summary>As records name it.</summary>
    private static string HashOf(PolicyFile policy) => new SitePolicy(policy, "").Hash;

    private static PolicyView Look(string directory)
    {
        var policy = PolicyKeys.InForce(directory);
        return new(policy.File.Record.Length == 0 ? "" : policy.Hash, policy.From, policy.File.Record, policy.Refused);
    }

    private static Page Draw(PolicyView view, Screen screen)
    {
        var page = screen.NewPage().Row("policy", view.Hash.Length == 0 ? "the plan alone" : view.Hash).Row("from", view.From);
        if (view.Record.Length > 0)
            page.Row("training", view.Record);
        return view.Refused.Length == 0 ? page : page.Row("refused", view.Refused);
    }

    internal static Page Draw(TuningView view, string currency, Screen screen)
    {
        var page = screen.NewPage();
        page.Table([new("WEEK FROM"), new("PLAN", true), new("POLICY NOW", true), new("FITTED", true), new("SAVED", true)],
            [.. view.Weeks.Select(week => (Ink[])[week.From[..10], Amount(week.Plan), Amount(week.Before), Amount(week.After), Amount(week.Before - week.After)])]);
        var (plan, before, after) = (view.Weeks.Sum(week => week.Plan), view.Weeks.Sum(week => week.Before), view.Weeks.Sum(week => week.After));
        page.Line($"{view.Weeks.Length} weeks of {view.Days} days were held back; together, in {currency}: plan {Amount(plan)}, policy now {Amount(before)}, fitted {Amount(after)}");
        return page.Line(view.Taken ? $"the fitted policy {view.Policy[..12]} is in place; {TakesEffect}"
            : view.Better ? "the fitted policy is better; without --dry-run it would be put in place" : "the fitted policy is not better in the weeks held back; nothing is changed");
    }

    private static string Amount(double amount) => amount.ToString("0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    private static string Directory(ParseResult parsed) => Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(RunCommand.Store)!))!;

    private static int Guarded(Action act)
    {
        try
        {
            act();
            return Exit.Ok;
        }
        catch (PolicyFileException wrong)
        {
            throw new Refusal(Exit.Failed, "policy_refused", wrong.Message, "smartems policy reset goes back to the policy built in; README says how one is signed");
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new Refusal(Exit.NoPermission, "no_permission", failure.Message, "use sudo -u smartems");
        }
        catch (IOException failure)
        {
            throw new Refusal(Exit.Failed, "policy_not_kept", failure.Message, "");
        }
    }
}

/// <summary>The policy for programs; hash empty = the plan alone, refused empty = nothing was.</summary>
internal sealed record PolicyView(string Hash, string From, string Record, string Refused);

/// <summary>What fitting was worth.</summary>
internal sealed record TuningView(string Site, int Days, bool Better, bool Taken, string Policy, TuningWeekView[] Weeks);

/// <summary>One week held back, in the site's currency.</summary>
internal sealed record TuningWeekView(string From, double Plan, double Before, double After);
