using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>A Victron GX with its BMS behind two units: the site as the system sees it, and the cells of its battery. Read only.
/// Powers of the battery are those of its DC side, so that volts × amperes = watts holds on both units.</summary>
internal sealed class SystemGateway : DeviceModel
{
    /// <summary>Below this many watts the battery counts as idle.</summary>
    private const double Idle = 10;

    private readonly int[] pv = new int[3];
    private readonly int[] load = new int[3];
    private readonly int[] grid = new int[3];
    private readonly int[] watts;
    private readonly int[] amperes;
    private readonly int[] turned;
    private readonly int[] consumed;
    private readonly int[] timeToGo;
    private readonly int[] temperatures;
    private readonly int voltage;
    private readonly int middle;
    private readonly int soc;
    private readonly int state;
    private readonly int[] blocking;

    public SystemGateway(PointBoard board, DeviceShare share)
        : base(board, share)
    {
        board.Text("serial", Identity.SerialOf(share));
        board.Set("ac_source", 1);
        for (var i = 0; i < 3; i++)
        {
            var l = $"l{i + 1}";
            (pv[i], load[i], grid[i]) = (board.Own("pv_on_grid_" + l), board.Own("load_" + l), board.Own("grid_import_" + l));
            board.Set("pv_on_output_" + l, 0);
        }
        foreach (var name in (ReadOnlySpan<string>)["pv_dc_power", "pv_dc_current", "charger_power", "dc_load_power"])
            board.Set(name, 0);
        (voltage, middle) = (board.Own("dc_voltage"), board.Own("bms_mid_voltage"));
        watts = [board.Own("battery_discharge"), board.Own("bms_discharge_power")];
        amperes = [board.Own("dc_discharge_current"), board.Own("bms_discharge_current")];
        turned = [board.Own("vebus_dc_power"), board.Own("vebus_dc_current")];
        consumed = [board.Own("dc_consumed_charge"), board.Own("bms_consumed_charge")];
        timeToGo = [board.Own("dc_time_to_go"), board.Own("bms_time_to_go")];
        temperatures = [board.Own("cell_temperature_min"), board.Own("cell_temperature_max")];
        (soc, state) = (board.Own("system_soc"), board.Own("dc_state"));
        blocking = [board.Own("modules_blocking_charge"), board.Own("modules_blocking_discharge")];
        if (share.Battery is { } battery)
            ShowBattery(battery);
    }

    public override void Show()
    {
        var count = Share.Grid.Phases;
        var made = Share.Physics.PvWatts / count;
        var given = Share.Physics.BatteryDischargeWatts / count;
        for (var i = 0; i < count; i++)
        {
            Board.Set(pv[i], made);
            Board.Set(grid[i], Share.Watts(i));
            Board.Set(load[i], Math.Max(0, Share.Watts(i) + made + given));
        }
        if (count == 1)
            for (var i = 1; i < 3; i++)
                Board.Set(pv[i], 0); // plants a site lacks: the sum over the phases must stay known
        if (Share.Battery is { } battery)
            Follow(battery);
    }

    private void ShowBattery(SimulatedBattery battery)
    {
        foreach (var point in Board.Device.Profile.Points)
            if (point.Name.StartsWith("alarm_", StringComparison.Ordinal))
                Board.Set(point.Name, 0);
        var cells = Identity.CellsOf(battery);
        Board.Set("bms_mid_deviation", 0);
        Board.Set("charge_voltage_limit", cells * 3.55);
        Board.Set("discharge_voltage_limit", cells * 2.8);
        Board.Set("capacity", InverterRatings.AmpereHoursOf(battery));
        Board.Set("bms_state", 9);
        Board.Set("bms_error", 0);
        Board.Set("bms_switch", 1);
        Board.Set("bms_balancing", 0);
        Board.Set("bms_batteries", 1);
        Board.Set("bms_parallel", 1);
        Board.Set("bms_series", 1);
        Board.Set("bms_cells", cells);
        Board.Set("modules_offline", 0);
        Board.Set("modules_online", 1);
    }

    private void Follow(SimulatedBattery battery)
    {
        var power = battery.PackVolts * battery.PackAmperes;
        Board.Set(voltage, battery.PackVolts);
        Board.Set(middle, battery.PackVolts / 2);
        Board.Set(soc, battery.Soc * 100);
        Board.Set(state, power > Idle ? 2 : power < -Idle ? 1 : 0);
        foreach (var point in watts)
            Board.Set(point, power);
        foreach (var point in amperes)
            Board.Set(point, battery.PackAmperes);
        Board.Set(turned[0], -power);
        Board.Set(turned[1], -battery.PackAmperes);
        foreach (var point in consumed)
            Board.Set(point, (1 - battery.Soc) * InverterRatings.AmpereHoursOf(battery));
        foreach (var point in timeToGo)
            if (power > Idle)
                Board.Set(point, battery.StoredWattHours / power * 3600);
            else
                Board.Clear(point);
        Board.Set(temperatures[0], battery.Celsius - 0.5);
        Board.Set(temperatures[1], battery.Celsius + 0.5);
        Board.Set(blocking[0], battery.ChargeAllowed ? 0 : 1);
        Board.Set(blocking[1], battery.DischargeAllowed ? 0 : 1);
    }
}
