using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>The setpoints of one Follow step while they are being worked out, in watts and amperes, next to the powers measured now.</summary>
public sealed class Draft
{
    public Draft(ProcessImage image, Site site, Envelope envelope, FollowMemory memory, double stepSeconds)
    {
        (Image, Site, Envelope, Memory, StepSeconds) = (image, site, envelope, memory, stepSeconds);
        MeterIsGood = image.Grid.Import.IsGood;
        Import = image.Grid.Import.GoodOr(Power.Zero).Watts;
        var (batteries, chargers, plants) = (site.Batteries.Length, site.EvChargers.Length, site.PvPlants.Length);
        (Measured, Discharge, DischargeBy, Shares) = (new double[batteries], new double[batteries], new Bound[batteries], new double[batteries]);
        (Charging, Offer, OfferBy, NewEv) = (new double[chargers], new double[chargers], new Bound[chargers], new EvMemory[chargers]);
        (Production, PvLimit, PvBy) = (new double[plants], new double[plants], new Bound[plants]);
        for (var i = 0; i < batteries; i++)
            Measured[i] = image.Batteries[i].Discharge.GoodOr(Power.Zero).Watts;
        (Phases, NewPhases) = (new int[chargers], new PhaseMemory[chargers]);
        for (var i = 0; i < chargers; i++)
            Phases[i] = ChargerObeys(i) ? memory.Chargers[i].Phases.Of(site.EvChargers[i]) : site.EvChargers[i].Phases;
        for (var i = 0; i < chargers; i++)
            Charging[i] = !envelope.Reactions.ChargerHas(i, FailsafeAct.CountedAsOffered) ? image.EvChargers[i].Charge.KnownOr(Power.Zero).Watts
                : IsUnsure(i) ? memory.Chargers[i].Offer.Amperes * WattsPerAmpere(i) : 0;
        for (var i = 0; i < plants; i++)
            Production[i] = envelope.Reactions.PlantHas(i, FailsafeAct.CountedAsAllowed)
                ? Math.Min(site.PvPlants[i].Rated.Watts, memory.PvLimits[i])
                : Math.Min(image.PvPlants[i].Production.KnownOr(Power.Zero).Watts, PvTrack.Ceiling(memory, i));
        (LoadBy, NewLoads) = (new Bound[site.Loads.Length], new LoadMemory[site.Loads.Length]);
        Asked = new(image.Orders, image.TakenAt);
    }

    public ProcessImage Image { get; }
    public Site Site { get; }
    public Envelope Envelope { get; }
    public FollowMemory Memory { get; }
    public double StepSeconds { get; }
    public bool MeterIsGood { get; }

    /// <summary>Since the decision was made, s.</summary>
    public double DecisionSeconds { get; init; }

    /// <summary>What people have asked of single parts, beside the decision.</summary>
    public AskedByHand Asked { get; }

    /// <summary>Chargers may follow more than their minimum.</summary>
    public bool ChargersMayFollow => MeterIsGood && !Envelope.Reactions.Has(FailsafeAct.AllChargersAtMinimum);

    /// <summary>Measured grid import, W; 0 when the meter is not Good (ask <see cref="MeterIsGood"/> first).</summary>
    public double Import { get; }

    /// <summary>Measured battery discharge, W; see <see cref="Align"/>.</summary>
    public double[] Measured { get; }

    /// <summary>Each battery's part of what the flexible ones balance together, 0–1.</summary>
    public double[] Shares { get; }
    public double[] Discharge { get; }
    public Bound[] DischargeBy { get; }

    /// <summary>Measured charging power, W; the whole offer where the charger does not tell.</summary>
    public double[] Charging { get; }
    public double[] Offer { get; }
    public Bound[] OfferBy { get; }
    public EvMemory[] NewEv { get; }

    /// <summary>The phases each charger counts with; all it has while it is in doubt.</summary>
    public int[] Phases { get; }
    public PhaseMemory[] NewPhases { get; }

    /// <summary>Measured production, W, and no more than a plant under its limit can give; what it is allowed where it does not tell.</summary>
    public double[] Production { get; }

    /// <summary>Production limit, W; +∞ = none.</summary>
    public double[] PvLimit { get; }
    public Bound[] PvBy { get; }

    /// <summary>What keeps a flexible load from running.</summary>
    public Bound[] LoadBy { get; }
    public LoadMemory[] NewLoads { get; }

    /// <summary>The charger does not tell its power, and a car may stand there: it may draw all it was offered, or nothing.</summary>
    public bool IsUnsure(int charger) => Envelope.Reactions.ChargerHas(charger, FailsafeAct.CountedAsOffered)
        && Image.EvChargers[charger].State is not { IsGood: true, Value: EvState.NoCar };

    public double WattsPerAmpere(int charger) => Site.Pcc.NominalVoltage.Volts * Phases[charger];

    /// <summary>A charger or plant in doubt is asked, and given no credit: the next in line acts on what is measured.</summary>
    public bool ChargerObeys(int charger) => !Envelope.Reactions.ChargerHas(charger, FailsafeAct.NoCredit);
    public bool PlantObeys(int plant) => !Envelope.Reactions.PlantHas(plant, FailsafeAct.NoCredit);

    /// <summary>What is left over before any charger or battery helps itself, W: PV minus house load minus all charging.</summary>
    public double Spare
    {
        get
        {
            var spare = -Import;
            foreach (var discharge in Measured)
                spare -= discharge;
            return spare;
        }
    }

    /// <summary>Takes in this moment's readings and, where the batteries' are known to be of another moment than the meter's, moves the measured powers so that
    /// together with the meter they give the site's true balance. The difference goes to those that have most of their setpoint still to do; none is taken to be
    /// beyond its ratings, so that a pairing learnt from a meter that lied cannot explain a broken limit away.</summary>
    public Alignment Align()
    {
        var alignment = Memory.Regulation.Alignment;
        if (!MeterIsGood || Measured.Length == 0)
            return alignment.Interrupted;
        var (sum, open) = (0.0, 0.0);
        for (var i = 0; i < Measured.Length; i++)
        {
            if (!Image.Batteries[i].Discharge.IsGood)
                return alignment.Interrupted;
            sum += Measured[i];
            open += Math.Abs(Memory.LastDischarge[i].Watts - Measured[i]);
        }
        alignment = alignment.With(Import, sum);
        var wrong = alignment.Load() - (Import + sum);
        if (wrong == 0)
            return alignment;
        for (var i = 0; i < Measured.Length; i++)
        {
            var (battery, told) = (Site.Batteries[i], Measured[i]);
            var moved = told + (wrong * (open > 1 ? Math.Abs(Memory.LastDischarge[i].Watts - told) / open : 1.0 / Measured.Length));
            Measured[i] = Math.Clamp(moved, Math.Min(told, -battery.ChargeMax.Watts), Math.Max(told, battery.DischargeMax.Watts));
        }
        return alignment;
    }

    /// <summary>With less than this left to do batteries have done what they were told, W.</summary>
    private const double Done = 20;

    /// <summary>Whether the batteries together moved towards their setpoints in the last step, at least by a quarter of what their measured delay lets expect:
    /// a slow approach is an effect, and costs them no credit. Those that had done everything and are told more in this step cannot have begun.</summary>
    public bool IsOnItsWay
    {
        get
        {
            var (gap, way, news) = (0.0, 0.0, 0.0);
            for (var i = 0; i < Measured.Length; i++)
            {
                var track = Memory.Regulation.Of(i);
                var reading = Image.Batteries[i].Discharge;
                if (!track.IsKnown || !reading.IsGood)
                    continue;
                var left = Memory.LastDischarge[i].Watts - track.Measured;
                gap += Math.Abs(left);
                way += (reading.Value.Watts - track.Measured) * Math.Sign(left);
                news += Math.Abs(Discharge[i] - Memory.LastDischarge[i].Watts);
            }
            if (gap <= Done)
                return news > Done;
            return way >= gap * StepSeconds / (4 * (StepSeconds + Memory.Regulation.Latency));
        }
    }

    /// <summary>The charging power to expect when this offer is made: less at once, more only by the difference to the last offer.</summary>
    public double ExpectedCharging(int charger)
    {
        if (!ChargerObeys(charger))
            return Charging[charger];
        var last = Memory.Chargers[charger].Offer.Amperes;
        var watts = WattsPerAmpere(charger);
        if (Offer[charger] <= last)
            return Math.Min(Charging[charger], Offer[charger] * watts);
        var state = Image.EvChargers[charger].State;
        if (state.IsGood && state.Value == EvState.NoCar)
            return Charging[charger];
        return Charging[charger] + ((Offer[charger] - last) * watts);
    }

    /// <summary>The grid import to expect once the drafted setpoints are carried out, W. Batteries that have had time and did not move get no credit:
    /// what they would do for the limit is not counted, what they may do against it is. Nor is what a charger may save that does not tell its power.</summary>
    public double ExpectedImport(bool creditBatteries)
    {
        var import = Import + BatteryChange(creditBatteries ? double.NegativeInfinity : 0, double.PositiveInfinity);
        for (var i = 0; i < Charging.Length; i++)
            import += IsUnsure(i) ? Math.Max(0, ExpectedCharging(i) - Charging[i]) : ExpectedCharging(i) - Charging[i];
        return import - FollowLoads.Leaving(this);
    }

    /// <summary>The grid export to expect, W. A car is not obliged to take a larger offer, so only what it will surely draw less counts; what one may draw less that
    /// does not tell its power counts as long as the import limit is kept, for what the meter shows goes before what may come.</summary>
    public double ExpectedExport(bool creditBatteries)
    {
        var export = -Import - BatteryChange(double.NegativeInfinity, creditBatteries ? double.PositiveInfinity : 0);
        var isOver = Import > Envelope.ImportMax.Value.Watts + Cascade.Tolerance(Envelope.ImportMax);
        for (var i = 0; i < Charging.Length; i++)
            export += isOver && IsUnsure(i) ? 0 : Math.Max(0, Charging[i] - ExpectedCharging(i));
        return export;
    }

    private double BatteryChange(double least, double greatest)
    {
        var change = 0.0;
        for (var i = 0; i < Measured.Length; i++)
            change += Math.Clamp(Measured[i] - Discharge[i], least, greatest);
        return change;
    }
}
