using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Carries out the battery modes against the meter: fixed modes first, the others share what remains to be balanced.</summary>
public static class FollowBatteries
{
    /// <param name="draft">The step's draft; its battery setpoints are written.</param>
    /// <param name="decision">The decision in force, or null: then every battery rests.</param>
    public static void Apply(Draft draft, Decision? decision)
    {
        var site = draft.Site;
        var balance = -draft.Spare;
        var (isFlexible, modes, any) = (new bool[site.Batteries.Length], new BatteryMode[site.Batteries.Length], false);
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (mode, ordered) = decision is null ? (BatteryMode.Idle, null) : draft.Asked.OfBattery(i, decision.Batteries[i].Mode);
            modes[i] = mode;
            draft.Shares[i] = draft.Memory.Regulation.Of(i).Share;
            if (decision is null)
                draft.DischargeBy[i] = Bound.Lease;
            else if (draft.Asked.IsMaintenance)
                draft.DischargeBy[i] = Bound.Maintenance;
            if (IsFlexible(mode))
            {
                any = isFlexible[i] = true;
                continue;
            }
            Set(draft, i, ordered ?? Dispatch.Wanted(mode, Power.Zero, site.Batteries[i]).Watts);
            balance -= draft.Discharge[i];
        }
        if (decision is null || !any)
            return;
        for (var i = 0; i < draft.Production.Length && balance > 0; i++)
            balance = Math.Max(0, balance - PvTrack.Promised(draft, i));
        FollowShares.Choose(draft, isFlexible, balance);
        Share(draft, modes, isFlexible, balance);
    }

    /// <summary>The mode this battery may be left to carry out itself: where the site wants that, it is the only battery, no car is plugged in, the meter is Good,
    /// and nothing clips it in this step; two that balance by themselves would balance each other, a car's surplus would be taken first, and a clipped power
    /// must be told.</summary>
    public static BatteryMode? Native(Draft draft, Decision? decision, int index)
    {
        var isFree = draft.Site.Batteries.Length == 1 && draft.Site.Batteries[index].Native && draft.MeterIsGood && draft.DischargeBy[index] is (Bound.None or Bound.Ramp)
            && draft.Image.EvChargers.All(charger => charger.State is { IsGood: true, Value: EvState.NoCar });
        if (decision is null || !isFree)
            return null;
        var (mode, ordered) = draft.Asked.OfBattery(index, decision.Batteries[index].Mode);
        return ordered is null && mode is BatteryMode.SelfConsume or BatteryMode.Hold or BatteryMode.Idle ? mode : null;
    }

    private static bool IsFlexible(BatteryMode mode) => mode is BatteryMode.SelfConsume or BatteryMode.Hold or BatteryMode.DischargeOnly;

    /// <summary>Each gets its share; what one may not take, or has had time for and does not do, is offered to the next, in the site's order. What only its ramp
    /// holds back is not handed on: it would be taken away again a second later.</summary>
    private static void Share(Draft draft, BatteryMode[] modes, bool[] isFlexible, double balance)
    {
        var (wanted, taken, left) = (new double[isFlexible.Length], new double[isFlexible.Length], balance);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!isFlexible[i])
                continue;
            wanted[i] = Wanted(draft, modes, i, balance * draft.Shares[i]);
            taken[i] = Fitting(draft, i, wanted[i]);
            left -= Credited(draft, i, taken[i]);
        }
        for (var i = 0; i < wanted.Length; i++)
        {
            if (!isFlexible[i])
                continue;
            if (Math.Abs(left) > LeftOver && !draft.Memory.Regulation.Of(i).FallsShort)
            {
                wanted[i] = Wanted(draft, modes, i, taken[i] + left);
                left -= Fitting(draft, i, wanted[i]) - taken[i];
            }
            Set(draft, i, Steady(draft, i, wanted[i]));
            // A full or empty battery has no share; why it rests is said all the same.
            if (draft.Shares[i] <= 0 && draft.DischargeBy[i] == Bound.None)
                draft.DischargeBy[i] = draft.Envelope.Batteries[i].Against(Power.FromWatts(Wanted(draft, modes, i, balance)));
        }
    }

    /// <summary>Rounding errors are not handed on, W.</summary>
    private const double LeftOver = 1e-6;

    private static double Wanted(Draft draft, BatteryMode[] modes, int index, double part) =>
        Dispatch.Wanted(modes[index], Power.FromWatts(part), draft.Site.Batteries[index]).Watts;

    private static double Fitting(Draft draft, int index, double wanted) => draft.Envelope.Batteries[index].Clip(Power.FromWatts(wanted)).Watts;

    /// <summary>What the others may rely on: a battery that has long given less than it was asked for counts with what it gives.</summary>
    private static double Credited(Draft draft, int index, double taken)
    {
        if (!draft.Memory.Regulation.Of(index).FallsShort)
            return taken;
        return taken > 0 ? Math.Clamp(draft.Measured[index], 0, taken) : Math.Clamp(draft.Measured[index], taken, 0);
    }

    /// <summary>Leaves a setpoint alone when the exchange is inside the dead band: rewriting noise wears links and helps nobody. While setpoints swing, only a
    /// part of the change is made.</summary>
    private static double Steady(Draft draft, int index, double wanted)
    {
        var last = draft.Memory.LastDischarge[index].Watts;
        if (Math.Abs(wanted - last) <= Dispatch.DeadBand.Watts)
            return last;
        var gain = draft.Memory.Regulation.Swing.Gain;
        return gain >= 1 ? wanted : last + ((wanted - last) * gain);
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
