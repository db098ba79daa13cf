using System.CommandLine;
using System.Text.Json;
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
            await RunAsync((profile, device, label), screen, parsed.IsJson(), stop);
            return Exit.Ok;
        });
        return command;
    }

    private static async Task RunAsync((DeviceProfile Profile, CapturedDevice Device, string Label) served, Screen screen, bool isJson, CancellationToken stop)
    {
        var (profile, device, label) = served;
        await using var slave = ModbusTcpSlave.Start(ModbusTcpSlaveSettings.Loopback(), device, screen.Time);
        await using var master = new ModbusTcpMaster(new("127.0.0.1", slave.BoundPort) { TransactionTimeout = TimeSpan.FromSeconds(10) }, screen.Time);
        var frames = new ShownBus(master);
        var link = new DeviceLink("127.0.0.1", slave.BoundPort, profile.Link.DefaultUnit);
        var unpaced = profile with { Link = profile.Link with { RereadMs = 0, WriteGapMs = 0 } };
        await using var session = new DeviceSession(0, new(profile.Name, profile.Name, link), unpaced, new(frames, new(screen.Time), new(_ => { }, new()), 230));
        for (var round = 0; round < Rounds; round++)
            await session.RoundAsync(stop);
        if (session.Trouble is { } trouble)
            throw new Refusal(Exit.Failed, "not_found", $"{label}: {trouble}", "is it a capture of this model?");
        var view = session.Look((table, now) => Read(profile, table, now)) with { Capture = label, Requests = frames.Reads };
        if (!isJson)
            screen.Show(Draw(view, screen.NewPage()));
        var phases = new List<TestPhaseView>();
        foreach (var asked in Asks(profile))
        {
            phases.Add(await DoAsync(asked, session, frames, stop));
            if (!isJson)
                screen.Show(Draw(phases[^1], screen.NewPage()));
        }
        if (isJson)
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(view with { Phases = [.. phases] }, ToolsJson.Wire.ProfileTestView));
    }

    private static ProfileTestView Read(DeviceProfile profile, DeviceTable? table, long now)
    {
        var points = new List<TestPointView>();
        for (var i = 0; i < profile.Points.Length; i++)
        {
            var point = profile.Points[i];
            if (point.Access == PointAccess.Write)
                continue;
            var sample = table?.Get(i, now) ?? Sample.Bad(BadReason.Unreachable);
            points.Add(new(point.Name, sample.IsKnown && point.Type != RegisterType.Text ? Math.Round(sample.Value, 6) : null, sample.IsKnown ? table!.Text(i) : null, point.Unit,
                sample.IsKnown ? "ok" : $"{sample.Quality.Reason}", point.Measure == Measure.None ? "" : Measures.Fact(point.Measure).Name));
        }
        return new(profile.Name, [.. points]);
    }

    private static Page Draw(ProfileTestView view, Page page)
    {
        var rows = new List<Ink[]>();
        foreach (var point in view.Points)
            rows.Add([point.Point, point.Text ?? (point.Value is { } value ? $"{Math.Round(value, 3)}" : "?"), point.Unit, new(point.Quality, point.Quality == "ok" ? Tint.Good : Tint.Warn), point.Measure]);
        return page.Table(Columns, rows).Line($"read from {view.Capture}, {Spoken.Count(view.Requests, "request")}");
    }

    private static IEnumerable<Asked> Asks(DeviceProfile profile)
    {
        foreach (var control in profile.Controls)
        {
            var (unit, targets) = control.Kind switch
            {
                ControlKind.BatteryDischarge => ("W", new double[] { -1_000, 0, 1_000 }),
                ControlKind.EvCurrent => ("A", [10, 0]),
                ControlKind.EvPhases => ("phases", [1, 3]),
                _ => ("W", [2_000]),
            };
            yield return new("arm", control, ControlPhase.Arm, 0);
            foreach (var target in targets)
                yield return new($"{target} {unit}", control, ControlPhase.Apply, target);
            if (control.Keep is not null)
                yield return new("keep", control, ControlPhase.Keep, targets[0]);
            foreach (var mode in control.Native)
                yield return new($"mode {ProfileWords.Of(ProfileWords.Natives, mode.Kind)}", control with { Apply = mode.Steps }, ControlPhase.Apply, targets[0]);
            yield return new("release", control, ControlPhase.Release, 0);
        }
    }

    private static async Task<TestPhaseView> DoAsync(Asked asked, DeviceSession session, ShownBus frames, CancellationToken stop)
    {
        var recipe = session.Look((table, now) => ControlRecipe.Of(asked.Control, asked.Phase, asked.Target, table!, now));
        var writes = new List<TestWriteView>();
        foreach (var write in recipe.Writes)
        {
            var reply = await frames.WriteAsync(write.Span, write.Words.AsMemory(), write.Function, stop);
            var point = session.Profile.Points[write.Point];
            writes.Add(new(ShownBus.Frame(write), point.Name, write.Expected, point.Unit, reply.IsOk ? "ok" : $"{reply}"));
        }
        return new(ProfileWords.Of(ProfileWords.Controls, asked.Control.Kind), asked.What, recipe.Refusal, [.. recipe.Notes], [.. writes]);
    }

    private static Page Draw(TestPhaseView phase, Page page)
    {
        page.Line(new($"{phase.Control} {phase.What}", Tint.Bold));
        if (phase.Refused is { } refusal)
            page.Line(new($"  refused: {refusal}", Tint.Warn));
        foreach (var note in phase.Notes)
            page.Line($"  {note}");
        if (phase.Refused is null && phase.Writes.Length == 0)
            page.Line("  nothing to write");
        foreach (var write in phase.Writes)
            page.Line($"  {write.Frame}  {write.Point} = {write.Value:0.###}{(write.Unit.Length > 0 ? " " + write.Unit : "")}  {write.Reply}");
        return page;
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

    private sealed record Asked(string What, ControlDefinition Control, ControlPhase Phase, double Target);
}
