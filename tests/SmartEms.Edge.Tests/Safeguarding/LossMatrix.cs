using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>Every combination of losses of eight critical inputs, each of them there, stale, bad or gone: 4⁸ moments. After one step each device must be where the
/// failsafe table puts it; what the table asks for is worked out here from its words alone.</summary>
public sealed class LossMatrix
{
    private static readonly SafetyInput[] Inputs =
    [
        SafetyInput.GridPower, SafetyInput.BatterySoc, SafetyInput.BatteryPower, SafetyInput.Bms,
        SafetyInput.PhaseCurrent, SafetyInput.ChargerPower, SafetyInput.DsoContact, SafetyInput.StopContact,
    ];

    private static readonly Quality[] Qualities = [Quality.Good(), Quality.Uncertain(9_000), Quality.Bad(BadReason.Implausible), Quality.Bad(BadReason.Timeout)];

    private static readonly Site House = Given.Site() with
    {
        Contacts = [new("limit", ContactRole.DsoLimit, new("board", "0")), new("stop", ContactRole.EmergencyStop, new("board", "1")) { AssertsByOpening = true }],
        EvChargers = [Given.Charger with { CurrentMax = Current.FromAmperes(32) }],
    };

    private static readonly Decision Busy = new(
        new(1_944_445),
        "test",
        [new(BatteryMode.GridCharge100, Power.Zero, default)],
        [new(EvMode.Full, Power.Zero)],
        []);

    [Fact]
    public void All_losses_of_eight_inputs_lead_where_the_table_says()
    {
        var combinations = 1 << (2 * Inputs.Length);
        for (var losses = 0; losses < combinations; losses++)
        {
            var image = Image(losses);
            var step = Follow.Step(new(image, House, Busy, TimeSpan.Zero, 1), Running);
            Judge(losses, step);
        }
    }

    [Fact]
    public void Without_any_loss_the_house_is_busy()
    {
        var step = Follow.Step(new(Image(0), House, Busy, TimeSpan.Zero, 1), Running);
        Assert.True(step.Setpoints.Batteries[0].Discharge.Watts < -4_200);
        Assert.True(step.Setpoints.EvChargers[0].Offer.Amperes > 6);
    }

    /// <summary>The battery charges with 5 kW and the car with 10 A: there is something to take back.</summary>
    private static FollowMemory Running => FollowMemory.Fresh(House) with
    {
        LastDischarge = [Power.FromWatts(-5_000)],
        Chargers = [new(Current.FromAmperes(10), true, 0, 0, 0)],
    };

    private static ProcessImage Image(int losses)
    {
        Quality Of(SafetyInput input) => Qualities[(losses >> (2 * Array.IndexOf(Inputs, input))) & 3];
        var image = Given.Image(House, -12_000);
        return image with
        {
            Grid = image.Grid with
            {
                Import = image.Grid.Import with { Quality = Of(SafetyInput.GridPower) },
                CurrentL1 = Given.Amperes(5) with { Quality = Of(SafetyInput.PhaseCurrent) },
            },
            Batteries =
            [
                Given.Cells(-5_000) with
                {
                    Discharge = Given.Watts(-5_000) with { Quality = Of(SafetyInput.BatteryPower) },
                    Soc = Reading.Good(Fraction.FromRatio(0.5)) with { Quality = Of(SafetyInput.BatterySoc) },
                    Temperature = Given.Celsius(25) with { Quality = Of(SafetyInput.Bms) },
                },
            ],
            EvChargers = [Given.Car(6_900) with { Charge = Given.Watts(6_900) with { Quality = Of(SafetyInput.ChargerPower) } }],
            Contacts =
            [
                new() { Asserted = new(false, Of(SafetyInput.DsoContact)) },
                new() { Asserted = new(false, Of(SafetyInput.StopContact)) },
            ],
        };
    }

    private static void Judge(int losses, Followed step)
    {
        var acts = FailsafeAct.None;
        for (var i = 0; i < Inputs.Length; i++)
            acts |= Failsafe.Of(Inputs[i], (Loss)((losses >> (2 * i)) & 3));
        var said = $"losses {losses:x4}, acts {acts}";
        var (battery, car) = (step.Setpoints.Batteries[0].Discharge.Watts, step.Setpoints.EvChargers[0].Offer.Amperes);
        bool Asks(FailsafeAct act) => (acts & act) != 0;
        if (Asks(FailsafeAct.AllBatteriesRest | FailsafeAct.BatteryRests | FailsafeAct.StopAssumed))
            Assert.True(battery == 0, $"{said}: the battery is asked {battery} W");
        if (Asks(FailsafeAct.AllChargersAtMinimum))
            Assert.True(car <= 6, $"{said}: the car is offered {car} A");
        if (Asks(FailsafeAct.StopAssumed))
            Assert.True(car == 0 && step.Setpoints.PvPlants[0].Limit == Power.Zero, $"{said}: car {car} A, PV {step.Setpoints.PvPlants[0].Limit}");
        if (Asks(FailsafeAct.LimitAssumed))
            Assert.True(battery >= -4_200 && car * 690 <= 4_200, $"{said}: battery {battery} W, car {car} A");
        if (Asks(FailsafeAct.PlantsInsideExport))
            Assert.True(step.Setpoints.PvPlants[0].Limit is { } limit && limit.Watts <= House.Pcc.ExportMax.Watts, $"{said}: PV {step.Setpoints.PvPlants[0].Limit}");
        if (Asks(FailsafeAct.ExchangeMayNotGrow))
            Assert.True(step.Envelope.ImportMax.Value.Watts <= 0 && step.Envelope.ExportMax.Value.Watts <= 12_000, $"{said}: {step.Envelope.ImportMax} {step.Envelope.ExportMax}");
        if (acts == FailsafeAct.None)
            Assert.True(battery < 0 && car > 6, $"{said}: the house stands still without a loss: {battery} W, {car} A");
    }
}
