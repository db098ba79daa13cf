using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>Where what is known of a car comes from.</summary>
public enum CarSource : byte
{
    /// <summary>It is there, and somebody told when it leaves.</summary>
    Told,

    /// <summary>It is there, and earlier stays foretell when it leaves.</summary>
    Foretold,

    /// <summary>It is not there: earlier stays foretell it as if it came now.</summary>
    MayCome,
}

/// <summary>What a car at a charger needs, or one that comes within the quarter-hour.</summary>
public readonly record struct CarNeed(EvNeed Need, CarSource Source);

/// <summary>What the plan wants of a charger, and why.</summary>
/// <param name="Mode">For the coming quarter-hour.</param>
/// <param name="NeededWh">What the car is still to be given.</param>
/// <param name="Source">Where that and its departure are known from.</param>
/// <param name="AtOnceCosts">What charging with full power now would cost more than the mode, in the site's currency.</param>
public readonly record struct PlannedCharger(EvMode Mode, double NeededWh, CarSource Source, double AtOnceCosts);

/// <summary>Turns the cars at the chargers into what the planner asks for: a departure and a charge that were told, or those that earlier stays foretell.</summary>
public static class CarNeeds
{
    /// <summary>What a foretold departure weighs a missing kWh with, in mean import prices. At 2.4 cars leave without 1.15 % of their energy, and the bill is 8.7 %
    /// smaller; at 2.9 without 0.6 %, and 7.5 %; at this they keep 99 %, and it is 8.3 % (`./dev bench ev`).</summary>
    public const double MissedInPrices = 2.55;

    /// <summary>What a kWh that a car leaves without costs where its departure is foretold.</summary>
    public static double Missed(PriceOutlook prices)
    {
        var sum = 0.0;
        foreach (var price in prices.Import)
            sum += price;
        return prices.Import.IsEmpty ? 0 : MissedInPrices * Math.Max(0, sum / prices.Import.Length);
    }

    /// <summary>A car that has taken what four fifths of the stays took may still take so much, Wh.</summary>
    private const double AtLeastWh = 1_000;

    /// <summary>What a car needs whose departure is foretold.</summary>
    /// <param name="outlook">Of its stay.</param>
    /// <param name="given">Wh, in this stay so far.</param>
    /// <param name="watts">What it can be charged with, W.</param>
    /// <param name="prices">Of the plan.</param>
    public static EvNeed Foretold(EvOutlook outlook, double given, (double Least, double Most) watts, PriceOutlook prices) =>
        new(Math.Max(outlook.NeedsP80 - given, AtLeastWh), watts.Least, watts.Most, outlook.LeaveChance) { MissedPerKwh = Missed(prices) };

    /// <summary>For each charger; null = nothing is to be planned there.</summary>
    public static ImmutableArray<CarNeed?> Of((Slot Slot, ProcessImage Image, Site Site) now, ImmutableArray<CarStay> stays, Brain brain, PriceOutlook prices)
    {
        var needs = ImmutableArray.CreateBuilder<CarNeed?>(now.Site.EvChargers.Length);
        for (var i = 0; i < now.Site.EvChargers.Length; i++)
            needs.Add(One(now, i, (stays[i], brain.Cars.IsEmpty ? CarLog.Empty : brain.Cars[i]), prices));
        return needs.MoveToImmutable();
    }

    private static CarNeed? One((Slot Slot, ProcessImage Image, Site Site) now, int index, (CarStay Stay, CarLog Log) car, PriceOutlook prices)
    {
        var (charger, start) = (now.Site.EvChargers[index], now.Slot.Start);
        if (now.Image.EvChargers[index].State is not { IsGood: true, Value: EvState.NoCar or EvState.Connected or EvState.Charging } state || now.Image.Outside is not { } outside)
            return null;
        var isHere = state.Value != EvState.NoCar;
        if (isHere && car.Stay.IsContent)
            return null;
        var rated = charger.PowerMax(now.Site.Pcc);
        var most = car.Stay.Expected(rated);
        var least = Math.Min(charger.PowerMin(now.Site.Pcc).Watts, most);
        if (now.Image.Orders.Standing(OverrideKind.EvDeparture, index, start) is { } told)
            return isHere && car.Stay.Missing(told.Value) is > 0 and var missing
                ? new(new(missing, least, most, EvNeed.LeavesAfter(Math.Max(0, (int)((told.Until - start).Ticks / Slot.Length.Ticks) - 1))), CarSource.Told) : null;
        if (!charger.IsPlanned)
            return null;
        var (since, given) = isHere ? (car.Log.Since ?? start, car.Stay.Wh) : (start, 0);
        var outlook = EvForecast.Look(new(car.Log.Stays, since, null, outside.Clock), start, (PlanRequest.Steps, PlanRequest.StepMinutes));
        return new(Foretold(outlook, given, (least, most), prices), isHere ? CarSource.Foretold : CarSource.MayCome);
    }

    /// <summary>The charger whose car needs most of those that are there; it is planned together with the batteries. -1 = none.</summary>
    public static int Neediest(ImmutableArray<CarNeed?> needs)
    {
        var most = -1;
        for (var i = 0; i < needs.Length; i++)
            if (needs[i] is { Source: not CarSource.MayCome } one && (most < 0 || one.Need.NeededWh > needs[most]!.Value.Need.NeededWh))
                most = i;
        return most;
    }

    /// <summary>What the plan wants of each charger: the neediest as planned with the batteries, every other one by itself on the same prices.</summary>
    /// <param name="question">What is planned.</param>
    /// <param name="plan">Its answer; null = nobody asked, for only cars that may come are to be planned for.</param>
    /// <param name="needs">Of the chargers.</param>
    public static ImmutableArray<PlannedCharger?> Planned(PlanQuestion question, Plan? plan, ImmutableArray<CarNeed?> needs)
    {
        var (joint, chargers) = (Neediest(needs), ImmutableArray.CreateBuilder<PlannedCharger?>(needs.Length));
        for (var i = 0; i < needs.Length; i++)
        {
            if (needs[i] is not { } one)
            {
                chargers.Add(null);
                continue;
            }
            var its = i == joint && plan is not null ? plan : Planner.Value(question with { Ev = one.Need, Storage = Storage.None, EnergyWh = 0, SocPoints = 2 }).At(0);
            chargers.Add(double.IsFinite(its.ExpectedCost) ? new(its.Ev, one.Need.NeededWh, one.Source, its.Regret(EvMode.Full)) : null);
        }
        return chargers.MoveToImmutable();
    }
}
