using System.Globalization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Control;

/// <summary>What was saved, day by day, newest last; empty where nothing is to be won by waiting, for then nothing is planned.</summary>
/// <param name="Currency">Of all amounts.</param>
/// <param name="Leader">Who leads now: rule, plan or policy.</param>
/// <param name="Planned">Whether prices vary, peaks cost or carbon does here, so that there is anything to win.</param>
internal sealed record SavingsView(SiteView Site, DateTime At, string Currency, string Leader, bool Planned, SavingsDayView[] Days, SavingsSumView Sum);

/// <summary>A local day's bill under each, battery wear, peaks and priced carbon included, what the battery held more or less at the end credited or debited.</summary>
/// <param name="MeasuredHours">How much of the day load and production were known; only that is in the bills.</param>
internal sealed record SavingsDayView(string Day, double MeasuredHours, double NoBattery, double Rule, double Plan, double Policy, double Led, double SavedToNoBattery, double SavedToRule);

/// <summary>The sum of the days shown.</summary>
internal sealed record SavingsSumView(int Days, double NoBattery, double Rule, double Plan, double Policy, double Led, double SavedToNoBattery, double SavedToRule);

/// <summary>GET /v1/savings.</summary>
internal static class SavingsRequest
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    public static Task<Reply> AnswerAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (desk.Latest() is not { } now)
            return Task.FromResult(Reply.Error(503, "starting", "the daemon has just started and has not looked at the site yet", "ask again in a second"));
        var count = Contest.KeptDays;
        if (asked.Query("days") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Contest.KeptDays))
            return Task.FromResult(Reply.Error(400, "days_unclear", $"days={text} is not a number of days from 1 to {Contest.KeptDays}", $"write it as in days=14; {Contest.KeptDays} are kept"));
        var contest = desk.Contest();
        SavingsDayView[] days = [.. (contest?.Days ?? []).TakeLast(count).Select(Of)];
        var planned = desk.Site.IsPlanned;
        return Task.FromResult(Reply.Ok(
            new SavingsView(Parts.Of(desk.Site), Parts.Of(now.At), desk.Site.Tariff.Currency, Words.Of(LeaderOf(desk.Site, contest)), planned, days, Sum(days)), ViewsJson.Wire.SavingsView));
    }

    /// <summary>Whom the site file lets lead: a policy that is off leads nobody, one that is only watched leaves it to the plan.</summary>
    private static Candidate LeaderOf(Site site, Contest? contest) => site.Running.PolicyMode switch
    {
        PolicyMode.Off => Candidate.Rule,
        _ when !site.IsPlanned => Candidate.Rule,
        PolicyMode.Shadow when contest?.Leader != Candidate.Rule => Candidate.Plan,
        _ => contest?.Leader ?? Candidate.Policy,
    };

    private static SavingsDayView Of(ContestDay day) => new(
        Epoch.AddDays((int)day.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Math.Round(day.Hours, 2),
        Money(day.Of(Candidate.NoBattery)),
        Money(day.Of(Candidate.Rule)),
        Money(day.Of(Candidate.Plan)),
        Money(day.Of(Candidate.Policy)),
        Money(day.Of(Candidate.Led)),
        Money(day.Of(Candidate.NoBattery) - day.Of(Candidate.Led)),
        Money(day.Of(Candidate.Rule) - day.Of(Candidate.Led)));

    private static SavingsSumView Sum(SavingsDayView[] days) => new(
        days.Length,
        Money(days.Sum(day => day.NoBattery)),
        Money(days.Sum(day => day.Rule)),
        Money(days.Sum(day => day.Plan)),
        Money(days.Sum(day => day.Policy)),
        Money(days.Sum(day => day.Led)),
        Money(days.Sum(day => day.SavedToNoBattery)),
        Money(days.Sum(day => day.SavedToRule)));

    private static double Money(double amount) => Math.Round(amount, 4);
}
