using System.CommandLine;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Commands;

/// <summary>smartems profile test: a capture served on a real loopback socket, read by the daemon's own session, and every control written to it.</summary>
internal static class ProfileTestCommand
{
    private const int Rounds = 3;

    private static readonly Column[] Columns = [new("POINT"), new("VALUE", true), new("UNIT"), new("QUALITY"), new("MEASURE")];

    private static readonly Option<string?> CaptureFile = new("--capture") { Description = "registers as the device showed them; the profile's own capture without it", HelpName = "file" };

    public static Command Build(Screen screen)
    {
        var command = new Command("test", "serves a capture on a loopback socket, reads it as the daemon would, and shows what each control writes")
        {
            ProfileCommand.Name, CaptureFile, CheckCommand.Profiles,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var profile = ProfileCommand.Find(CheckCommand.ProfilesOf(parsed), parsed.GetValue(ProfileCommand.Name)!);
            var (label, text) = TextOf(profile.Name, parsed.GetValue(CaptureFile));
            var device = new CapturedDevice(profile);
            if (device.Load(text) is { } trouble)
                throw new Refusal(Exit.ConfigurationInvalid, "capture_invalid", $"{label}: {trouble}", "a line reads: 1 holding 40000: 5375 6E53  # comment");
            await RunAsync(profile, device, screen, label, stop);
            return Exit.Ok;
        });
        return command;
    }

    private static async Task RunAsync(DeviceProfile profile, CapturedDevice device, Screen screen, string label, CancellationToken stop)
    {
        await using var slave = ModbusTcpSlave.Start(ModbusTcpSlaveSettings.Loopback(), device, screen.Time);
        await using var master = new ModbusTcpMaster(new("127.0.0.1", slave.BoundPort) { TransactionTimeout = TimeSpan.FromSeconds(10) }, screen.Time);
        var frames = new ShownBus(master);
        var link = new DeviceLink("127.0.0.1", slave.BoundPort, profile.Link.DefaultUnit);
        var asked = profile with { Link = profile.Link with { RereadMs = 0, WriteGapMs = 0 } };
        await using var session = new DeviceSession(0, new(profile.Name, profile.Name, link), asked, new(frames, new(screen.Time), new(_ => { }, new()), 230));
        for (var round = 0; round < Rounds; round++)
            await session.RoundAsync(stop);
        if (session.Trouble is { } trouble)
            throw new Refusal(Exit.Failed, "not_found", $"{label}: {trouble}", "is it a capture of this model?");
        screen.Show(session.Look((table, now) => Read(profile, table, now, screen.NewPage())).Line($"read from {label}, {Spoken.Count(frames.Reads, "request")}"));
        foreach (var control in profile.Controls)
            await WriteAsync(control, session, frames, screen, stop);
    }

    private static Page Read(DeviceProfile profile, DeviceTable? table, long now, Page page)
    {
        var rows = new List<Ink[]>();
        for (var i = 0; i < profile.Points.Length; i++)
        {
            var point = profile.Points[i];
            if (point.Access == PointAccess.Write)
                continue;
            var sample = table?.Get(i, now) ?? Sample.Bad(BadReason.Unreachable);
            var value = !sample.IsKnown ? "?" : point.Type == RegisterType.Text ? table!.Text(i)! : $"{Math.Round(sample.Value, 3)}";
            rows.Add([point.Name, value, point.Unit, sample.IsKnown ? new("ok", Tint.Good) : new($"{sample.Quality.Reason}", Tint.Warn),
                point.Measure == Measure.None ? "" : Measures.Fact(point.Measure).Name]);
        }
        return page.Table(Columns, rows);
    }

    private static async Task WriteAsync(ControlDefinition control, DeviceSession session, ShownBus frames, Screen screen, CancellationToken stop)
    {
        var (word, unit, targets) = control.Kind switch
        {
            ControlKind.BatteryDischarge => ("battery_discharge", "W", new double[] { -1_000, 0, 1_000 }),
            ControlKind.EvCurrent => ("ev_current", "A", [10, 0]),
            _ => ("pv_limit", "W", [2_000]),
        };
        await PhaseAsync(new($"{word} arm", control, ControlPhase.Arm, 0), session, frames, screen, stop);
        foreach (var target in targets)
            await PhaseAsync(new($"{word} {target} {unit}", control, ControlPhase.Apply, target), session, frames, screen, stop);
        foreach (var mode in control.Native)
            await PhaseAsync(new($"{word} mode {ProfileWords.Of(ProfileWords.Natives, mode.Kind)}", control with { Apply = mode.Steps }, ControlPhase.Apply, targets[0]), session, frames, screen, stop);
        await PhaseAsync(new($"{word} release", control, ControlPhase.Release, 0), session, frames, screen, stop);
    }

    private static async Task PhaseAsync(Asked asked, DeviceSession session, ShownBus frames, Screen screen, CancellationToken stop)
    {
        var recipe = session.Look((table, now) => ControlRecipe.Of(asked.Control, asked.Phase, asked.Target, table!, now));
        var page = screen.NewPage();
        page.Line(new(asked.Title, Tint.Bold));
        if (!recipe.IsOk)
            page.Line(new($"  refused: {recipe.Refusal}", Tint.Warn));
        foreach (var note in recipe.Notes)
            page.Line($"  {note}");
        if (recipe.IsOk && recipe.Writes.IsEmpty)
            page.Line("  nothing to write");
        foreach (var write in recipe.Writes)
        {
            var reply = await frames.WriteAsync(write.Span, write.Words.AsMemory(), write.Function, stop);
            var point = session.Profile.Points[write.Point];
            page.Line($"  {ShownBus.Frame(write)}  {point.Name} = {write.Expected:0.###}{(point.Unit.Length > 0 ? " " + point.Unit : "")}  {(reply.IsOk ? "ok" : $"{reply}")}");
        }
        screen.Show(page);
    }

    private static (string Label, string Text) TextOf(string name, string? file)
    {
        if (file is null)
            return Captures.Of(name) ?? throw new Refusal(Exit.Failed, "capture_missing", $"there is no capture of {name} in this program", "name one with --capture file");
        try
        {
            return (file, File.ReadAllText(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Exit.Failed, "capture_unreadable", failure.Message, "name a file with lines like: 1 holding 40000: 5375 6E53");
        }
    }

    private sealed record Asked(string Title, ControlDefinition Control, ControlPhase Phase, double Target);
}
