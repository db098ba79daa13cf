namespace SmartEms.Edge.Simulation;

/// <summary>The control half of SunSpec model 124: two rates that make a window for the battery's power, and the timer that gives the battery back to itself.</summary>
/// <remarks>Source: sunspec/models 124; offsets count from the model's id register. Where the rates contradict each other the discharge limit counts.</remarks>
internal sealed class StorageControl(PointBoard board, DeviceShare share)
{
    /// <summary>InOutWRte_SF: hundredths of a percent.</summary>
    public const int RateScale = -2;

    private const int ChargeLimit = 1;
    private const int DischargeLimit = 2;

    private readonly int shownMode = board.Own("stor_ctl_mod");
    private readonly int shownOut = board.Own("out_w_rte");
    private readonly int shownIn = board.Own("in_w_rte");
    private readonly int shownTimer = board.Own("in_out_w_rte_rvrt_tms");
    private readonly RevertTimer timer = new();
    private ushort mode;
    private double outPercent = 100;
    private double inPercent = 100;

    /// <summary>A register of the model was written. True when it belongs to the group that <see cref="Act"/> carries out.</summary>
    public bool Take(int offset, ushort raw)
    {
        switch (offset)
        {
            case 5:
                mode = raw;
                return true;
            case 12:
                outPercent = unchecked((short)raw) / 100.0;
                return true;
            case 13:
                inPercent = unchecked((short)raw) / 100.0;
                return true;
            case 15:
                timer.Seconds = raw;
                return true;
            default:
                return false;
        }
    }

    public void Act()
    {
        timer.Start(share.NowMs);
        foreach (var index in share.Commanded)
        {
            var battery = share.Physics.Batteries[index];
            if ((mode & (ChargeLimit | DischargeLimit)) == 0)
            {
                share.Physics.ReleaseBattery(index);
                continue;
            }

            // Both rates are percentages of WChaMax.
            var low = (mode & ChargeLimit) != 0 ? -inPercent / 100 * battery.ChargeMaxWatts : -battery.ChargeMaxWatts;
            var high = (mode & DischargeLimit) != 0 ? outPercent / 100 * battery.ChargeMaxWatts : battery.DischargeMaxWatts;
            share.Physics.CommandBatteryWindow(index, Math.Min(low, high), high, timer.Left(share.NowMs));
        }
    }

    public void Live()
    {
        if (!timer.RunsOut(share.NowMs))
            return;
        LetGo();
    }

    /// <summary>Power-up: the mode, the rates and the timer stand where the factory put them.</summary>
    public void Restart()
    {
        timer.Reset();
        LetGo();
    }

    private void LetGo()
    {
        (mode, outPercent, inPercent) = (0, 100, 100);
        foreach (var index in share.Commanded)
            share.Physics.ReleaseBattery(index);
    }

    public void Show()
    {
        board.Set(shownMode, mode);
        board.Set(shownOut, outPercent);
        board.Set(shownIn, inPercent);
        board.Set(shownTimer, timer.Seconds);
    }
}
