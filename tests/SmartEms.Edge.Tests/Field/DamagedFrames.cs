using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Field;

/// <summary>Damaged answers through the whole of a session: read, decoded, judged, and taken into the image that the controller sees.</summary>
public sealed class DamagedFrames(ITestOutputHelper story)
{
    private const int Frames = 10_000;

    /// <summary>One to three bits turned in every second answer of every device of the house. Implausible is what the site cannot carry, or a jump that one
    /// reading may not make towards the less careful side; nothing of that may be Good in the image.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20261127)]
    public async Task M5_ten_thousand_damaged_frames_bring_nothing_implausible_into_the_image(int seed)
    {
        await using var house = new TableHouse(House.Site());
        Furnish(house);
        await house.LiveAsync(10);
        var truth = Good(house.Image).ToDictionary(one => (one.Device, one.Measure), one => one.Value);
        Assert.True(truth.Count >= 14, string.Join(", ", truth.Keys));
        var (chance, damaged) = (new Random(seed), 0);
        house.Damage = words =>
        {
            if (chance.Next(2) == 0)
                return;
            damaged++;
            for (var flips = 1 + chance.Next(3); flips > 0; flips--)
                words.Span[chance.Next(words.Length)] ^= (ushort)(1 << chance.Next(16));
        };
        var (rules, used, leaks) = (House.Site().Devices.Select((_, i) => Plausibility.Of(House.Site(), i)).ToArray(), 0, new List<string>());
        while (damaged < Frames)
        {
            await house.LiveAsync();
            foreach (var (device, measure, value) in Good(house.Image))
            {
                if (rules[device][(int)measure] is not { } rule || !truth.TryGetValue((device, measure), out var right))
                    continue;
                used++;
                var isImpossible = value < rule.Low || value > rule.High;
                var isJump = Math.Abs(value - right) > 2 * rule.Allowed(right, 1) && !rule.IsTighter(right, value); // the last believed reading may itself have been one step off
                if (isImpossible || isJump)
                    leaks.Add($"{measure} of device {device}: {value} instead of {right}");
            }
        }
        story.WriteLine($"{damaged} damaged frames, {used} readings used, {leaks.Count} implausible ones among them");
        Assert.True(leaks.Count == 0, string.Join("\n", leaks.Take(10)));
        Assert.True(used > 5_000);
        house.Damage = null;
        await house.LiveAsync(60);
        var after = Good(house.Image).ToDictionary(one => (one.Device, one.Measure), one => one.Value);
        foreach (var (key, value) in truth)
            Assert.Equal((key, value), (key, after.GetValueOrDefault(key, double.NaN)));
    }

    private static void Furnish(TableHouse house)
    {
        var meter = house[House.Meter];
        foreach (var point in meter.Device.Profile.Points)
            meter.Set(point.Name, point.Measure switch
            {
                Measure.GridVoltageL1 or Measure.GridVoltageL2 or Measure.GridVoltageL3 => 230,
                Measure.GridCurrentL1 or Measure.GridCurrentL2 or Measure.GridCurrentL3 => 5,
                Measure.GridFrequency => 50,
                _ => 1_000,
            });
        Set(house[House.Inverter], [("w_sf", 0), ("mppt_dcw_sf", 0), ("cha_state_sf", -1), ("in_bat_v_sf", -1), ("w_max_sf", 0), ("w_cha_max_sf", 0),
            ("ac_power", 2_500), ("mppt1_dc_power", 1_500), ("mppt2_dc_power", 500), ("mppt3_dc_power", 0), ("mppt4_dc_power", 800), ("soc", 55), ("battery_voltage", 51)]);
        Set(house[House.Gateway], [("bms_voltage", 51.2), ("bms_temperature", 24), ("bms_soc", 55), ("charge_current_limit", 80), ("discharge_current_limit", 100),
            ("cell_voltage_min", 3.3), ("cell_voltage_max", 3.34), ("charge_allowed", 1), ("discharge_allowed", 1)]);
        Set(house[House.Box], [("state", 3), ("power", 4_100), ("max_current_now", 10), ("max_current_hardware", 16), ("session_energy", 5_000)]);
    }

    private static void Set(RegisterTable table, (string Point, double Value)[] values)
    {
        foreach (var (point, value) in values)
            Assert.True(table.Set(point, value), point);
    }

    private static IEnumerable<(int Device, Measure Measure, double Value)> Good(ProcessImage image)
    {
        var (grid, battery) = (image.Grid, image.Batteries[0]);
        (int, Measure, bool, double)[] all =
        [
            (0, Measure.GridImport, grid.Import.IsGood, grid.Import.Value.Watts), (0, Measure.GridFrequency, grid.Frequency.IsGood, grid.Frequency.Value.Hertz),
            (0, Measure.GridVoltageL1, grid.VoltageL1.IsGood, grid.VoltageL1.Value.Volts), (0, Measure.GridVoltageL2, grid.VoltageL2.IsGood, grid.VoltageL2.Value.Volts),
            (0, Measure.GridVoltageL3, grid.VoltageL3.IsGood, grid.VoltageL3.Value.Volts), (0, Measure.GridCurrentL1, grid.CurrentL1.IsGood, grid.CurrentL1.Value.Amperes),
            (0, Measure.GridCurrentL2, grid.CurrentL2.IsGood, grid.CurrentL2.Value.Amperes), (0, Measure.GridCurrentL3, grid.CurrentL3.IsGood, grid.CurrentL3.Value.Amperes),
            (1, Measure.BatteryDischarge, battery.Discharge.IsGood, battery.Discharge.Value.Watts), (1, Measure.PvProduction, image.PvPlants[0].Production.IsGood, image.PvPlants[0].Production.Value.Watts),
            (2, Measure.BatterySoc, battery.Soc.IsGood, battery.Soc.Value.Ratio * 100), (2, Measure.BatteryVoltage, battery.Voltage.IsGood, battery.Voltage.Value.Volts),
            (2, Measure.BatteryTemperature, battery.Temperature.IsGood, battery.Temperature.Value.Celsius),
            (2, Measure.BatteryCellVoltageMin, battery.CellVoltageMin.IsGood, battery.CellVoltageMin.Value.Volts), (2, Measure.BatteryCellVoltageMax, battery.CellVoltageMax.IsGood, battery.CellVoltageMax.Value.Volts),
            (2, Measure.BatteryChargeCurrentMax, battery.ChargeCurrentMax.IsGood, battery.ChargeCurrentMax.Value.Amperes),
            (2, Measure.BatteryDischargeCurrentMax, battery.DischargeCurrentMax.IsGood, battery.DischargeCurrentMax.Value.Amperes),
            (3, Measure.EvCharge, image.EvChargers[0].Charge.IsGood, image.EvChargers[0].Charge.Value.Watts),
        ];
        foreach (var (device, measure, isGood, value) in all)
            if (isGood)
                yield return (device, measure, value);
    }
}
