namespace SmartEms.Edge.Simulation;

/// <summary>SunSpec model 103 and the energy of model 122: what the inverter gives to the site's phases, evenly and without reactive power.</summary>
internal sealed class AlternatingSide
{
    private const double DirectVolts = 600;

    /// <summary>Watt-hours per rated watt delivered before the simulation began.</summary>
    private const double HoursBefore = 1_200;

    private readonly PointBoard board;
    private readonly DeviceShare share;
    private readonly double ratedWatts;
    private readonly int[] amperes;
    private readonly int[] volts;
    private readonly int[] between;
    private readonly int[] power;
    private readonly int apparent;
    private readonly int factor;
    private readonly int current;
    private readonly int frequency;
    private readonly int energy;
    private readonly int lifetime;
    private readonly int directCurrent;
    private readonly int[] temperatures;
    private double deliveredWattHours;

    public AlternatingSide(PointBoard board, DeviceShare share, double ratedWatts)
    {
        (this.board, this.share, this.ratedWatts) = (board, share, ratedWatts);
        deliveredWattHours = ratedWatts * HoursBefore;
        board.Scale("a_sf", -2, ratedWatts / 200);
        board.Scale("v_sf", -1, 1_000);
        foreach (var name in (ReadOnlySpan<string>)["w_sf", "va_sf", "var_sf", "inv_dcw_sf"])
            board.Scale(name, 0, ratedWatts);
        board.Scale("hz_sf", -2, 100);
        board.Scale("pf_sf", -2, 100);
        board.Scale("wh_sf", 0, 0);
        board.Scale("inv_dca_sf", -2, ratedWatts / DirectVolts);
        board.Scale("inv_dcv_sf", -1, DirectVolts);
        board.Scale("tmp_sf", -1, 100);
        foreach (var name in (ReadOnlySpan<string>)["ac_reactive_power", "state_vendor", "events", "events_vendor_1", "events_vendor_2", "events_vendor_3", "events_vendor_4"])
            board.Set(name, 0);
        board.Set("dc_voltage", DirectVolts);
        amperes = Phases("ac_current_l1", "ac_current_l2", "ac_current_l3");
        volts = Phases("ac_voltage_l1", "ac_voltage_l2", "ac_voltage_l3");
        between = share.Grid.Phases == 3 ? Phases("ac_voltage_l1_l2", "ac_voltage_l2_l3", "ac_voltage_l3_l1") : [];
        power = [board.Own("ac_power"), board.Own("dc_power")];
        apparent = board.Own("ac_apparent_power");
        factor = board.Own("ac_power_factor");
        current = board.Own("ac_current");
        frequency = board.Own("ac_frequency");
        energy = board.Own("ac_energy");
        lifetime = board.Own("lifetime_energy");
        directCurrent = board.Own("dc_current");
        temperatures = [board.Own("temperature_cabinet"), board.Own("temperature_heat_sink"), board.Own("temperature_transformer"), board.Own("temperature_other")];
    }

    private double Watts => share.PvWatts + share.DischargeWatts;

    public void Live(long milliseconds) => deliveredWattHours += Math.Max(0, Watts) * milliseconds / 3_600_000.0;

    public void Show()
    {
        var watts = Watts;
        var sum = 0.0;
        for (var i = 0; i < amperes.Length; i++)
        {
            var each = Math.Abs(watts) / amperes.Length / share.Volts(i);
            sum += each;
            board.Set(amperes[i], each);
            board.Set(volts[i], share.Volts(i));
        }
        for (var i = 0; i < between.Length; i++)
            board.Set(between[i], GridMeter.Between(share.Volts(i), share.Volts((i + 1) % 3)));
        foreach (var point in power)
            board.Set(point, watts);
        board.Set(apparent, Math.Abs(watts));
        board.Set(factor, watts < 0 ? -100 : 100);
        board.Set(current, sum);
        board.Set(frequency, share.Grid.Hertz);
        board.Set(energy, deliveredWattHours);
        board.Set(lifetime, Math.Floor(deliveredWattHours));
        board.Set(directCurrent, Math.Abs(watts) / DirectVolts);
        foreach (var point in temperatures)
            board.Set(point, 30 + (25 * Math.Abs(watts) / ratedWatts));
    }

    private int[] Phases(params ReadOnlySpan<string> names)
    {
        var points = new int[share.Grid.Phases];
        for (var i = 0; i < points.Length; i++)
            points[i] = board.Own(names[i]);
        return points;
    }
}
