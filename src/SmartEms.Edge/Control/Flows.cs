using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Control;

/// <summary>Adds up the power flows of an image; one unknown term makes its sum unknown.</summary>
internal static class Flows
{
    public static PowerView Of(ProcessImage image)
    {
        var known = new Known();
        var grid = Sum(1, _ => image.Grid.Import);
        var pv = Sum(image.PvPlants.Length, i => image.PvPlants[i].Production);
        var battery = Sum(image.Batteries.Length, i => image.Batteries[i].Discharge);
        var ev = Sum(image.EvChargers.Length, i => image.EvChargers[i].Charge);
        return new()
        {
            GridImportW = known.Take("grid_import_w", grid.Watts, grid.Quality),
            PvProductionW = known.Take("pv_production_w", pv.Watts, pv.Quality),
            BatteryDischargeW = known.Take("battery_discharge_w", battery.Watts, battery.Quality),
            EvChargeW = known.Take("ev_charge_w", ev.Watts, ev.Quality),
            LoadW = Load([grid, pv, battery, ev], known),
            Quality = known.Quality,
        };
    }

    /// <summary>Load = grid import + PV production + battery discharge − EV charge (docs/architecture.md, the sign rule). What is not installed does not count.</summary>
    private static double? Load((double? Watts, Quality Quality)[] flows, Known known)
    {
        var load = 0.0;
        for (var i = 0; i < flows.Length; i++)
        {
            if (flows[i].Quality.Reason == BadReason.NotInstalled)
                continue;
            if (flows[i].Watts is not { } watts)
                return known.Take("load_w", null, flows[i].Quality);
            load += i == 3 ? -watts : watts;
        }
        return known.Take("load_w", load, default);
    }

    private static (double? Watts, Quality Quality) Sum(int count, Func<int, Reading<Power>> term)
    {
        if (count == 0)
            return (null, Quality.Bad(BadReason.NotInstalled));
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            if (!term(i).TryGood(out var power))
                return (null, term(i).Quality);
            sum += power.Watts;
        }
        return (sum, Quality.Good());
    }
}
