using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>Profiles with the names and abilities of the demo site's devices, so that site files are judged without the real registers.</summary>
internal static class StandInProfiles
{
    private static readonly Dictionary<string, DeviceProfile> All = new DeviceProfile[]
    {
        Make("eastron-sdm630", new(), [Measure.GridImport, Measure.GridVoltageL1, Measure.GridFrequency], []),
        Make("sunspec-hybrid", new(), [Measure.PvProduction, Measure.BatteryDischarge, Measure.BatterySoc], [ControlKind.BatteryDischarge, ControlKind.PvLimit]),
        Make("victron-gx", new() { DefaultUnit = 100 }, [Measure.BatterySoc, Measure.BatteryTemperature], []) with
        {
            Units = Units("battery", 225),
        },
        Make("keba-p30", new() { DefaultUnit = 255 }, [Measure.EvCharge, Measure.EvState], [ControlKind.EvCurrent, ControlKind.EvPhases]),
        Make("plain-charger", new(), [Measure.EvCharge, Measure.EvState], [ControlKind.EvCurrent]),
        // Further ones that lack something on purpose.
        Make("plain-inverter", new() { DefaultPort = 1502, DefaultUnit = 3, SingleClient = true }, [Measure.PvProduction], []),
        Make("blind-battery", new(), [Measure.BatteryDischarge], [ControlKind.BatteryDischarge]),
    }.ToDictionary(profile => profile.Name);

    public static IReadOnlyCollection<string> Names => All.Keys;

    public static DeviceProfile? Find(string name) => All.GetValueOrDefault(name);

    private static DeviceProfile Make(string name, LinkRules link, Measure[] measures, ControlKind[] controls) =>
        new(name, name, link, [.. measures.Select((measure, i) => new PointDefinition($"p{i}", RegisterType.U16) { Address = (ushort)i, Measure = measure })])
        {
            Controls = [.. controls.Select(kind => new ControlDefinition(kind, [new ControlStep("p0")]))],
        };

    private static System.Collections.Immutable.ImmutableDictionary<string, byte> Units(string name, byte unit) =>
        System.Collections.Immutable.ImmutableDictionary<string, byte>.Empty.Add(name, unit);
}
