using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Storms;

/// <summary>What must hold after every Follow step whatever the site, its readings and the decision are. Worked out again here from input and output alone.</summary>
internal static class Invariants
{
    public static void Batteries(FollowInput input, Followed step)
    {
        for (var i = 0; i < input.Site.Batteries.Length; i++)
        {
            var (asked, readings) = (step.Setpoints.Batteries[i].Discharge.Watts, input.Image.Batteries[i]);
            var (low, high) = (step.Envelope.Batteries[i].Low.Value.Watts, step.Envelope.Batteries[i].High.Value.Watts);
            Assert.True(low <= 0 && high >= 0, $"the envelope {low} … {high} forces battery {i} to move");
            Assert.True(asked >= low && asked <= high, $"battery {i} is asked {asked}, allowed {low} … {high}");
            Assert.True(asked == Math.Truncate(asked), $"battery {i} is asked {asked}, not a whole watt");
            if (!readings.Soc.IsGood || !readings.Discharge.IsGood || !input.Image.Grid.Import.IsGood)
                Assert.True(asked == 0, $"battery {i} is asked {asked} without the readings it needs");
            Assert.Equal(step.Memory.LastDischarge[i], step.Setpoints.Batteries[i].Discharge);
        }
    }

    public static void Chargers(FollowInput input, FollowMemory memory, Followed step)
    {
        for (var i = 0; i < input.Site.EvChargers.Length; i++)
        {
            var (offer, charger) = (step.Setpoints.EvChargers[i].Offer.Amperes, input.Site.EvChargers[i]);
            Assert.True(offer == 0 || (offer >= charger.CurrentMin.Amperes && offer <= charger.CurrentMax.Amperes), $"charger {i} offers {offer}");
            Assert.True(step.Memory.Chargers[i] is { EnoughSeconds: >= 0, ShortSeconds: >= 0, RestSeconds: >= 0 and <= FollowChargers.RestSeconds }, "a duration runs away");
            if (memory.Chargers[i].RestSeconds > input.StepSeconds)
                Assert.True(offer == 0, $"charger {i} offers {offer} while it rests");
            Contactor(input, (memory.Chargers[i].Phases, step.Memory.Chargers[i].Phases), step.Setpoints.EvChargers[i].Phases, i);
            if (!input.Image.Grid.Import.IsGood)
                Assert.True(offer <= charger.CurrentMin.Amperes, $"charger {i} offers {offer} without the meter");
            var mayGrowTo = Math.Max(charger.CurrentMin.Amperes, memory.Chargers[i].Offer.Amperes + (2 * input.StepSeconds));
            Assert.True(offer <= mayGrowTo + 1e-9, $"charger {i} leaps from {memory.Chargers[i].Offer.Amperes} to {offer}");
        }
    }

    /// <summary>A contactor is only told while nothing is offered and nothing flows, and never again before its rest is over.</summary>
    private static void Contactor(FollowInput input, (PhaseMemory Before, PhaseMemory After) phases, int? told, int index)
    {
        var (charger, readings) = (input.Site.EvChargers[index], input.Image.EvChargers[index]);
        if (charger.Switching is null)
            Assert.True(told is null && phases.After == default, $"charger {index} has no contactor to switch");
        if (told is null)
            return;
        Assert.True(readings.Charge is { IsGood: true } charge && charge.Value.Watts < 100, $"charger {index} is switched while {readings.Charge} flows");
        if (phases.After.Stage != phases.Before.Stage)
            Assert.True(phases.Before.RestSeconds <= input.StepSeconds || phases.Before.Stage == PhaseStage.Draining, $"charger {index} is switched {phases.Before.RestSeconds} s too soon");
        Assert.True(phases.After.Switches <= charger.Switching!.SessionMax, $"charger {index} is switched for the {phases.After.Switches}th time");
    }

    public static void Plants(FollowInput input, Followed step)
    {
        var blind = 0.0;
        for (var i = 0; i < input.Site.PvPlants.Length; i++)
        {
            var plant = input.Site.PvPlants[i];
            if (step.Setpoints.PvPlants[i].Limit is { } limit)
                Assert.True(plant.Curtailable && limit.Watts >= 0 && limit.Watts <= plant.Rated.Watts && limit.Watts == Math.Floor(limit.Watts), $"plant {i} is limited to {limit.Watts}");
            Assert.False(double.IsNaN(step.Memory.PvLimits[i]));
            blind += plant.Curtailable ? step.Setpoints.PvPlants[i].Limit?.Watts ?? plant.Rated.Watts : 0;
        }
        if (!input.Image.Grid.Import.IsGood)
            Assert.True(blind <= step.Envelope.ExportMax.Value.Watts, $"without the meter plants may produce {blind}");
    }

    /// <summary>With devices that do as told, the exchange ends inside its limits, or a finding names at least what is missing.</summary>
    public static void Limits(FollowInput input, FollowMemory memory, Followed step)
    {
        if (!input.Image.Grid.Import.IsGood)
            return;
        var import = input.Image.Grid.Import.Value.Watts;
        var (sure, growth) = Expected(input, memory, step);
        // A car may take its larger offer or not. Where both limits together leave less room than that, only what is sure can be kept inside them.
        var corridor = step.Envelope.ImportMax.Value.Watts + step.Envelope.ExportMax.Value.Watts - (2 * (25 + (2 * input.StepSeconds)));
        Within(import, growth > corridor ? sure : sure + growth, step.Envelope.ImportMax, FindingCode.ImportLimitUnmet, step);
        Within(-import, -sure - Curtailed(input, memory, step), step.Envelope.ExportMax, FindingCode.ExportLimitUnmet, step);
    }

    private static void Within(double now, double expected, Limit limit, FindingCode code, Followed step)
    {
        var tolerance = Math.Max(20, limit.Value.Watts * 0.005) + 1;
        var named = 0.0;
        foreach (var finding in step.Findings)
            if (finding.Code == code)
                named = finding.Value;
        // Told once the meter shows it: a step that only foresees an excess is corrected by the next.
        if (now > limit.Value.Watts && expected > limit.Value.Watts + tolerance)
            Assert.True(named >= expected - limit.Value.Watts - 1, $"{code}: {expected:0.0} W expected, limit {limit.Value.Watts:0.0} W, only {named} W named");
        if (named > 0)
            Assert.True(now > limit.Value.Watts, $"{code} although the meter is inside the limit");
    }

    /// <summary>The import that is sure to come, and what more the cars may draw, W.</summary>
    private static (double Sure, double Growth) Expected(FollowInput input, FollowMemory memory, Followed step)
    {
        var (import, growth) = (input.Image.Grid.Import.Value.Watts, 0.0);
        for (var i = 0; i < input.Site.Batteries.Length; i++)
            if (input.Image.Batteries[i].Discharge.IsGood)
                import += input.Image.Batteries[i].Discharge.Value.Watts - step.Setpoints.Batteries[i].Discharge.Watts;
        for (var i = 0; i < input.Site.EvChargers.Length; i++)
        {
            var charger = input.Site.EvChargers[i];
            var (perAmpere, before) = (230 * step.Memory.Chargers[i].Phases.Of(charger), 230 * memory.Chargers[i].Phases.Of(charger));
            var (offer, last) = (step.Setpoints.EvChargers[i].Offer.Amperes, memory.Chargers[i].Offer.Amperes);
            var readings = input.Image.EvChargers[i];
            var empty = readings.State.IsGood && readings.State.Value == EvState.NoCar;
            var draws = readings.Charge.IsGood ? readings.Charge.Value.Watts : empty ? 0 : last * before;
            import += offer <= last ? Math.Min(0, (offer * perAmpere) - draws) : 0;
            growth += offer > last && !empty ? (offer - last) * perAmpere : 0;
        }
        return (import, growth);
    }

    private static double Curtailed(FollowInput input, FollowMemory memory, Followed step)
    {
        var gone = 0.0;
        for (var i = 0; i < input.Site.PvPlants.Length; i++)
        {
            var reading = input.Image.PvPlants[i].Production;
            var produced = reading.IsGood ? reading.Value.Watts : Math.Min(input.Site.PvPlants[i].Rated.Watts, memory.PvLimits[i]);
            if (step.Setpoints.PvPlants[i].Limit is { } limit)
                gone += Math.Max(0, produced - limit.Watts);
        }
        return gone;
    }
}
