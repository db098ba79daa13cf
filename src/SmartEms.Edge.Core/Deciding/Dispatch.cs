using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>What the site's batteries have to balance: the grid exchange there would be without them.</summary>
public static class Balance
{
    /// <summary>Positive = would be bought, negative = would be exported; null when the meter is not Good.
    /// A battery that does not tell its power rests, so that it counts for nothing, as in Follow.</summary>
    public static Power? Of(ProcessImage image)
    {
        if (!image.Grid.Import.TryGood(out var net))
            return null;
        foreach (var battery in image.Batteries)
            net += battery.Discharge.GoodOr(Power.Zero);
        return net;
    }
}

/// <summary>Turns modes into powers and splits them over devices.</summary>
public static class Dispatch
{
    /// <summary>Exchanges smaller than this are left alone: meters and inverters do not resolve them.</summary>
    public static Power DeadBand => Power.FromWatts(10);

    /// <summary>The discharge a mode wants for a share of the balance.</summary>
    public static Power Wanted(BatteryMode mode, Power balance, Battery battery) =>
        Power.FromWatts(ModeFlow.Wanted(mode, balance.Watts, battery.ChargeMax.Watts));

    /// <summary>A battery's part of the site's balance, by capacity; the parts add up to 1.</summary>
    public static double Share(Site site, int index)
    {
        var all = Energy.Zero;
        foreach (var battery in site.Batteries)
            all += battery.Capacity;
        return site.Batteries[index].Capacity / all;
    }

    /// <summary>The current a charger mode starts from; surplus may raise it.</summary>
    public static Current BaseCurrent(EvMode mode, EvCharger charger) => mode switch
    {
        EvMode.Full => charger.CurrentMax,
        EvMode.Half => Current.Max(charger.CurrentMin, charger.CurrentMax / 2),
        EvMode.Minimum => charger.CurrentMin,
        _ => Current.Zero,
    };
}
