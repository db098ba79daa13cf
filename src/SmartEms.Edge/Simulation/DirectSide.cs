namespace SmartEms.Edge.Simulation;

/// <summary>SunSpec model 160 of a hybrid: two PV strings, the charging and the discharging battery. Powers come from the measures' own display;
/// this adds what belongs to them.</summary>
internal sealed class DirectSide
{
    private const int Throttled = 5;
    private const int Tracking = 4;
    private const int Standby = 8;

    /// <summary>What the strings had produced, and the battery moved, before the simulation began: hours at rated power, and full cycles.</summary>
    private const double HoursBefore = 1_000;
    private const double CyclesBefore = 100;

    private static readonly double[] StringVolts = [610, 420];
    private static readonly double[] StringShares = [0.6, 0.4];
    private static readonly string[] Names = ["MPPT 1", "MPPT 2", "StCha 3", "StDisCha 4"];

    private readonly PointBoard board;
    private readonly DeviceShare share;
    private readonly Module[] modules = new Module[4];

    public DirectSide(PointBoard board, DeviceShare share)
    {
        (this.board, this.share) = (board, share);
        var batteryAmperes = share.Battery is { } battery ? Math.Max(battery.ChargeMaxWatts, battery.DischargeMaxWatts) / battery.PackVolts * 1.5 : 0;
        board.Scale("mppt_dca_sf", -2, Math.Max(batteryAmperes, share.PvRatedWatts / StringVolts[1]));
        board.Scale("mppt_dcv_sf", -1, 1_000);
        board.Scale("mppt_dcw_sf", 0, Math.Max(share.PvRatedWatts, share.Battery?.DischargeMaxWatts ?? 0));
        board.Scale("mppt_dcwh_sf", 0, 0);
        board.Set("mppt_events", 0);
        board.Set("mppt_count", modules.Length);
        for (var i = 0; i < modules.Length; i++)
        {
            var name = $"mppt{i + 1}_";
            board.Text(name + "name", Names[i]);
            modules[i] = new(board.Device.Profile.IndexOf(name + "dc_power"), board.Own(name + "dc_current"), board.Own(name + "dc_voltage"),
                board.Own(name + "energy"), board.Own(name + "temperature"), board.Own(name + "state"));
        }
    }

    public void Show(bool isThrottled)
    {
        for (var i = 0; i < modules.Length; i++)
        {
            var module = modules[i];
            var watts = board.Value(module.Power);
            var volts = i < 2 ? (watts > 0 ? StringVolts[i] : 0) : share.Battery?.PackVolts ?? 0;
            board.Set(module.Voltage, volts);
            board.Set(module.Current, volts > 0 ? watts / volts : 0);
            board.Set(module.Energy, EnergyOf(i));
            board.Set(module.Temperature, i < 2 ? 35 : share.Battery?.Celsius ?? 20);
            board.Set(module.State, watts <= 0 ? Standby : i < 2 && isThrottled ? Throttled : Tracking);
        }
    }

    private double EnergyOf(int module)
    {
        var sum = 0.0;
        if (module < 2)
            foreach (var plant in share.Plants)
                sum += ((share.Physics.PvPlants[plant].RatedWatts * HoursBefore) + share.Physics.PvPlants[plant].ProducedWattHours) * StringShares[module];
        else
            foreach (var index in share.Batteries)
            {
                var battery = share.Physics.Batteries[index];
                sum += (CyclesBefore * battery.CapacityWattHours) + (module == 2 ? battery.ChargedWattHours : battery.DischargedWattHours);
            }
        return sum;
    }

    private readonly record struct Module(int Power, int Current, int Voltage, int Energy, int Temperature, int State);
}
