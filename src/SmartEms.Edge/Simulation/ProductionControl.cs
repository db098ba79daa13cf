namespace SmartEms.Edge.Simulation;

/// <summary>The power limit of SunSpec model 123 with its own timer. It holds at the AC terminals: what the battery behind the same inverter gives or
/// takes counts, and PV makes room or may use it.</summary>
/// <remarks>Source: sunspec/models 123; offsets count from the model's id register.</remarks>
internal sealed class ProductionControl(PointBoard board, DeviceShare share, double ratedWatts)
{
    /// <summary>WMaxLimPct_SF: hundredths of a percent.</summary>
    public const int LimitScale = -2;

    private readonly int shownPercent = board.Own("w_max_lim_pct");
    private readonly int shownTimer = board.Own("w_max_lim_pct_rvrt_tms");
    private readonly int shownEnabled = board.Own("w_max_lim_ena");
    private readonly RevertTimer timer = new();
    private double percent = 100;
    private double actedOnDischarge;

    public bool IsLimiting { get; private set; }

    /// <summary>A register of the model was written. True when it belongs to the group that <see cref="Act"/> carries out.</summary>
    public bool Take(int offset, ushort raw)
    {
        switch (offset)
        {
            case 5:
                percent = raw / 100.0;
                return true;
            case 7:
                timer.Seconds = raw;
                return true;
            case 9:
                IsLimiting = raw == 1;
                return true;
            default:
                return false;
        }
    }

    public void Act()
    {
        timer.Start(share.NowMs);
        Limit();
    }

    private void Limit()
    {
        var sum = share.PvRatedWatts;
        var room = Math.Max(0, (percent / 100 * ratedWatts) - share.DischargeWatts);
        foreach (var index in share.Plants)
            if (IsLimiting)
                share.Physics.LimitPv(index, room * share.Physics.PvPlants[index].RatedWatts / sum, timer.Left(share.NowMs));
            else
                share.Physics.ReleasePv(index);
        actedOnDischarge = share.DischargeWatts;
    }

    public void Live()
    {
        if (!timer.RunsOut(share.NowMs))
        {
            if (IsLimiting && Math.Abs(share.DischargeWatts - actedOnDischarge) > 1)
                Limit(); // the battery moved; the terminals' limit did not
            return;
        }
        LetGo();
    }

    /// <summary>Power-up: no limit, no timer.</summary>
    public void Restart()
    {
        timer.Reset();
        LetGo();
    }

    private void LetGo()
    {
        (IsLimiting, percent) = (false, 100);
        foreach (var index in share.Plants)
            share.Physics.ReleasePv(index);
    }

    public void Show()
    {
        board.Set(shownPercent, percent);
        board.Set(shownTimer, timer.Seconds);
        board.Set(shownEnabled, IsLimiting ? 1 : 0);
    }
}
