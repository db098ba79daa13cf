using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>Turns a site at a quarter-hour into the planner's question; several batteries are one to it.</summary>
public static class PlanRequest
{
    private const int Hours = 36;
    internal const int StepMinutes = 15;
    internal const int Steps = Hours * 60 / StepMinutes;

    /// <summary>A past that ended longer ago foretells nothing for now.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromHours(2);

    /// <summary>The question, and what the cars at the chargers need. Null = there is nothing to plan, or too little is known: without prices that vary, without a
    /// battery whose charge is Good or a car that may wait or may come to wait, without a recent past. <see cref="IsOfCarsToCome"/> tells a question that only those make.</summary>
    public static (PlanQuestion Question, ImmutableArray<CarNeed?> Cars)? Of(Slot slot, ProcessImage image, Site site, (Brain? Brain, ImmutableArray<CarStay> Stays) known)
    {
        if (known.Brain is not { } brain || image.Outside is not { } outside || !site.IsPlanned || brain.Past.Count == 0 || slot.Start - brain.Past.End > StaleAfter)
            return null;
        var told = ExternalOutlook.Of(outside.Foretold);
        if (Prices(slot, site.Tariff, outside, (brain, told)) is not { } prices)
            return null;
        var cars = CarNeeds.Of((slot, image, site), known.Stays, brain, prices);
        var (joint, energy) = (CarNeeds.Neediest(cars), EnergyOf(image, site));
        if ((site.Batteries.IsEmpty || energy is null) && !cars.Any(car => car is not null))
            return null;
        var own = Forecaster.Look(brain.Past, slot.Start, Steps);
        var storage = energy is null ? Storage.None : StorageOf(site); // with a battery of unknown charge cars can still be planned
        var question = new PlanQuestion(told?.Into(own) ?? own, prices with { Carbon = told?.CarbonFrom(slot.Start, Steps) ?? [] }, storage, energy ?? 0)
        {
            Ev = joint < 0 ? null : cars[joint]!.Value.Need,
            Terms = Terms(slot, image, site),
            Weights = site.Weights,
            DemandPrice = site.Tariff.Demand?.PerKilowatt ?? 0,
            PeakSoFar = site.Tariff.Demand is { } demand ? Math.Max(demand.Least.Watts, brain.Peak?.Watts ?? 0) : 0,
        };
        return (question, cars);
    }

    /// <summary>There is nothing to plan now, but a car may come: the question has no answer of its own, and nobody leads by it.</summary>
    public static bool IsOfCarsToCome(PlanQuestion question) => question.Ev is null && question.Storage.CapacityWh <= 0;

    /// <summary>What the planner sees of the site's batteries.</summary>
    public static Storage StorageOf(Site site)
    {
        var (capacity, charge, discharge, floor, ceiling, wear, efficiency) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var battery in site.Batteries)
        {
            var wattHours = battery.Capacity.WattHours;
            (capacity, charge, discharge) = (capacity + wattHours, charge + battery.ChargeMax.Watts, discharge + battery.DischargeMax.Watts);
            (floor, ceiling) = (floor + (wattHours * Math.Max(battery.SocMin.Ratio, battery.BackupReserve.Ratio)), ceiling + (wattHours * battery.SocMax.Ratio));
            (wear, efficiency) = (wear + (wattHours * battery.WearPerKwh), efficiency + (wattHours * battery.Efficiency));
        }
        return capacity <= 0 ? Storage.None : new(capacity, charge, discharge)
        {
            SocMin = floor / capacity, SocMax = ceiling / capacity, WearPerKwh = wear / capacity, ChargeEfficiency = efficiency / capacity, DischargeEfficiency = efficiency / capacity,
        };
    }

    /// <summary>In the batteries together, Wh; null = not known.</summary>
    public static double? EnergyOf(ProcessImage image, Site site)
    {
        var energy = 0.0;
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            if (!image.Batteries[i].Soc.TryGood(out var soc))
                return null;
            energy += soc.Ratio * site.Batteries[i].Capacity.WattHours;
        }
        return energy;
    }

    /// <summary>Whether some plant can be told to produce less than it could.</summary>
    public static bool MayCurtail(Site site)
    {
        foreach (var plant in site.PvPlants)
            if (plant.Curtailable)
                return true;
        return false;
    }

    private static PriceOutlook? Prices(Slot slot, Tariff tariff, Outside outside, (Brain Brain, ExternalOutlook? Told) known)
    {
        if (tariff.Spot is null)
            return Contract(slot, tariff, outside.Clock);
        if (outside.Spot.IsEmpty)
            return null; // who plans with prices of yesterday plans for yesterday
        var spot = known.Brain.Spot.RemoveAt(known.Brain.Spot.Length - 1).AddRange(outside.Spot);
        var published = new PublishedPrices(known.Brain.SpotFrom.Start, StepMinutes, spot, spot, [], slot.Start + (Slot.Length * outside.Spot.Length));
        var raw = PriceForecast.Look(published, slot.Start, Steps, StepMinutes);
        var (import, export) = (ImmutableArray.CreateBuilder<double>(Steps), ImmutableArray.CreateBuilder<double>(Steps));
        for (var i = 0; i < Steps; i++)
        {
            var at = slot.Start + (Slot.Length * i);
            var foretold = i >= raw.KnownSteps && known.Told is { } told && told.IsFresh(slot.Start) ? told.At(told.Spot, at) : double.NaN;
            var one = tariff.ImportAt(at, outside.Clock, double.IsFinite(foretold) ? foretold : raw.Import[i]);
            import.Add(one.PerKilowattHour);
            export.Add(tariff.ExportAt(one).PerKilowattHour);
        }
        return new(import.MoveToImmutable(), export.MoveToImmutable(), raw.KnownSteps, []);
    }

    private static PriceOutlook Contract(Slot slot, Tariff tariff, LocalClock clock)
    {
        var (import, export) = (ImmutableArray.CreateBuilder<double>(Steps), ImmutableArray.CreateBuilder<double>(Steps));
        for (var i = 0; i < Steps; i++)
        {
            var one = tariff.ImportAt(slot.Start + (Slot.Length * i), clock, null);
            import.Add(one.PerKilowattHour);
            export.Add(tariff.ExportAt(one).PerKilowattHour);
        }
        return new(import.MoveToImmutable(), export.MoveToImmutable(), Steps, []);
    }

    /// <summary>The connection's limits in each step, smaller ones as long as they were ordered for, and nobody may work with a battery that is being maintained.</summary>
    private static ImmutableArray<StepTerms> Terms(Slot slot, ProcessImage image, Site site)
    {
        var mayCurtail = MayCurtail(site);
        var terms = ImmutableArray.CreateBuilder<StepTerms>(Steps);
        for (var i = 0; i < Steps; i++)
        {
            var at = slot.Start + (Slot.Length * i);
            var (import, export) = (site.Pcc.ImportMax.Watts, site.Pcc.ExportMax.Watts);
            foreach (var order in image.Orders.Constraints)
                if (order.IsActive(at))
                    (import, export) = (Narrow(import, ConstraintDirection.Import, order), Narrow(export, ConstraintDirection.Export, order));
            terms.Add(new(import, export, image.Orders.Standing(OverrideKind.Maintenance, 0, at) is not null, mayCurtail));
        }
        return terms.MoveToImmutable();
    }

    private static double Narrow(double limit, ConstraintDirection direction, GridConstraint order) => order.Direction == direction ? Math.Min(limit, order.Limit.Watts) : limit;
}
