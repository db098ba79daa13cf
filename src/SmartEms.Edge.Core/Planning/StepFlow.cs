using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Planning;

/// <summary>Mean powers of a step, W.</summary>
/// <param name="Discharge">Of the battery; negative = it charges.</param>
public readonly record struct StepFlow(double Discharge, double Ev, double Import, double Export, double Curtailed);

/// <summary>What holds during a step, whatever is decided.</summary>
/// <param name="ImportMax">W at the connection.</param>
/// <param name="ExportMax">W at the connection.</param>
/// <param name="BatteryRests">Somebody works at it.</param>
/// <param name="MayCurtail">The plant can be told to produce less than it could.</param>
public readonly record struct StepTerms(double ImportMax, double ExportMax, bool BatteryRests, bool MayCurtail)
{
    public static StepTerms Free { get; } = new(double.PositiveInfinity, double.PositiveInfinity, false, false);
}

/// <summary>What a mode does within a step to battery, charger and grid: the one account that planning, replay, training and savings share.</summary>
public static class ModeFlow
{
    public const int BatteryModes = 7;
    public const int EvModes = 5;

    /// <summary>The discharge a mode wants, W.</summary>
    /// <param name="mode">The battery's.</param>
    /// <param name="balance">What would be imported without the battery, W; negative = exported.</param>
    /// <param name="chargeMax">W.</param>
    public static double Wanted(BatteryMode mode, double balance, double chargeMax) => mode switch
    {
        BatteryMode.SelfConsume => balance,
        BatteryMode.Hold => Math.Min(balance, 0),
        BatteryMode.DischargeOnly => Math.Max(balance, 0),
        BatteryMode.GridCharge33 => Math.Min(-chargeMax * (1.0 / 3), Math.Min(balance, 0)),
        BatteryMode.GridCharge66 => Math.Min(-chargeMax * (2.0 / 3), Math.Min(balance, 0)),
        BatteryMode.GridCharge100 => -chargeMax,
        _ => 0,
    };

    /// <summary>The same inside the battery's ratings and the connection's limits: charging ends before the import limit does, surplus beyond the export limit is stored.</summary>
    public static double Allowed(BatteryMode mode, double balance, in Reach reach, in StepTerms terms)
    {
        if (terms.BatteryRests)
            return 0;
        var wanted = Math.Max(Math.Min(Wanted(mode, balance, reach.ChargeMax), balance + terms.ExportMax), balance - terms.ImportMax);
        return Math.Max(-reach.ChargeMax, Math.Min(reach.DischargeMax, wanted));
    }

    /// <summary>What a charger mode takes, W: never more than the car still needs, never so much that the import limit breaks, nothing below the charger's minimum.</summary>
    /// <param name="mode">The charger's.</param>
    /// <param name="balance">Load less production, W.</param>
    /// <param name="need">The car.</param>
    /// <param name="most">What the car can still take on average over the step, W.</param>
    /// <param name="terms">Of the step.</param>
    public static double Ev(EvMode mode, double balance, EvNeed need, double most, in StepTerms terms)
    {
        var wanted = mode switch
        {
            EvMode.SurplusOnly => -balance,
            EvMode.Minimum => Math.Max(need.PowerMin, -balance),
            EvMode.Half => Math.Max(need.PowerMin, need.PowerMax / 2),
            EvMode.Full => need.PowerMax,
            _ => 0,
        };
        var offered = Math.Min(Math.Min(wanted, need.PowerMax), terms.ImportMax - balance);
        return offered < need.PowerMin ? 0 : Math.Min(offered, most);
    }

    /// <summary>Closes the account of a step.</summary>
    /// <param name="balance">Load less production, charger included, W.</param>
    /// <param name="discharge">Of the battery, W.</param>
    /// <param name="ev">The charger's part of the balance, W.</param>
    /// <param name="exportPrice">Where it is negative a plant that may be curtailed is.</param>
    /// <param name="terms">Of the step.</param>
    public static StepFlow Close(double balance, double discharge, double ev, double exportPrice, in StepTerms terms)
    {
        var grid = balance - discharge;
        if (grid >= 0)
            return new(discharge, ev, grid, 0, 0);
        var kept = !terms.MayCurtail ? -grid : exportPrice < 0 ? 0 : Math.Min(-grid, terms.ExportMax);
        return new(discharge, ev, 0, kept, -grid - kept);
    }
}
