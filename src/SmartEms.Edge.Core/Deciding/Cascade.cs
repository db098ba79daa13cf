using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Keeps the PCC inside its limits: battery, then chargers, then flexible loads, then PV curtailment. What cannot be met is a finding with the missing watts.</summary>
public static class Cascade
{
    /// <summary>A device that was asked to help and shows no effect for this long gets no more credit; the next in line has to act.</summary>
    private const double PatienceSeconds = 5;

    /// <summary>Nor does a battery measured to be slow get more time than this.</summary>
    private const double MostPatienceSeconds = 15;

    /// <summary>A slow battery is on its way for two of its delays until an eighth is left.</summary>
    private static double Patience(Draft draft) => Math.Clamp(1 + (2 * draft.Memory.Regulation.Latency), PatienceSeconds, MostPatienceSeconds);

    /// <summary>So long it has to wait for its next credit. The counts of <see cref="FollowMemory"/> jump here when patience ends and run down while the limit holds:
    /// without that, a deaf battery would be believed again as soon as the chargers have yielded, and the limit broken again and again.</summary>
    private const double DistrustSeconds = 60;

    /// <summary>How much of the free room curtailed PV takes back per step: slow enough not to hunt.</summary>
    private const double ReleaseShare = 0.3;

    /// <summary>What the site takes itself cannot break a limit, so PV takes back nearly all of that at once.</summary>
    private const double OwnShare = 0.9;

    private const double InsistWattsPerSecond = 25;
    private const double MostInsistence = 300;

    /// <summary>Export that stands so long and a battery's delay more, at most as long again, lets no plant rise any further, s.</summary>
    private const double HeldAfterSeconds = 3;

    /// <summary>A plant that does not tell what it produces may be far below what it is allowed: its limit comes down by at least this share of it per step.</summary>
    private const double BlindCut = 0.3;

    /// <summary>A plant is limited beforehand when less than this share of its rating is left to the limit.</summary>
    private const double NearShare = 0.15;

    public static (double ImportOver, double ExportOver) Apply(Draft draft, ImmutableArray<Finding>.Builder findings)
    {
        var over = LimitExchange(draft, findings);
        CapPlants(draft);
        return over;
    }

    private static (double ImportOver, double ExportOver) LimitExchange(Draft draft, ImmutableArray<Finding>.Builder findings)
    {
        if (!draft.MeterIsGood || draft.Envelope.Reactions.Has(FailsafeAct.PlantsInsideExport))
        {
            CurtailBlind(draft);
            return (draft.Memory.ImportOverSeconds, draft.Memory.ExportOverSeconds);
        }
        var importOver = Count(draft.Memory.ImportOverSeconds, draft.Import, draft.Envelope.ImportMax, draft);
        var exportOver = Count(draft.Memory.ExportOverSeconds, -draft.Import, draft.Envelope.ExportMax, draft);
        LimitImport(draft, importOver, findings);
        LimitExport(draft, exportOver, findings);
        return (importOver, exportOver);
    }

    /// <summary>What a plant itself may not exceed: a stop, the grid's frequency, an order.</summary>
    private static void CapPlants(Draft draft)
    {
        for (var i = 0; i < draft.PvLimit.Length; i++)
        {
            var most = draft.Envelope.PvPlants[i].High;
            if (most.By == Bound.Rating || most.Value.Watts >= draft.PvLimit[i])
                continue;
            (draft.PvLimit[i], draft.PvBy[i]) = (Math.Max(0, Math.Floor(most.Value.Watts)), most.By);
        }
    }

    /// <summary>How far inside a limit it is held: meters' accuracy, and what a load ramping by 2 W/s moves before the next step sees it.</summary>
    private static double Held(Limit limit, Draft draft) => Math.Max(0, limit.Value.Watts - 25 - (2 * draft.StepSeconds));

    private static double Count(double last, double watts, Limit limit, Draft draft)
    {
        var step = draft.StepSeconds;
        if (watts <= limit.Value.Watts + Tolerance(limit))
            return Math.Max(0, Math.Min(last, DistrustSeconds) - step);
        if (last <= Patience(draft) && draft.IsOnItsWay)
            return last;
        var next = last + step;
        return next <= Patience(draft) ? next : Math.Min(Math.Max(next, DistrustSeconds), 2 * DistrustSeconds);
    }

    /// <summary>The excess to report: what no setpoint can cure, and, when even that patience is over, what the meter still shows because a device does not follow.</summary>
    private static double Missing(double unmet, double watts, Limit limit, (double Over, double Step) time) =>
        time.Over > DistrustSeconds + Math.Max(PatienceSeconds, 2.5 * time.Step) ? Math.Max(unmet, watts - limit.Value.Watts) : unmet;

    /// <summary>What no meter tells apart from the limit itself, W.</summary>
    internal static double Tolerance(Limit limit) => Math.Max(20, limit.Value.Watts * 0.005);

    private static void LimitImport(Draft draft, double over, ImmutableArray<Finding>.Builder findings)
    {
        var limit = draft.Envelope.ImportMax;
        var held = Held(limit, draft);
        var insistence = Insistence(ImportStood(draft));
        var excess = draft.ExpectedImport(creditBatteries: true) - held + insistence;
        for (var i = 0; i < draft.Discharge.Length && excess > 0; i++)
            excess -= Raise(draft, i, excess, limit.By);
        if (over > Patience(draft))
            excess = draft.ExpectedImport(creditBatteries: false) - held + insistence;
        if (excess > 0)
            excess = Shed(draft, excess, limit.By);
        var missing = Missing(excess - insistence - (limit.Value.Watts - held), draft.Import, limit, (over, draft.StepSeconds));
        if (missing > Tolerance(limit) && draft.Import > limit.Value.Watts)
            findings.Add(new(FindingCode.ImportLimitUnmet, Subject.Site, 0, Math.Ceiling(missing)));
    }

    /// <summary>Takes an excess off the chargers in their order, then off the flexible loads, and gives what is left of it.</summary>
    private static double Shed(Draft draft, double excess, Bound by)
    {
        // What a charger saves that does not tell its power may be nothing at all: the next in line is asked for it as well.
        var unsure = 0.0;
        foreach (var i in SheddingOrder.OfChargers(draft.Site))
        {
            if (excess + unsure <= 0)
                break;
            var won = Throttle(draft, i, excess + unsure, by);
            excess -= won;
            unsure += draft.IsUnsure(i) ? won : 0;
        }
        foreach (var i in SheddingOrder.OfLoads(draft.Site))
            if (excess + unsure > 0)
                excess -= FollowLoads.Shed(draft, i, by);
        return excess;
    }

    /// <summary>More discharge, up to what the envelope allows; returns the watts won.</summary>
    private static double Raise(Draft draft, int index, double watts, Bound by)
    {
        var before = draft.Discharge[index];
        var after = draft.Envelope.Batteries[index].ClipToWhole(Power.FromWatts(Math.Ceiling(before + watts))).Watts;
        if (after <= before)
            return 0;
        draft.Discharge[index] = after;
        draft.DischargeBy[index] = by;
        return after - before;
    }

    /// <summary>Less charging current; below the minimum it stops and rests. Returns the watts won.</summary>
    private static double Throttle(Draft draft, int index, double watts, Bound by)
    {
        var expected = draft.ExpectedCharging(index);
        if (expected <= 0)
            return 0;
        var charger = draft.Site.EvChargers[index];
        var offer = FollowChargers.Legal((expected - watts) / draft.WattsPerAmpere(index), charger);
        draft.Offer[index] = Math.Min(draft.Offer[index], offer);
        draft.OfferBy[index] = offer > 0 ? by : Bound.EvMinimum;
        var rest = draft.Offer[index] > 0 ? draft.NewEv[index].RestSeconds : FollowChargers.RestSeconds;
        draft.NewEv[index] = draft.NewEv[index] with { Offer = Current.FromAmperes(draft.Offer[index]), RestSeconds = rest };
        return expected - draft.ExpectedCharging(index);
    }

    private static void LimitExport(Draft draft, double over, ImmutableArray<Finding>.Builder findings)
    {
        var limit = draft.Envelope.ExportMax;
        var held = Held(limit, draft);
        var insistence = Insistence(ExportStood(draft));
        var excess = draft.ExpectedExport(creditBatteries: true) - held + insistence;
        for (var i = 0; i < draft.Discharge.Length && excess > 0; i++)
            excess -= Lower(draft, i, excess, limit.By);
        if (over > Patience(draft))
            excess = draft.ExpectedExport(creditBatteries: false) - held + insistence;
        var unmet = Curtail(draft, excess, over > Patience(draft) ? 0 : Absorbable(draft), limit.By) - insistence;
        var missing = Missing(unmet - (limit.Value.Watts - held), -draft.Import, limit, (over, draft.StepSeconds));
        if (missing > Tolerance(limit) && -draft.Import > limit.Value.Watts)
            findings.Add(new(FindingCode.ExportLimitUnmet, Subject.Site, 0, Math.Ceiling(missing)));
    }

    /// <summary>More charging, down to what the envelope allows; returns the watts won.</summary>
    private static double Lower(Draft draft, int index, double watts, Bound by)
    {
        var before = draft.Discharge[index];
        var after = draft.Envelope.Batteries[index].ClipToWhole(Power.FromWatts(Math.Floor(before - watts))).Watts;
        if (after >= before)
            return 0;
        draft.Discharge[index] = after;
        draft.DischargeBy[index] = by;
        return before - after;
    }

    /// <summary>What the batteries could still take if PV rose, W: they come before PV in the cascade.</summary>
    private static double Absorbable(Draft draft)
    {
        var watts = 0.0;
        for (var i = 0; i < draft.Discharge.Length; i++)
            watts += Math.Max(0, draft.Discharge[i] - draft.Envelope.Batteries[i].Low.Value.Watts);
        return watts;
    }

    /// <summary>Positive excess is taken off the curtailable plants in the site's order. With room left a limited plant may rise by that room and no
    /// more, so that a cloud that clears cannot break the limit; near the limit this begins before it is reached. Returns the excess left over.</summary>
    private static double Curtail(Draft draft, double excess, double absorbable, Bound by)
    {
        for (var i = 0; i < draft.PvLimit.Length; i++)
        {
            var plant = draft.Site.PvPlants[i];
            draft.PvLimit[i] = double.PositiveInfinity;
            if (!plant.Curtailable)
                continue;
            var produced = draft.Production[i];
            draft.PvLimit[i] = excess > 0
                ? Math.Floor(Math.Clamp(produced - Cut(draft, i, excess), 0, plant.Rated.Watts)) // a reading may lie above the rating, a limit may not
                : Eased(produced - excess + absorbable, draft.Memory.PvLimits[i], plant, (absorbable - excess, OwnNeed(draft)));
            // What batteries have still to take must not be let in faster than they take it.
            if (ExportStood(draft) > HeldAfterSeconds + Math.Min(draft.Memory.Regulation.Latency, HeldAfterSeconds))
                draft.PvLimit[i] = Math.Min(draft.PvLimit[i], Math.Floor(Math.Clamp(Math.Min(draft.Memory.PvLimits[i], produced), 0, plant.Rated.Watts)));
            draft.PvBy[i] = double.IsFinite(draft.PvLimit[i]) ? by : Bound.None;
            if (!draft.PlantObeys(i))
                continue;
            var reach = Math.Min(draft.PvLimit[i], plant.Rated.Watts) - produced;
            excess = excess > 0 ? excess + reach : Math.Min(0, excess + Math.Max(0, reach));
        }
        return Math.Max(0, excess);
    }

    /// <summary>What the site buys or takes from its batteries now, W.</summary>
    private static double OwnNeed(Draft draft)
    {
        var need = Math.Max(0, draft.Import);
        foreach (var discharge in draft.Measured)
            need += Math.Max(0, discharge);
        return need;
    }

    /// <summary>How long import has stood above its limit, this step included, s.</summary>
    public static double ImportStood(Draft draft) => Stood(draft, draft.Memory.ImportStoodSeconds, draft.Import, draft.Envelope.ImportMax);

    /// <summary>How long export has stood above its limit, this step included, s.</summary>
    public static double ExportStood(Draft draft) => Stood(draft, draft.Memory.ExportStoodSeconds, -draft.Import, draft.Envelope.ExportMax);

    private static double Stood(Draft draft, double last, double watts, Limit limit) =>
        draft.MeterIsGood && watts > limit.Value.Watts + Tolerance(limit) ? Math.Min(last + draft.StepSeconds, 600) : 0;

    /// <summary>An excess that has stood for so long although everything was asked for, as while a battery fades out before a late plant or runs after a car that
    /// ramps, is met with more by the second, W. It ends with the excess, so it cannot wind up.</summary>
    private static double Insistence(double stoodSeconds) => Math.Clamp((stoodSeconds - HeldAfterSeconds) * InsistWattsPerSecond, 0, MostInsistence);

    /// <summary>What is taken off a plant for an excess, W.</summary>
    private static double Cut(Draft draft, int plant, double excess) =>
        draft.Envelope.Reactions.PlantHas(plant, FailsafeAct.CountedAsAllowed) ? Math.Max(excess, draft.Production[plant] * BlindCut) : excess;

    /// <summary>A limit comes down to its cap at once and goes up by a share of the way; a plant far from every limit has none.</summary>
    private static double Eased(double cap, double last, PvPlant plant, (double All, double Own) room)
    {
        var rated = plant.Rated.Watts;
        if (double.IsInfinity(last) && (cap >= rated || room.All > NearShare * rated))
            return double.PositiveInfinity;
        var limit = cap <= last || double.IsInfinity(last) ? cap : last + Math.Max((cap - last) * ReleaseShare, Math.Min(cap - last, room.Own * OwnShare));
        return limit >= rated ? double.PositiveInfinity : Math.Max(0, Math.Floor(limit)); // an inverter draws a little at night
    }

    /// <summary>Without the meter the plants together stay below the export limit even if the house took nothing at all.</summary>
    private static void CurtailBlind(Draft draft)
    {
        var room = draft.Envelope.ExportMax.Value.Watts;
        foreach (var plant in draft.Site.PvPlants)
            if (!plant.Curtailable)
                room -= plant.Rated.Watts;
        room = Math.Max(0, room);
        for (var i = 0; i < draft.PvLimit.Length; i++)
        {
            var plant = draft.Site.PvPlants[i];
            if (!plant.Curtailable)
            {
                draft.PvLimit[i] = double.PositiveInfinity;
                continue;
            }
            draft.PvLimit[i] = Math.Floor(Math.Min(plant.Rated.Watts, room));
            draft.PvBy[i] = Bound.UnknownReading;
            room -= draft.PvLimit[i];
        }
    }
}
