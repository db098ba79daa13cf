using System.CommandLine;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems devices: every device and its link.</summary>
internal static class DevicesCommand
{
    private static readonly Column[] Columns =
        [new("NAME"), new("ROLE"), new("STATE"), new("POWER", true), new("AGE", true), new("FAILURES", true), new("PROFILE"), new("LINK")];

    public static Command Build(Screen screen)
    {
        var command = new Command("devices", "every device: role, link, power, age of its last answer");
        command.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync("/v1/devices", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.DevicesView), screen));
            return Exit.Ok;
        });
        return command;
    }

    internal static Page Draw(DevicesView view, Screen screen)
    {
        var page = screen.NewPage().Table(Columns, [.. view.Devices.Select(Row)]);
        var up = view.Devices.Count(device => device.State == "up");
        var down = view.Devices.Count(device => device.State is "down" or "garbled");
        foreach (var device in view.Devices)
            if (device.Fault is { } fault)
                page.Line(new($"{device.Name}: {fault}", Tint.Warn));
        var clocks = view.Devices.Where(device => device.ClockAheadS is not null).Select(device => $"{device.Name} {device.ClockAheadS:+0;-0;0} s").ToArray();
        if (clocks.Length > 0)
            page.Line($"own clocks against this machine's: {string.Join(", ", clocks)}");
        page.Line($"{up} up, {view.Devices.Length - up - down} unsteady, {down} down.   + = import, discharge, generation, charging a car");
        TerminalTable.Draw(page, view.Contacts, view.Relays, view.Sensors);
        return page;
    }

    private static Ink[] Row(DeviceView device) =>
    [
        device.Name,
        string.Join('+', device.Roles),
        new(device.State, Spoken.OfState(device.State)),
        device.PowerW is { } watts ? $"{(watts >= 5 ? "+" : "")}{Spoken.Power(watts)}" : device.Quality.TryGetValue("power_w", out var why) ? new Ink($"– {why}", Tint.Warn) : "",
        Spoken.Age(device.SinceAnswerS),
        $"{device.FailuresInARow}",
        device.Profile,
        device.Link,
    ];
}
