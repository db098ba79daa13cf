using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>A SunSpec hybrid inverter with integer models, after the manner of a Fronius GEN24: AC side, ratings, status, and the two controls.</summary>
internal sealed class HybridInverter : DeviceModel
{
    private const int Throttled = 5;
    private const int Tracking = 4;
    private const int Standby = 8;

    /// <summary>Below this many watts the device calls itself idle.</summary>
    private const double Idle = 5;

    /// <summary>Tms counts from here.</summary>
    private static readonly Instant Millennium = Instant.From(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly double ratedWatts;
    private readonly StorageControl storage;
    private readonly ProductionControl production;
    private readonly DirectSide directSide;
    private readonly AlternatingSide alternatingSide;
    private readonly int storageAt;
    private readonly int productionAt;
    private readonly int state;
    private readonly int available;
    private readonly int active;
    private readonly int chargeState;
    private readonly int availableCharge;
    private readonly int clock;

    public HybridInverter(PointBoard board, DeviceShare share)
        : base(board, share)
    {
        ratedWatts = Math.Max(1, share.PvRatedWatts + share.Commanded.Sum(index => share.Physics.Batteries[index].DischargeMaxWatts));
        storageAt = AddressOf(124);
        productionAt = AddressOf(123);
        InverterRatings.Show(board, share, ratedWatts);
        storage = new(board, share);
        production = new(board, share, ratedWatts);
        directSide = new(board, share);
        alternatingSide = new(board, share, ratedWatts);
        state = board.Own("state");
        available = board.Own("available_power");
        active = board.Own("active_controls");
        chargeState = board.Own("battery_state");
        availableCharge = board.Own("available_charge");
        clock = board.Own("device_time");
    }

    public override void Written(RegisterSpan span, ReadOnlySpan<ushort> values)
    {
        var (ofStorage, ofProduction) = (false, false);
        for (var i = 0; i < values.Length; i++)
        {
            var address = span.Address + i;
            if (address - storageAt is >= 2 and < 26)
                ofStorage |= storage.Take(address - storageAt, values[i]);
            else if (address - productionAt is >= 2 and < 26)
                ofProduction |= production.Take(address - productionAt, values[i]);
        }
        if (ofStorage)
            storage.Act();
        if (ofProduction)
            production.Act();
    }

    public override void Restart()
    {
        storage.Restart();
        production.Restart();
    }

    public override void Live(long milliseconds)
    {
        storage.Live();
        production.Live();
        alternatingSide.Live(milliseconds);
    }

    public override void Show()
    {
        storage.Show();
        production.Show();
        var isThrottled = production.IsLimiting && Share.PvWatts < Share.PvAvailableWatts - Idle;
        directSide.Show(isThrottled);
        alternatingSide.Show();
        var isIdle = Share.PvWatts < Idle && Math.Abs(Share.DischargeWatts) < Idle;
        Board.Set(state, isThrottled ? Throttled : isIdle ? Standby : Tracking);
        Board.Set(available, Share.PvAvailableWatts);
        Board.Set(active, production.IsLimiting ? 1 : 0);
        Board.Set(clock, (Share.Physics.Now - Millennium).TotalSeconds);
        if (Share.Battery is not { } battery)
            return;
        Board.Set(chargeState, ChargeStateOf(battery));
        var ampereHours = InverterRatings.AmpereHoursOf(battery);
        Board.Set(availableCharge, Math.Max(0, battery.Soc - SimulatedBattery.AutomaticSocMin) * ampereHours);
    }

    /// <summary>ChaSt: 2 empty, 3 discharging, 4 charging, 5 full, 6 holding.</summary>
    private static int ChargeStateOf(SimulatedBattery battery) => battery.DischargeWatts switch
    {
        > Idle => 3,
        < -Idle => 4,
        _ when battery.Soc > 0.995 => 5,
        _ when battery.Soc < 0.005 => 2,
        _ => 6,
    };

    private int AddressOf(ushort id)
    {
        foreach (var model in Board.Device.Models)
            if (model.Id == id)
                return model.Address;
        return ushort.MaxValue + 1;
    }
}
