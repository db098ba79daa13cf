using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartEms.Edge.Backtesting;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Commands;

/// <summary>smartems backtest: what rule, plan and policy would have paid on a measured trace, beside no control and perfect foresight.</summary>
internal static class BacktestCommand
{
    private static readonly Option<string> Trace = new("--trace") { Description = "CSV with local_time (or utc), load_w, pv_w in even steps of 5 to 60 minutes", HelpName = "file", Required = true };
    private static readonly Option<string?> Import = new("--import") { Description = "contract prices: CSV with local_time (or utc), import_per_kwh, export_per_kwh", HelpName = "file" };
    private static readonly Option<string?> Spot = new("--spot") { Description = "day-ahead prices: CSV with utc, eur_per_mwh", HelpName = "file" };
    private static readonly Option<string?> SpotFrom = new("--spot-from") { Description = "the market's day whose prices the trace's first day gets, Berlin time; its own date without it", HelpName = "day" };
    private static readonly Option<double> SpotFactor = new("--spot-factor") { Description = "retail price = factor × spot + adder", DefaultValueFactory = _ => RetailPrices.German.Factor };
    private static readonly Option<double> SpotAdder = new("--spot-adder") { Description = "per kWh", DefaultValueFactory = _ => RetailPrices.German.Adder };
    private static readonly Option<double> FeedIn = new("--feed-in") { Description = "per kWh exported, with --spot; never more than the import price", DefaultValueFactory = _ => RetailPrices.German.FeedIn };
    private static readonly Option<int> Published = new("--published") { Description = "local hour from which the next day's prices are known", HelpName = "hour", DefaultValueFactory = _ => RetailPrices.German.PublishedHour };
    private static readonly Option<string?> Carbon = new("--carbon") { Description = "CSV with local_time (or utc), kg_co2_per_kwh", HelpName = "file" };
    private static readonly Option<string?> Ev = new("--ev") { Description = "charging sessions: CSV with user, plug_in_local, plug_out_local, energy_wh", HelpName = "file" };
    private static readonly Option<string?> EvUser = new("--ev-user") { Description = "only this user's sessions", HelpName = "user" };
    private static readonly Option<double> EvPower = new("--ev-power") { Description = "of the charger, kW", HelpName = "kW", DefaultValueFactory = _ => 11 };
    private static readonly Option<bool> EvForetold = new("--ev-foretold") { Description = "when cars leave is foretold from the stays before; without it each was told" };
    private static readonly Option<string> Battery = new("--battery") { Description = "energy and power; 0kWh/0kW is none", HelpName = "kWh/kW", DefaultValueFactory = _ => "10kWh/5kW" };
    private static readonly Option<string> Efficiency = new("--efficiency") { Description = "of the battery, one way", DefaultValueFactory = _ => "95%" };
    private static readonly Option<double> Wear = new("--wear") { Description = "per kWh discharged", DefaultValueFactory = _ => 0.02 };
    private static readonly Option<string> StartSoc = new("--start") { Description = "charge at the begin", DefaultValueFactory = _ => "50%" };
    private static readonly Option<string?> From = new("--from") { Description = "the first day that counts; the 29th without it", HelpName = "day" };
    private static readonly Option<string?> To = new("--to") { Description = "the last day that counts; the third last without it", HelpName = "day" };
    private static readonly Option<bool> TestWeeks = new("--test-weeks") { Description = "only the weeks that no policy was trained on, (day // 7) % 4 == 3" };
    private static readonly Option<string?> Zone = new("--zone") { Description = "local time of a trace in utc; Europe/Berlin with --spot, else UTC, without it", HelpName = "zone" };
    private static readonly Option<string?> Svg = new("--svg") { Description = "a picture of a week under the plan", HelpName = "file" };

    public static Command Build(Screen screen)
    {
        var command = new Command("backtest", "what rule, plan and policy would have paid on a measured trace")
        {
            Trace, Import, Spot, SpotFrom, SpotFactor, SpotAdder, FeedIn, Published, Carbon, Ev, EvUser, EvPower, EvForetold, Battery, Efficiency, Wear, StartSoc, From, To, TestWeeks, Zone, Svg,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Import) is null == result.GetValue(Spot) is null)
                result.AddError("Prices are needed: either --import or --spot.");
        });
        command.SetAction(parsed =>
        {
            var began = screen.Time.GetTimestamp();
            var run = BacktestRun.Of(WishesOf(parsed));
            var foresight = new TraceForesight(run.Trace, new(run.Trace, BacktestWishes.HorizonHours));
            var scores = BacktestScores.Of(run, screen.Time, Contestants.Of(run));
            var view = BacktestView.Of(run, scores, screen.Time.GetElapsedTime(began).TotalSeconds);
            if (parsed.GetValue(Svg) is { } picture)
                WeekPicture.Write(picture, run, scores);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, BacktestJson.Wire.BacktestView));
            else
                Tell(view, screen);
            return Exit.Ok;
        });
        return command;
    }

    private static BacktestWishes WishesOf(ParseResult parsed)
    {
        var (energy, power) = BacktestWishes.Battery(parsed.GetValue(Battery)!);
        var efficiency = BacktestWishes.Share(parsed.GetValue(Efficiency)!);
        return new(parsed.GetValue(Trace)!)
        {
            Import = parsed.GetValue(Import), Spot = parsed.GetValue(Spot), SpotFrom = DayOf(parsed, SpotFrom), Carbon = parsed.GetValue(Carbon),
            Retail = new(parsed.GetValue(SpotFactor), parsed.GetValue(SpotAdder), parsed.GetValue(FeedIn), parsed.GetValue(Published)),
            Ev = parsed.GetValue(Ev), EvUser = parsed.GetValue(EvUser), EvPower = parsed.GetValue(EvPower) * 1000, EvForetold = parsed.GetValue(EvForetold),
            Storage = new(energy, power, power) { ChargeEfficiency = efficiency, DischargeEfficiency = efficiency, WearPerKwh = parsed.GetValue(Wear) },
            StartSoc = BacktestWishes.Share(parsed.GetValue(StartSoc)!), From = DayOf(parsed, From), To = DayOf(parsed, To), TestWeeks = parsed.GetValue(TestWeeks),
            Zone = ZoneOf(parsed.GetValue(Zone) ?? (parsed.GetValue(Spot) is null ? "UTC" : "Europe/Berlin")),
        };
    }

    private static DateTime? DayOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? BacktestWishes.Day(text) : null;

    private static TimeZoneInfo ZoneOf(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        ? zone
        : throw new Refusal(Exit.Usage, "zone_unknown", $"no time zone is called {name}", "as in Europe/Berlin; the system's package tzdata holds them");

    private static void Tell(BacktestView view, Screen screen)
    {
        screen.Out.WriteLine($"{view.Days} days of {view.StepMin} min steps, {view.ScoredDays:0} of them counted{(view.FilledSteps > 0 ? $"; {view.FilledSteps} steps were missing and filled in" : "")}{(view.SessionsLeftOut > 0 ? $"; {view.SessionsLeftOut} charging sessions had no place" : "")}");
        var columns = new List<Column> { new("controller"), new("cost", true), new("R1", true), new("R2", true), new("cycles", true), new("peak", true), new("import", true), new("export", true) };
        var (hasCarbon, hasCar) = (view.Controllers.Any(one => one.Co2Kg is not null), view.Controllers.Any(one => one.EvKwh > 0));
        if (hasCarbon)
            columns.Add(new("CO2", true));
        if (hasCar)
            columns.Add(new("car left without", true));
        columns.Add(new("time", true));
        var page = screen.NewPage().Table([.. columns], [.. view.Controllers.Select(one => Cells(one, hasCarbon, hasCar))]);
        screen.Show(page);
        screen.Out.WriteLine("R1: share of the saving between no control and perfect foresight. R2: between the self-consumption rule and perfect foresight.");
    }

    private static Ink[] Cells(BacktestScore one, bool hasCarbon, bool hasCar)
    {
        List<Ink> cells = [one.Name, $"{one.Cost:0.00}", Percent(one.R1), Percent(one.R2), $"{one.Cycles:0}", $"{one.PeakW / 1000:0.0} kW", $"{one.ImportKwh:0} kWh", $"{one.ExportKwh:0} kWh"];
        if (hasCarbon)
            cells.Add($"{one.Co2Kg:0} kg");
        if (hasCar)
            cells.Add($"{one.EvUnmetKwh:0.0} kWh");
        cells.Add($"{one.Seconds:0.0} s");
        return [.. cells];
    }

    private static string Percent(double? share) => share is { } known ? $"{known * 100:0.0} %" : "–";
}

/// <summary>What a backtest tells.</summary>
internal sealed record BacktestView(
    int Days, double ScoredDays, int StepMin, int FilledSteps, int SessionsLeftOut, double BatteryWh, double BatteryW, double StoredPerKwh, double Seconds, IReadOnlyList<BacktestScore> Controllers)
{
    public static BacktestView Of(BacktestRun run, BacktestScores scores, double seconds) => new(
        run.Local.Days, run.Scored.Sum(part => part.End - part.From) * run.Trace.Hours / 24, run.Trace.StepMinutes, run.Measured.StepsFilled, run.SessionsLeftOut,
        run.Storage.CapacityWh, run.Storage.DischargeMax, run.StoredPerKwh, seconds, scores.Scores);
}

/// <summary>How it is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BacktestView))]
internal sealed partial class BacktestJson : JsonSerializerContext
{
    public static BacktestJson Wire => Default;
}
