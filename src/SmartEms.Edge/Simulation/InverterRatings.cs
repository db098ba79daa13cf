using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>What a simulated SunSpec inverter says once and for all: who it is (model 1), what it can do (120), how it is set (121), and its scale factors.</summary>
internal static class InverterRatings
{
    public static void Show(PointBoard board, DeviceShare share, double ratedWatts)
    {
        board.Text("manufacturer", Identity.Manufacturer);
        board.Text("model_name", "Hybrid inverter");
        board.Text("options", "storage");
        board.Text("version", "1.0");
        board.Text("serial", Identity.SerialOf(share));
        Nameplate(board, share, ratedWatts);
        Settings(board, share, ratedWatts);
        Status(board, share, ratedWatts);
        Storage(board, share);
    }

    /// <summary>Capacity of a battery at its nominal 3.2 V per cell.</summary>
    public static double AmpereHoursOf(SimulatedBattery battery) => battery.CapacityWattHours / (Identity.CellsOf(battery) * 3.2);

    private static void Nameplate(PointBoard board, DeviceShare share, double ratedWatts)
    {
        board.Set("der_type", share.Battery is null ? 4 : 82);
        Rated(board, "w_rtg_sf", 0, ("rated_power", ratedWatts));
        Rated(board, "va_rtg_sf", 0, ("rated_apparent_power", ratedWatts));
        Rated(board, "var_rtg_sf", 0, ("rated_reactive_q1", ratedWatts * 0.6), ("rated_reactive_q4", -ratedWatts * 0.6));
        Rated(board, "a_rtg_sf", -2, ("rated_current", ratedWatts / share.Grid.Phases / 230));
        Rated(board, "pf_rtg_sf", -3, ("rated_pf_q1", 0.8), ("rated_pf_q4", -0.8));
        if (share.Battery is not { } battery)
            return;
        Rated(board, "wh_rtg_sf", 0, ("rated_storage_energy", battery.CapacityWattHours));
        Rated(board, "ahr_rtg_sf", -1, ("rated_storage_charge", AmpereHoursOf(battery)));
        Rated(board, "max_cha_rte_sf", 0, ("rated_charge_power", battery.ChargeMaxWatts));
        Rated(board, "max_discha_rte_sf", 0, ("rated_discharge_power", battery.DischargeMaxWatts));
    }

    private static void Settings(PointBoard board, DeviceShare share, double ratedWatts)
    {
        Rated(board, "w_max_sf", 0, ("w_max", ratedWatts));
        Rated(board, "v_ref_sf", 0, ("v_ref", share.Physics.Site.Pcc.NominalVoltage.Volts));
        Rated(board, "v_ref_ofs_sf", 0, ("v_ref_offset", 0));
        Rated(board, "v_min_max_sf", 0, ("v_max", 253), ("v_min", 196));
        Rated(board, "va_max_sf", 0, ("va_max", ratedWatts));
        Rated(board, "var_max_sf", 0, ("var_max_q1", ratedWatts * 0.6), ("var_max_q4", -ratedWatts * 0.6));
        Rated(board, "w_gra_sf", 0, ("w_gradient", 100));
        Rated(board, "pf_min_sf", -3, ("pf_min_q1", 0.8), ("pf_min_q4", -0.8));
        Rated(board, "ecp_nom_hz_sf", -2, ("nominal_frequency", 50));
        if (share.Grid.Phases == 1)
            board.Set("connected_phase", 1);
    }

    private static void Status(PointBoard board, DeviceShare share, double ratedWatts)
    {
        board.Set("pv_connection", share.Plants.Length > 0 ? 7 : 0);
        board.Set("storage_connection", share.Battery is null ? 0 : 7);
        board.Set("grid_connection", 1);
        Rated(board, "var_aval_sf", 0, ("available_reactive_power", ratedWatts * 0.6));
        board.Scale("w_aval_sf", 0, ratedWatts);
        Rated(board, "ris_sf", 3, ("insulation_resistance", 1_500_000));
        foreach (var name in (ReadOnlySpan<string>)["limits_reached", "ride_through", "w_max_lim_pct_win_tms", "w_max_lim_pct_rmp_tms", "out_pf_set_ena", "var_pct_ena"])
            board.Set(name, 0);
        board.Set("conn", 1);
        board.Scale("w_max_lim_pct_sf", ProductionControl.LimitScale, 100);
    }

    private static void Storage(PointBoard board, DeviceShare share)
    {
        board.Scale("in_out_w_rte_sf", StorageControl.RateScale, 100);
        board.Scale("cha_state_sf", -2, 100);
        board.Scale("in_bat_v_sf", -1, 1_000);
        if (share.Battery is not { } battery)
            return;
        Rated(board, "w_cha_max_sf", 0, ("w_cha_max", battery.ChargeMaxWatts));
        Rated(board, "va_cha_max_sf", 0, ("va_cha_max", battery.ChargeMaxWatts));
        Rated(board, "w_cha_discha_gra_sf", 0, ("charge_gradient", 100), ("discharge_gradient", 100));
        Rated(board, "min_rsv_pct_sf", -2, ("min_reserve", SimulatedBattery.AutomaticSocMin * 100));
        board.Scale("stor_aval_sf", -1, AmpereHoursOf(battery));
        board.Set("in_out_w_rte_win_tms", 0);
        board.Set("in_out_w_rte_rmp_tms", 0);
        board.Set("cha_gri_set", 1);
    }

    /// <summary>Values that never change, and the scale factor they share.</summary>
    private static void Rated(PointBoard board, string scaleFactor, int finest, params ReadOnlySpan<(string Point, double Value)> values)
    {
        var largest = 0.0;
        foreach (var (_, value) in values)
            largest = Math.Max(largest, Math.Abs(value));
        board.Scale(scaleFactor, finest, largest);
        foreach (var (point, value) in values)
            board.Set(point, value);
    }
}

/// <summary>How simulated devices name themselves and count their cells.</summary>
internal static class Identity
{
    public const string Manufacturer = "SmartEms simulated";

    /// <summary>At most 12 characters, the room a Victron serial has.</summary>
    public static string SerialOf(DeviceShare share) => $"SIM-{share.Number + 1:0000}";

    public static double CellsOf(SimulatedBattery battery) =>
        Math.Max(1, Math.Round(battery.PackVolts / ((battery.CellMinVolts + battery.CellMaxVolts) / 2)));
}
