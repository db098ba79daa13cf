using System.CommandLine;
using System.Globalization;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems savings: what each day would have cost without a battery, under the rule, the plan and the policy, and what was saved.</summary>
internal static class SavingsCommand
{
    private static readonly Column[] Columns =
        [new("DAY"), new("NO BATTERY", true), new("RULE", true), new("PLAN", true), new("POLICY", true), new("LED", true), new("SAVED", true), new("TO RULE", true), new("MEASURED", true)];

    public static Command Build(Screen screen)
    {
        var days = new Option<int>("--days") { Description = $"so many, up to {Contest.KeptDays}", HelpName = "number", DefaultValueFactory = _ => Contest.WindowDays };
        var command = new Command("savings", "what each day would have cost without a battery, under rule, plan and policy, and what was saved") { days };
        command.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/savings?days={parsed.GetValue(days)}"), stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.SavingsView), screen));
            return Exit.Ok;
        });
        return command;
    }

    internal static Page Draw(SavingsView view, Screen screen)
    {
        var page = screen.NewPage();
        if (!view.Planned)
            return page.Line("one price holds at all times and neither peaks nor carbon cost anything, or there is no battery: the plain rule is the best there is, and nothing is compared");
        if (view.Days.Length == 0)
            return page.Line("no day is over yet since this began; each is booked at the first decision after its midnight");
        page.Table(Columns, [.. view.Days.Select(Row)]);
        page.Line($"{view.Sum.Days} {(view.Sum.Days == 1 ? "day" : "days")} in {view.Currency}: {Amount(view.Sum.SavedToNoBattery)} saved against no battery, {Amount(view.Sum.SavedToRule)} against the plain rule; the {view.Leader} leads");
        return page.Line("worked out from measured load and production and the tariff, wear, peaks and priced carbon included, energy left in the battery credited; the meter's bill may differ by what devices lose themselves");
    }

    private static Ink[] Row(SavingsDayView day) =>
    [
        day.Day,
        Amount(day.NoBattery),
        Amount(day.Rule),
        Amount(day.Plan),
        Amount(day.Policy),
        Amount(day.Led),
        new(Amount(day.SavedToNoBattery), Tint.Bold),
        Amount(day.SavedToRule),
        string.Create(CultureInfo.InvariantCulture, $"{day.MeasuredHours:0.#} h"),
    ];

    private static string Amount(double amount) => amount.ToString("0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
