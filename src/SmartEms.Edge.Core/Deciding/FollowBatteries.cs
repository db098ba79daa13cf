using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Carries out the battery modes against the meter: fixed modes first, the others share what remains to be balanced by capacity.</summary>
public static class FollowBatteries
{
    /// <param name="draft">The step's draft; its battery setpoints are written.</param>
    /// <param name="decision">The decision in force, or null: then every battery rests.</param>
    public static void Apply(Draft draft, Decision? decision)
    {
        var site = draft.Site;
        var balance = -draft.Spare;
        var flexible = 0.0;
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var mode = decision is null ? BatteryMode.Idle : decision.Batteries[i].Mode;
            if (decision is null)
                draft.DischargeBy[i] = Bound.Lease;
            if (IsFlexible(mode))
            {
                flexible += site.Batteries[i].Capacity.WattHours;
                continue;
            }
            Set(draft, i, Dispatch.Wanted(mode, Power.Zero, site.Batteries[i]).Watts);
            balance -= draft.Discharge[i];
        }
        if (decision is not null && flexible > 0)
            Share(draft, decision, balance, flexible);
    }

    private static bool IsFlexible(BatteryMode mode) => mode is BatteryMode.SelfConsume or BatteryMode.Hold or BatteryMode.DischargeOnly;

    /// <summary>Each gets its part by capacity; what one cannot take is offered to the next, in the site's order.</summary>
    private static void Share(Draft draft, Decision decision, double balance, double capacity)
    {
        var left = balance;
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < draft.Discharge.Length; i++)
            {
                var mode = decision.Batteries[i].Mode;
                if (!IsFlexible(mode))
                    continue;
                var battery = draft.Site.Batteries[i];
                var part = round == 0 ? balance * (battery.Capacity.WattHours / capacity) : draft.Discharge[i] + left;
                if (round == 1)
                    left += draft.Discharge[i];
                Set(draft, i, Steady(draft, i, Dispatch.Wanted(mode, Power.FromWatts(part), battery).Watts));
                left -= draft.Discharge[i];
            }
    }

    /// <summary>Leaves a setpoint alone when the exchange is inside the dead band: rewriting noise wears links and helps nobody.</summary>
    private static double Steady(Draft draft, int index, double wanted)
    {
        var last = draft.Memory.LastDischarge[index].Watts;
        return Math.Abs(wanted - last) <= Dispatch.DeadBand.Watts ? last : wanted;
    }

    private static void Set(Draft draft, int index, double wanted)
    {
        var range = draft.Envelope.Batteries[index];
        var power = Power.FromWatts(wanted);
        if (range.Against(power) is var bound and not Bound.None)
            draft.DischargeBy[index] = bound;
        var ramped = Ramp(draft, index, range.Clip(power).Watts);
        draft.Discharge[index] = range.ClipToWhole(Power.FromWatts(ramped)).Watts;
    }

    /// <summary>Growing power is ramped from the last setpoint; shrinking power never is.</summary>
    private static double Ramp(Draft draft, int index, double wanted)
    {
        var last = draft.Memory.LastDischarge[index].Watts;
        var reach = draft.Site.Batteries[index].RampWattsPerSecond * draft.StepSeconds;
        var low = Math.Min(last, 0) - reach;
        var high = Math.Max(last, 0) + reach;
        if (wanted >= low && wanted <= high)
            return wanted;
        draft.DischargeBy[index] = Bound.Ramp;
        return wanted < low ? low : high;
    }
}
