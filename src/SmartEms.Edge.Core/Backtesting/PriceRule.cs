using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What simple tariff automations do: keep the charge for dear hours, and, if so told, fill up from the grid in cheap ones. No forecast of load or production.</summary>
/// <param name="trace">Only prices that were known are looked at.</param>
/// <param name="storage">The battery.</param>
/// <param name="fillsUp">Whether it also charges from the grid.</param>
public sealed class PriceRule(BacktestTrace trace, Storage storage, bool fillsUp) : IController
{
    /// <summary>So far it looks ahead, hours.</summary>
    private const int Ahead = 24;

    public string Name => "price-rule";

    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment)
    {
        var end = Math.Min(trace.Prices.KnownUntil[moment.Step], moment.Step + (Ahead * 60 / trace.StepMinutes));
        var (now, low, high, sum) = (trace.Prices.Import[moment.Step], double.PositiveInfinity, double.NegativeInfinity, 0.0);
        for (var t = moment.Step; t < end; t++)
            (low, high, sum) = (Math.Min(low, trace.Prices.Import[t]), Math.Max(high, trace.Prices.Import[t]), sum + trace.Prices.Import[t]);
        var gain = (high * storage.DischargeEfficiency * storage.ChargeEfficiency) - now - storage.WearPerKwh;
        if (high - low < 1e-9)
            return (BatteryMode.SelfConsume, EvMode.Full);
        if (fillsUp && now <= low && gain > 0)
            return (BatteryMode.GridCharge33, EvMode.Full);
        return (now < sum / (end - moment.Step) && gain > 0 ? BatteryMode.Hold : BatteryMode.SelfConsume, EvMode.Full);
    }
}
