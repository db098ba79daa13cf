using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Running;

/// <summary>Everything that forecasts and plans need to know beyond the devices of the moment: what the last quarter-hour brought, the market's prices, what others foretell.</summary>
internal sealed class OutsideSource(Site site, Log log, TimeProvider realTime)
{
    private readonly SlotMeter meter = new(site);
    private readonly PriceBoard? prices = site.Tariff.Spot is { } spot ? new(spot, log, realTime) : null;
    private readonly OutlookBoard? outlook = site.OutlookFile is { } file ? new(file, log, realTime) : null;

    public void Add(ProcessImage image, Core.Actuating.Setpoints asked, double seconds) => meter.Add(image, asked, seconds);

    /// <summary>At the begin of a quarter-hour. Null where nothing can be won by waiting: nothing is learnt then. Nor is anything while nobody knows what time it is: what
    /// was learnt under the right time would be overwritten.</summary>
    public async ValueTask<Outside?> AtAsync(Slot slot, ClockTrust trust)
    {
        if (!site.IsPlanned || trust > ClockTrust.Holdover)
            return null;
        var local = LocalClock.Of(slot.Start, realTime.LocalTimeZone);
        return new(local)
        {
            Measured = meter.Before(slot),
            Spot = prices is null ? [] : await prices.FromAsync(slot),
            Imported = site.Tariff.Demand is null ? null : meter.ImportedBefore(slot),
            Foretold = outlook is null ? null : await outlook.FromAsync(slot),
        };
    }

    /// <summary>What is wrong with what others foretell.</summary>
    public Finding? Trouble(Instant now) => outlook?.Trouble(now);
}
