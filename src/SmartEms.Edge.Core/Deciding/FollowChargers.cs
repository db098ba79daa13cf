using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Carries out the charger modes: surplus is followed within the quarter-hour, with hysteresis so that contactors and cars are spared.</summary>
public static class FollowChargers
{
    /// <summary>Surplus must hold this long before a charger starts on it.</summary>
    private const double StartAfterSeconds = 60;

    /// <summary>A surplus charger holds its minimum this long without surplus before it stops.</summary>
    private const double StopAfterSeconds = 180;

    /// <summary>After a limit has stopped a charger it rests this long.</summary>
    public const double RestSeconds = 60;

    /// <summary>Offers grow no faster than this; they shrink at once.</summary>
    private const double AmperesPerSecond = 2;

    public static void Apply(Draft draft, Decision? decision)
    {
        var spare = draft.MeterIsGood ? draft.Spare : 0;
        for (var i = 0; i < draft.Offer.Length; i++)
        {
            var charger = draft.Site.EvChargers[i];
            var (mode, ordered) = decision is null ? (EvMode.Off, null) : draft.Asked.OfCharger(i, Departure.Timely(draft, i, decision.EvChargers[i].Mode));
            FollowPhases.Step(draft, i, mode, draft.Charging[i] + spare);
            var bySurplus = (draft.Charging[i] + spare) / draft.WattsPerAmpere(i);
            var offer = draft.ChargersMayFollow && decision is not null
                ? Math.Min(Wanted(draft, i, mode, bySurplus), ordered ?? double.PositiveInfinity)
                : Blind(draft, i, mode, decision is null ? Bound.Lease : Bound.UnknownReading);
            if (offer > FollowPhases.Most(draft, i))
                (offer, draft.OfferBy[i]) = (FollowPhases.Most(draft, i), Bound.PhaseSwitch);
            else if (draft.OfferBy[i] == Bound.None && FollowPhases.IsWaiting(draft, i))
                draft.OfferBy[i] = Bound.PhaseSwitch;
            var most = draft.Envelope.EvChargers[i].High;
            if (offer * draft.WattsPerAmpere(i) > most.Value.Watts + 1e-6)
                (offer, draft.OfferBy[i]) = (most.Value.Watts / draft.WattsPerAmpere(i), most.By);
            draft.Offer[i] = Legal(Grow(draft, i, offer), charger);
            draft.NewEv[i] = draft.NewEv[i] with
            {
                Offer = Current.FromAmperes(draft.Offer[i]),
                Phases = draft.NewPhases[i],
                Stay = draft.Memory.Chargers[i].Stay.After(draft.Image.EvChargers[i], (draft.Memory.Chargers[i].Offer.Amperes * draft.WattsPerAmpere(i), charger.PowerMax(draft.Site.Pcc)), draft.StepSeconds),
            };
            if (most.By == Bound.PhaseUnbalance && draft.Offer[i] == 0 && draft.Memory.Chargers[i].Offer > Current.Zero)
                draft.NewEv[i] = draft.NewEv[i] with { RestSeconds = RestSeconds }; // without the charge the phases look even again
            spare -= Math.Max(0, draft.ExpectedCharging(i) - draft.Charging[i]);
        }
    }

    private static double Wanted(Draft draft, int index, EvMode mode, double bySurplus)
    {
        var charger = draft.Site.EvChargers[index];
        var memory = draft.Memory.Chargers[index];
        var resting = Math.Max(0, memory.RestSeconds - draft.StepSeconds);
        draft.NewEv[index] = memory with { RestSeconds = resting };
        if (resting > 0 || mode == EvMode.Off)
        {
            draft.NewEv[index] = draft.NewEv[index] with { Running = false, EnoughSeconds = 0, ShortSeconds = 0 };
            return 0;
        }
        if (mode == EvMode.SurplusOnly)
            return OnSurplus(draft, index, bySurplus);
        draft.NewEv[index] = draft.NewEv[index] with { Running = true };
        var wanted = Dispatch.BaseCurrent(mode, charger).Amperes;
        return mode == EvMode.Minimum ? Math.Max(wanted, bySurplus) : wanted;
    }

    private static double OnSurplus(Draft draft, int index, double bySurplus)
    {
        var minimum = draft.Site.EvChargers[index].CurrentMin.Amperes;
        var memory = draft.NewEv[index];
        var enough = bySurplus >= minimum;
        if (!memory.Running)
        {
            var held = enough ? memory.EnoughSeconds + draft.StepSeconds : 0;
            var starts = held >= StartAfterSeconds;
            draft.NewEv[index] = memory with { Running = starts, EnoughSeconds = starts ? 0 : held, ShortSeconds = 0 };
            return starts ? bySurplus : 0;
        }
        var lacking = enough ? 0 : memory.ShortSeconds + draft.StepSeconds;
        var stops = lacking >= StopAfterSeconds;
        draft.NewEv[index] = memory with { Running = !stops, EnoughSeconds = 0, ShortSeconds = stops ? 0 : lacking };
        return stops ? 0 : Math.Max(minimum, bySurplus);
    }

    /// <summary>Without the meter or a valid decision a charger offers at most its minimum; one that a limit has stopped goes on resting.</summary>
    private static double Blind(Draft draft, int index, EvMode mode, Bound by)
    {
        var memory = draft.Memory.Chargers[index];
        draft.NewEv[index] = memory;
        draft.OfferBy[index] = by;
        var wantsAny = by == Bound.Lease ? memory.Offer > Current.Zero : mode != EvMode.Off && (mode != EvMode.SurplusOnly || memory.Offer > Current.Zero);
        return wantsAny && memory.RestSeconds <= 0 ? draft.Site.EvChargers[index].CurrentMin.Amperes : 0;
    }

    private static double Grow(Draft draft, int index, double wanted)
    {
        var last = draft.Memory.Chargers[index].Offer.Amperes;
        var floor = draft.Site.EvChargers[index].CurrentMin.Amperes;
        if (Cascade.ImportStood(draft) > 0)
            return Math.Min(wanted, last); // what batteries have still to cover must not grow faster than they do
        return Math.Min(wanted, Math.Max(last + (AmperesPerSecond * draft.StepSeconds), floor));
    }

    /// <summary>Zero, or between the charger's minimum and maximum, in steps of 0.1 A rounded down.</summary>
    public static double Legal(double amperes, EvCharger charger)
    {
        var stepped = Math.Floor((Math.Min(amperes, charger.CurrentMax.Amperes) * 10) + 1e-6) / 10;
        return stepped < charger.CurrentMin.Amperes ? 0 : stepped;
    }
}
