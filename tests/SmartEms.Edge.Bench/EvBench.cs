using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Training;

namespace SmartEms.Edge.Bench;

/// <summary>What waiting saves at a charger: measured stays, market prices, the product's own plan every quarter-hour, minute by minute, against charging at once.</summary>
internal static class EvBench
{
    private const double Watts = 11_040;
    private const double WattsMin = 4_140;
    private const int Steps = 144;
    private const int StepMinutes = 15;
    private const long MsPerHour = 3_600_000;

    /// <summary>How a departure is known.</summary>
    private enum Departures
    {
        Told,
        Foretold,

        /// <summary>Likewise, and what the car wants is no sign of when it leaves.</summary>
        Blindly,
    }

    /// <summary>A stay and what is known when it begins: the user's earlier ones, and what other users' stays have taught.</summary>
    private readonly record struct Case(MeasuredStay Stay, ImmutableArray<EvStay> Before, LeaveTrees Trees);

    /// <summary>What it cost, in EUR, and what was charged and missed, Wh.</summary>
    private readonly record struct Bill(double Cost, double Wh, double MissedWh, int Short)
    {
        public Bill Plus(Bill other) => new(Cost + other.Cost, Wh + other.Wh, MissedWh + other.MissedWh, Short + other.Short);
    }

    public static async IAsyncEnumerable<Figure> Run(string[] arguments)
    {
        var directory = arguments switch
        {
            [] => null,
            ["--write", var named] when Directory.Exists(named) => named,
            _ => throw new BenchException("ev knows --write DIR, a directory that exists, for its page"),
        };
        var page = new EvidencePage();
        var users = TrondheimStays.Read();
        var market = Market.Read();
        var folds = await Task.Run(() => Folds(users));
        var bills = await Task.Run(() => (
            AtOnce: Sum(users, folds, one => AtOnce(one.Stay, market)),
            Least: Sum(users, folds, one => Least(one.Stay, market)),
            Told: Sum(users, folds, one => Planned(one, market, Departures.Told)),
            Foretold: Sum(users, folds, one => Planned(one, market, Departures.Foretold)),
            Blindly: Sum(users, folds, one => Planned(one, market, Departures.Blindly)),
            Early: (Sum(users, folds, one => AtOnce(one.Stay, market), StaysNew), Sum(users, folds, one => Planned(one, market, Departures.Foretold), StaysNew))));
        foreach (var figure in Of(users, bills.AtOnce, bills.Least, bills.Told).Concat(Of("foretold", bills.Foretold, bills.AtOnce, isAim: true))
            .Concat(Of("blindly", bills.Blindly, bills.AtOnce, isAim: false)).Append(Figure.Told("ev.new_missed", Missed(bills.Early.Item2, bills.Early.Item1), "% of the energy")))
        {
            page.Add(figure);
            yield return figure;
        }
        if (directory is not null)
            page.Write(Path.Combine(directory, "ev.md"), "Cars that may wait", "./dev bench ev --write docs/evidence", What);
    }

    private const string What = """
        Stays of private cars in Trondheim (tests/data/energy/ev), moved onto the German day-ahead prices from 7 August 2023 on, first Monday onto first Monday; import = 1.19 × spot + 0.19 €/kWh;
        the next day's prices are visible from 13:00. Chargers of 11 kW, each user's alone, without sun and battery. The plan decides at every quarter-hour, as the product does; a car that comes in between
        gets until the next one what was decided for a car to come, by the user's earlier stays alone (nothing where the stay before had not ended by then).
        What a car wants is taken from the data: it is known to the plan, as it is where the user enters it.

        *At once* is plug and charge. *Told*: the user entered the departure as the car came, which then waits for the next quarter-hour. *Foretold*: nobody did; the plan knows the same user's earlier stays and what the stays of other users have taught
        (five folds: each user is foretold by trees that were trained without any stay of his fold's users; those that ship are trained on all). *Blindly*: likewise, but the trees are not told what the car wants,
        as where a charge is foretold too; in these data a car that left before it was full wanted what it had got, so that the charge wanted tells a little of the departure. *New* is of each user's first ten stays. *Least* is what nobody could beat who knew everything.
        Saved is of the bill of charging at once; `per_kwh` is of the price paid per kWh, so that what was not charged saves nothing.
        """;

    private const int FoldsAll = 5;

    /// <summary>So many stays a user is new.</summary>
    private const int StaysNew = 10;

    /// <summary>For each user, trees that have not seen him.</summary>
    private static LeaveTrees[] Folds(MeasuredStay[][] users)
    {
        var (rows, folds) = (StayRows.Of(users), new LeaveTrees[FoldsAll]);
        Parallel.For(0, FoldsAll, fold => folds[fold] = LeaveTrainer.Train(rows, user => user % FoldsAll != fold, new()));
        return [.. users.Select((_, user) => folds[user % FoldsAll])];
    }

    private static IEnumerable<Figure> Of(MeasuredStay[][] users, Bill atOnce, Bill least, Bill told)
    {
        yield return Figure.Told("ev.users", users.Length, "users");
        yield return Figure.Told("ev.stays", users.Sum(user => user.Count(stay => stay.Scored)), "stays scored");
        yield return Figure.Told("ev.at_once", atOnce.Cost / atOnce.Wh * 1_000, "EUR/kWh");
        yield return Figure.Told("ev.least_saved", Saved(least, atOnce), "%");
        yield return new("ev.told_saved", Saved(told, atOnce), "% of the bill", double.PositiveInfinity, 12);
        yield return new("ev.told_short_beyond_at_once", told.Short - atOnce.Short, "departures", 0);
    }

    private static IEnumerable<Figure> Of(string name, Bill bill, Bill atOnce, bool isAim)
    {
        var (saved, missed) = (Saved(bill, atOnce), Missed(bill, atOnce));
        yield return isAim ? new($"ev.{name}_saved", saved, "% of the bill", double.PositiveInfinity, 9) : Figure.Told($"ev.{name}_saved", saved, "% of the bill");
        yield return Figure.Told($"ev.{name}_saved_per_kwh", 100 * (1 - (bill.Cost / bill.Wh / (atOnce.Cost / atOnce.Wh))), "%");
        yield return isAim ? new($"ev.{name}_missed", missed, "% of the energy", 1) : Figure.Told($"ev.{name}_missed", missed, "% of the energy");
    }

    private static double Missed(Bill bill, Bill atOnce) => 100 * (bill.MissedWh - atOnce.MissedWh) / (atOnce.Wh + atOnce.MissedWh);

    private static double Saved(Bill bill, Bill atOnce) => 100 * (1 - (bill.Cost / atOnce.Cost));

    private static Bill Sum(MeasuredStay[][] users, LeaveTrees[] trees, Func<Case, Bill> charge, int first = int.MaxValue)
    {
        var bills = new Bill[users.Length];
        Parallel.For(0, users.Length, user =>
        {
            var before = ImmutableArray<EvStay>.Empty;
            foreach (var stay in users[user].Take(first))
            {
                if (stay.Scored)
                    bills[user] = bills[user].Plus(charge(new(stay, before, trees[user])));
                before = (before.Length < CarLog.StaysMost ? before : before.RemoveAt(0)).Add(new(stay.In, stay.Out, stay.Wh));
            }
        });
        return bills.Aggregate((a, b) => a.Plus(b));
    }

    private static Bill AtOnce(MeasuredStay stay, Market market) => Charged(stay, market, (_, _) => Watts);

    /// <summary>The cheapest minutes of the stay, known beforehand.</summary>
    private static Bill Least(MeasuredStay stay, Market market)
    {
        var minutes = (int)((stay.Out - stay.In).Ticks / TimeSpan.TicksPerMinute);
        var (missing, cost) = (stay.Wh, 0.0);
        foreach (var price in Enumerable.Range(0, minutes).Select(minute => market.At(stay.In + TimeSpan.FromMinutes(minute))).Order())
        {
            var taken = Math.Min(missing, Watts / 60);
            (missing, cost) = (missing - taken, cost + (taken * price / 1_000));
        }
        return new(cost, stay.Wh - missing, missing, missing > 1 ? 1 : 0);
    }

    private static Bill Planned(Case one, Market market, Departures departures)
    {
        var (mode, stay) = (departures == Departures.Told ? EvMode.SurplusOnly : ToCome(one, market), one.Stay);
        return Charged(stay, market, (now, missing) =>
        {
            if (Slot.Of(now).Start == now)
                mode = Plan(one, market, (now, missing), departures);
            if (departures == Departures.Told && Departure.IsDue(missing, Watts, stay.Out - now))
                return Watts;
            return mode switch
            {
                EvMode.Full => Watts,
                EvMode.Half => Watts / 2,
                EvMode.Minimum => WattsMin,
                _ => 0,
            };
        });
    }

    /// <summary>What the quarter-hour that the car comes within says, decided when nobody was there; where another car was, this one waits.</summary>
    private static EvMode ToCome(Case one, Market market)
    {
        var from = Slot.Of(one.Stay.In).Start;
        if (!one.Before.IsEmpty && one.Before[^1].PluggedOut > from)
            return EvMode.SurplusOnly;
        var clock = LocalClock.Of(from, TrondheimStays.Zone);
        var look = EvForecast.Look(new(one.Before, from, null, clock), from, (Steps, StepMinutes), one.Trees);
        return Plan((from, clock), market, prices => CarNeeds.Foretold(look, 0, (WattsMin, Watts), prices));
    }

    private static Bill Charged(MeasuredStay stay, Market market, Func<Instant, double, double> offer)
    {
        var (missing, cost) = (stay.Wh, 0.0);
        for (var now = stay.In; now < stay.Out && missing > 1e-6; now += TimeSpan.FromMinutes(1))
        {
            var taken = Math.Min(missing, offer(now, missing) / 60);
            (missing, cost) = (missing - taken, cost + (taken * market.At(now) / 1_000));
        }
        return new(cost, stay.Wh - missing, missing, missing > 1 ? 1 : 0);
    }

    private static EvMode Plan(Case one, Market market, (Instant Now, double Missing) at, Departures departures)
    {
        var clock = LocalClock.Of(at.Now, TrondheimStays.Zone);
        if (departures == Departures.Told)
            return Plan((at.Now, clock), market, _ => new(at.Missing, WattsMin, Watts, EvNeed.LeavesAfter(Math.Max(0, (int)((one.Stay.Out - at.Now).Ticks / Slot.Length.Ticks) - 1))));
        var stay = new StayQuestion(one.Before, one.Stay.In, departures == Departures.Blindly ? null : one.Stay.Wh, clock);
        var chances = EvForecast.Look(stay, at.Now, (Steps, StepMinutes), one.Trees).LeaveChance;
        return Plan((at.Now, clock), market, prices => new(at.Missing, WattsMin, Watts, chances) { MissedPerKwh = CarNeeds.Missed(prices) });
    }

    private static EvMode Plan((Instant Now, LocalClock Clock) at, Market market, Func<PriceOutlook, EvNeed> need)
    {
        var prices = market.Seen(at.Now, at.Clock, Steps, StepMinutes);
        var nothing = ImmutableArray.Create(new double[Steps]);
        var quiet = new Quantiles(nothing, nothing, nothing);
        return Planner.Value(new(new(at.Now, StepMinutes, quiet, quiet, [new(nothing, nothing)]), prices, Storage.None, 0) { Ev = need(prices), SocPoints = 2 }).At(0).Ev;
    }

    /// <summary>Retail prices, hour by hour.</summary>
    private sealed class Market(Instant start, ImmutableArray<double> import)
    {
        public static Market Read()
        {
            var rows = EnergyData.DayAhead().Select(row => (Hour: Instant.From(new(row.Hour)).UnixMilliseconds / MsPerHour, row.PerKwh)).ToArray();
            var prices = new double[rows[^1].Hour - rows[0].Hour + 1];
            foreach (var (hour, spot) in rows)
                prices[hour - rows[0].Hour] = (RetailPrices.German.Factor * spot) + RetailPrices.German.Adder;
            return new(new(rows[0].Hour * MsPerHour), ImmutableArray.Create(prices));
        }

        public double At(Instant now) => import[(int)((now.UnixMilliseconds - start.UnixMilliseconds) / MsPerHour)];

        public PriceOutlook Seen(Instant now, LocalClock clock, int steps, int stepMinutes) =>
            PriceForecast.Look(new(start, 60, import, import, [], PriceForecast.VisibleUntil(now, clock)), now, steps, stepMinutes);
    }
}
