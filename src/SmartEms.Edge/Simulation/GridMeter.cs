namespace SmartEms.Edge.Simulation;

/// <summary>A three-phase meter at the point of common coupling, after the manner of an Eastron SDM630: read only, no reactive power,
/// the sign of the power factor is that of the power.</summary>
internal sealed class GridMeter : DeviceModel
{
    private const double DemandSeconds = 900;

    private readonly Phase[] phases = new Phase[3];
    private readonly int[] between;
    private readonly int[] means;
    private readonly int apparent;
    private readonly int factor;
    private readonly int angle;
    private readonly int neutral;
    private readonly int energy;
    private readonly int apparentEnergy;
    private readonly int demand;
    private readonly int demandMax;
    private double demandWatts;
    private double demandMaxWatts;
    private double apparentWattHours;

    public GridMeter(PointBoard board, DeviceShare share)
        : base(board, share)
    {
        board.Bridge("voltage_l1", "exported_energy_l3"); // registers the list leaves out read as 0
        for (var i = 0; i < 3; i++)
        {
            var l = $"_l{i + 1}";
            phases[i] = new(board, l);
            board.Set("reactive_power" + l, 0);
            board.Set("voltage_distortion" + l, i < share.Grid.Phases ? 1.8 : 0);
            board.Set("current_distortion" + l, i < share.Grid.Phases ? 4.5 : 0);
        }
        foreach (var name in (ReadOnlySpan<string>)["reactive_power", "imported_reactive_energy", "exported_reactive_energy", "reactive_energy"])
            board.Set(name, 0);
        between = [board.Own("voltage_l1_l2"), board.Own("voltage_l2_l3"), board.Own("voltage_l3_l1"), board.Own("voltage_between_mean")];
        means = [board.Own("voltage_mean"), board.Own("current_mean"), board.Own("current_sum")];
        (apparent, factor, angle) = (board.Own("apparent_power"), board.Own("power_factor"), board.Own("phase_angle"));
        neutral = board.Own("current_neutral");
        (energy, apparentEnergy) = (board.Own("energy"), board.Own("apparent_energy"));
        (demand, demandMax) = (board.Own("power_demand"), board.Own("power_demand_max"));
    }

    /// <summary>The voltage between two phases a third of a turn apart.</summary>
    public static double Between(double one, double other) => Math.Sqrt((one * one) + (other * other) + (one * other));

    public override void Live(long milliseconds)
    {
        var hours = milliseconds / 3_600_000.0;
        for (var i = 0; i < 3; i++)
        {
            var watts = Share.Watts(i);
            phases[i].ImportedWattHours += Math.Max(0, watts) * hours;
            phases[i].ExportedWattHours += Math.Max(0, -watts) * hours;
            apparentWattHours += Math.Abs(watts) * hours;
        }
        var seconds = milliseconds / 1000.0;
        demandWatts += (Share.Grid.ImportWatts - demandWatts) * seconds / (seconds + DemandSeconds);
        demandMaxWatts = Math.Max(demandMaxWatts, demandWatts);
    }

    public override void Show()
    {
        var sum = 0.0;
        for (var i = 0; i < 3; i++)
        {
            var (phase, watts) = (phases[i], Share.Watts(i));
            sum += Math.Abs(watts);
            Board.Set(phase.Power, watts);
            Board.Set(phase.Apparent, Math.Abs(watts));
            Board.Set(phase.Factor, watts < 0 ? -1 : 1);
            Board.Set(phase.Angle, watts < 0 ? 180 : 0);
            Board.Set(phase.Imported, phase.ImportedWattHours);
            Board.Set(phase.Exported, phase.ExportedWattHours);
        }
        var import = Share.Grid.ImportWatts;
        Board.Set(apparent, sum);
        Board.Set(factor, sum > 0 ? import / sum : 1);
        Board.Set(angle, import < 0 ? 180 : 0);
        Board.Set(energy, Share.Grid.ImportedWattHours + Share.Grid.ExportedWattHours);
        Board.Set(apparentEnergy, apparentWattHours);
        Board.Set(demand, demandWatts);
        Board.Set(demandMax, demandMaxWatts);
        ShowVoltagesAndCurrents();
    }

    private void ShowVoltagesAndCurrents()
    {
        var count = Share.Grid.Phases;
        var (volts, amperes, betweenSum) = (0.0, 0.0, 0.0);
        for (var i = 0; i < 3; i++)
        {
            volts += Share.Volts(i);
            amperes += Share.Amperes(i);
            var each = count == 3 ? Between(Share.Volts(i), Share.Volts((i + 1) % 3)) : 0;
            betweenSum += each;
            Board.Set(between[i], each);
        }
        Board.Set(between[3], betweenSum / 3);
        Board.Set(means[0], volts / count);
        Board.Set(means[1], amperes / count);
        Board.Set(means[2], amperes);
        Board.Set(neutral, NeutralAmperes());
    }

    /// <summary>The sum of three currents a third of a turn apart, each in phase with its voltage or opposite to it.</summary>
    private double NeutralAmperes()
    {
        var (a, b, c) = (Signed(0), Signed(1), Signed(2));
        return Math.Sqrt(Math.Max(0, (a * a) + (b * b) + (c * c) - (a * b) - (b * c) - (c * a)));
    }

    private double Signed(int phase) => Share.Watts(phase) < 0 ? -Share.Amperes(phase) : Share.Amperes(phase);

    private sealed class Phase(PointBoard board, string l)
    {
        public int Power { get; } = board.Own("power" + l);
        public int Apparent { get; } = board.Own("apparent_power" + l);
        public int Factor { get; } = board.Own("power_factor" + l);
        public int Angle { get; } = board.Own("phase_angle" + l);
        public int Imported { get; } = board.Own("imported_energy" + l);
        public int Exported { get; } = board.Own("exported_energy" + l);
        public double ImportedWattHours { get; set; }
        public double ExportedWattHours { get; set; }
    }
}
