using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus probe: what a unit answers to, by reading alone.</summary>
internal static class ModbusProbeCommand
{
    private static readonly byte[] Usual = [1, 2, 3, 71, 100, 126, 200, 247, 255];

    public static Command Build(Screen screen)
    {
        var command = new Command("probe", "finds out what a unit answers to: tables, longest read, speed, SunSpec; nothing is written")
        {
            ModbusCommand.Connect, ModbusCommand.Unit, ModbusCommand.Timeout,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var target = ModbusCommand.Target(parsed);
            byte[] units = parsed.GetResult(ModbusCommand.Unit) is { Implicit: false } ? [(byte)parsed.GetValue(ModbusCommand.Unit)] : Usual;
            var views = new List<UnitView>();
            foreach (var unit in units)
                if (await UnitAsync(target, unit, screen, stop) is { } view)
                    views.Add(view);
            if (views.Count == 0)
                throw new Refusal(Exit.DeviceUnreachable, "device_silent", $"{target.Text} takes connections, but no unit of {string.Join(", ", units)} answers a read", "its manual names the unit id: --unit 7; or a longer --timeout");
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(target.Text, [.. views]), ToolsJson.Wire.ProbeView));
            else
                Draw(screen, views);
            return Exit.Ok;
        });
        return command;
    }

    private static async Task<UnitView?> UnitAsync(WireTarget target, byte unit, Screen screen, CancellationToken stop)
    {
        List<ProbedSpace> spaces;
        var chain = new SunSpecChain(0, [], "not asked");
        await using (var bus = target.Open(screen.Time))
        {
            spaces = await new UnitProbe(bus, unit).RunAsync(stop);
            if (bus.Health.LastStatus == BusStatus.Unreachable)
                throw target.Failure(new(unit, RegisterSpace.HoldingRegister, 0, 1), new(BusStatus.Unreachable), bus.Health.LastFault);
            if (spaces.Exists(space => space.Space == RegisterSpace.HoldingRegister))
                chain = await SunSpecWalk.FindAsync(bus, unit, [40_000, 50_000, 0], stop);
        }
        if (spaces.Count == 0)
            return null;
        var identity = target.Settings is ModbusTcpSettings { IsRtu: false } tcp ? await DeviceIdentification.ReadAsync(tcp, unit, screen.Time, stop) : null;
        return new(unit, identity?.ToString() ?? "", [.. chain.Seen.Select(model => (int)model.Id)], [.. spaces.Select(space => new SpaceView(
            Spaces.Name(space.Space), space.AnswersAt, space.LargestRead, Math.Round(space.Median.TotalMilliseconds, 1), space.Lost, UnitProbe.Burst))]);
    }

    private static void Draw(Screen screen, List<UnitView> units)
    {
        foreach (var unit in units)
        {
            var page = screen.NewPage().Row($"unit {unit.Unit}", unit.Identity.Length > 0 ? unit.Identity : "says nothing of itself (function 43/14)");
            if (unit.Sunspec.Length > 0)
                page.Row("", $"SunSpec models {string.Join(", ", unit.Sunspec)}");
            foreach (var space in unit.Spaces)
                page.Row(space.Space, $"answers at {string.Join(", ", space.AnswersAt)}", $"longest read {space.LargestRead}", $"median {space.MedianMs:0.0} ms",
                    space.Lost == 0 ? "needs no pause" : new Ink($"{space.Lost} of {space.Sent} lost without a pause: gap_ms in its profile", Tint.Warn));
            screen.Show(page);
        }
    }
}
