using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>What a site has learnt for its forecasts and plans: its own past, and the market's prices of the last week. A value; one quarter-hour gives the next.</summary>
/// <param name="Past">Load and production.</param>
/// <param name="SpotFrom">Of which quarter-hour the first price is.</param>
/// <param name="Spot">Per kWh, one after the other up to the present.</param>
public sealed record Brain(Past Past, Slot SpotFrom, ImmutableArray<double> Spot)
{
    /// <summary>A week of quarter-hours.</summary>
    private const int SpotsMost = 7 * 96;

    /// <summary>Who would have paid what; null until a battery's charge was known.</summary>
    public Contest? Contest { get; init; }

    /// <summary>In the order of the site's chargers; empty until one is seen.</summary>
    public ImmutableArray<CarLog> Cars { get; init; } = [];

    /// <summary>The highest quarter-hour of the running billing period; null where peaks are free.</summary>
    public DemandPeak? Peak { get; init; }

    /// <summary>kg CO₂ per kWh from the grid in the quarter-hour that has begun; null where carbon has no price, or nobody told.</summary>
    public double? Carbon { get; init; }

    public static Brain Fresh(LocalClock clock) => new(Past.Empty(15, clock), default, []);

    /// <summary>With what an image tells of the quarter-hour before <paramref name="slot"/>, and of the price of this one; null where an image tells nothing.</summary>
    /// <param name="brain">Before it.</param>
    /// <param name="slot">That begins.</param>
    /// <param name="image">Taken then.</param>
    /// <param name="site">The site.</param>
    /// <param name="stays">What the seconds before have watched of the cars.</param>
    public static Brain? After(Brain? brain, Slot slot, ProcessImage image, Site site, ImmutableArray<CarStay> stays) =>
        image.Outside is { } outside ? (brain ?? Fresh(outside.Clock)).After(slot, outside, (image, site)) with { Cars = Seen(brain, slot, image, stays) } : brain;

    /// <summary>A site whose chargers have changed has new logs: whose stays the old ones were nobody knows.</summary>
    private static ImmutableArray<CarLog> Seen(Brain? brain, Slot slot, ProcessImage image, ImmutableArray<CarStay> stays)
    {
        var cars = ImmutableArray.CreateBuilder<CarLog>(image.EvChargers.Length);
        for (var i = 0; i < image.EvChargers.Length; i++)
            cars.Add((brain?.Cars.Length == image.EvChargers.Length ? brain.Cars[i] : CarLog.Empty).After(slot.Start, image.EvChargers[i].State, stays[i]));
        return cars.MoveToImmutable();
    }

    private Brain After(Slot slot, Outside outside, (ProcessImage Image, Site Site) seen)
    {
        var contest = Judged(slot, outside, seen.Image, seen.Site);
        var past = Past.On(outside.Clock);
        var before = new Slot(slot.Index - 1);
        if (outside.Measured is { } means)
            past = past.After(before.Start, means.Load, means.Pv);
        return (outside.Spot.IsEmpty ? this : WithSpot(slot, outside.Spot[0])) with { Past = past, Contest = contest, Peak = PeakAfter(slot, outside, seen.Site), Carbon = CarbonAt(slot, outside, seen.Site) };
    }

    private DemandPeak? PeakAfter(Slot slot, Outside outside, Site site) => site.Tariff.Demand is not { } demand ? null
        : (Peak ?? default).After(outside.Imported ?? double.NaN, demand.PeriodOf(outside.Clock.DayOf(new Slot(slot.Index - 1).Start)), demand.PeriodOf(outside.Clock.DayOf(slot.Start)));

    private static double? CarbonAt(Slot slot, Outside outside, Site site) =>
        site.Weights.CarbonPrice > 0 && ExternalOutlook.Of(outside.Foretold) is { } told && told.IsFresh(slot.Start) && told.At(told.Carbon, slot.Start) is var carbon && double.IsFinite(carbon) ? carbon : null;

    /// <summary>With what was decided for the quarter-hour that begins.</summary>
    /// <param name="shadows">Of plan and policy; empty where nothing was planned, for then the rule leads.</param>
    /// <param name="led">Of the battery itself.</param>
    public Brain Choosing(ImmutableArray<BatteryMode> shadows, BatteryMode led) => Contest is not { } contest ? this : this with
    {
        Contest = shadows.IsEmpty ? contest.Choose(BatteryMode.SelfConsume, BatteryMode.SelfConsume, led) : contest.Choose(shadows[0], shadows[1], led),
    };

    /// <summary>A quarter-hour that was not measured, whose sun was held back or whose price is not known, is booked for nobody.</summary>
    private Contest? Judged(Slot slot, Outside outside, ProcessImage image, Site site)
    {
        var (storage, tariff) = (PlanRequest.StorageOf(site), site.Tariff);
        storage = storage with { WearPerKwh = storage.WearPerKwh * site.Weights.Wear };
        var day = outside.Clock.DayOf(slot.Start);
        if (Contest is not { } contest)
            return PlanRequest.EnergyOf(image, site) is { } energy ? Proposing.Contest.Begin(day, energy) : null;
        if (outside.Measured is { } means && double.IsFinite(means.Load) && double.IsFinite(means.Pv) && PriceOf(new(slot.Index - 1), tariff) is { } import)
        {
            var carbon = site.Weights.CarbonPrice * (Carbon ?? 0);
            contest = contest.Book(new(means.Load + means.Ev - means.Pv, import.PerKilowattHour + carbon, tariff.ExportAt(import).PerKilowattHour, Slot.Length.TotalHours, PlanRequest.MayCurtail(site)) { Demand = tariff.Demand }, storage);
        }
        if (tariff.Demand is { } demand && Peak is { } peak && peak.Period != demand.PeriodOf(day))
            contest = contest.WithoutPeaks();
        return contest.Turn(day, storage, tariff.Demand);
    }

    private Price? PriceOf(Slot slot, Tariff tariff)
    {
        if (tariff.Spot is null)
            return tariff.ImportAt(slot.Start, Past.Clock, null);
        var at = slot.Index - SpotFrom.Index;
        return at >= 0 && at < Spot.Length ? tariff.ImportAt(slot.Start, Past.Clock, Spot[(int)at]) : null;
    }

    private Brain WithSpot(Slot slot, double price)
    {
        var gap = slot.Index - SpotFrom.Index - Spot.Length;
        if (Spot.IsEmpty || gap < 0 || gap >= SpotsMost)
            return this with { SpotFrom = slot, Spot = [price] };
        var prices = Spot.ToBuilder();
        while (gap-- > 0)
            prices.Add(prices[Math.Max(0, prices.Count - 96)]); // what nobody told is as the day before
        prices.Add(price);
        var over = Math.Max(0, prices.Count - SpotsMost);
        return this with { SpotFrom = new(SpotFrom.Index + over), Spot = [.. prices.Skip(over)] };
    }
}
