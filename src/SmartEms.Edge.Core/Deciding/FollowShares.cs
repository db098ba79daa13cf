using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>How several batteries divide what they balance together: by the energy each can still take or give, so that they become full and empty together.
/// A division once chosen is held until another is clearly better: setpoints must not wander between batteries with every reading.</summary>
public static class FollowShares
{
    /// <summary>A held share is left when the right one differs by more than this.</summary>
    private const double Drift = 0.05;

    /// <summary>Balances smaller than this do not choose between shares for charging and for discharging, W.</summary>
    private const double Clear = 100;

    /// <summary>Writes <see cref="Draft.Shares"/>; those of the flexible batteries add up to 1, the others keep what they had.</summary>
    /// <param name="draft">The step's draft.</param>
    /// <param name="isFlexible">Which batteries take part.</param>
    /// <param name="balance">W, positive = to be discharged.</param>
    public static void Choose(Draft draft, bool[] isFlexible, double balance)
    {
        var right = Right(draft, isFlexible, balance >= 0);
        var (held, drifted) = (0.0, false);
        for (var i = 0; i < right.Length; i++)
        {
            draft.Shares[i] = draft.Memory.Regulation.Of(i).Share;
            if (!isFlexible[i])
                continue;
            held += draft.Shares[i];
            drifted |= Math.Abs(draft.Shares[i] - right[i]) > Drift;
        }
        if (Math.Abs(held - 1) < 1e-9 && (!drifted || Math.Abs(balance) < Clear))
            return;
        for (var i = 0; i < right.Length; i++)
            if (isFlexible[i])
                draft.Shares[i] = right[i];
    }

    private static double[] Right(Draft draft, bool[] isFlexible, bool discharging)
    {
        var (room, capacity) = (0.0, 0.0);
        for (var i = 0; i < isFlexible.Length; i++)
            if (isFlexible[i])
                (room, capacity) = (room + Room(draft, i, discharging), capacity + draft.Site.Batteries[i].Capacity.WattHours);
        var shares = new double[isFlexible.Length];
        for (var i = 0; i < shares.Length; i++)
            if (isFlexible[i])
                shares[i] = room > 0 ? Room(draft, i, discharging) / room : draft.Site.Batteries[i].Capacity.WattHours / capacity;
        return shares;
    }

    /// <summary>Wh a battery can still give or take inside its SoC band; 0 when its SoC is not known, for then it rests.</summary>
    private static double Room(Draft draft, int index, bool discharging)
    {
        var battery = draft.Site.Batteries[index];
        var soc = draft.Image.Batteries[index].Soc;
        if (!soc.IsGood)
            return 0;
        var part = discharging ? soc.Value.Ratio - battery.SocMin.Ratio : battery.SocMax.Ratio - soc.Value.Ratio;
        return battery.Capacity.WattHours * Math.Max(0, part);
    }
}
