using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus write: one value into a device, shown beforehand, asked for, and read back. Never beside a daemon that owns the device.</summary>
internal static class ModbusWriteCommand
{
    /// <summary>What is written where, and by which profile's point, if one was named.</summary>
    private sealed record Intent(WireTarget Target, RegisterSpan Span, PointDefinition Point, ushort[] Words)
    {
        public string Value { get; init; } = "";
        public string[] Cautions { get; init; } = [];
    }

    public static Command Build(Screen screen)
    {
        var address = new Argument<string>("address") { Description = "register, counted from 0; hexadecimal with 0x" };
        var value = new Argument<string>("value") { Description = "the number; after -- when it is negative" };
        var single = new Option<bool>("--single") { Description = "functions 5 and 6 instead of 15 and 16" };
        var profile = new Option<string?>("--profile") { Description = "the device's profile: value in its unit, wear class and fallback shown", HelpName = "name" };
        var reason = new Option<string?>("--reason") { Description = "why; required", HelpName = "text" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var force = new Option<bool>("--force") { Description = "also while the daemon owns the device" };
        var command = new Command("write", "writes one value, shows old and new, asks, and reads it back")
        {
            ModbusCommand.Connect, address, value, ModbusCommand.Unit, ModbusCommand.Space, ModbusCommand.Type, ModbusCommand.Words, ModbusCommand.Timeout,
            single, profile, CheckCommand.Profiles, reason, yes, force,
        };
        command.SetAction(async (parsed, stop) =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(reason)))
                throw new Refusal(Exit.Usage, "reason_missing", "a write needs a reason", "--reason \"why it is done\"");
            var known = parsed.GetValue(profile) is { } name ? Profile(parsed, name) : null;
            var intent = IntentOf(parsed, known, (ModbusCommand.Address(parsed.GetValue(address)!), parsed.GetValue(value)!));
            if (!parsed.GetValue(force) && (await DaemonDevices.PlacesAsync(parsed.Client(screen), stop)).TryGetValue(intent.Target.Settings.Place, out var owner))
                throw new Refusal(Exit.Busy, "daemon_owns_device", $"the daemon is running and owns {intent.Target.Text} ({owner})", "stop it first (systemctl stop smartems), or --force: its next setpoint will overwrite yours");
            var function = parsed.GetValue(single) || known is not null && intent.Point.WriteWith == WriteFunction.Single ? WriteFunction.Single : WriteFunction.Multiple;
            var view = await WriteAsync(intent, function, () => Confirm(screen, parsed.GetValue(yes)), (screen, parsed.GetValue(reason)!), stop);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, ToolsJson.Wire.WriteView));
            else
                screen.Out.WriteLine(view.Confirmed ? $"written and read back: {Hex(view.Written)}" : $"written {Hex(view.Written)}, but it reads {(view.After is null ? "nothing" : Hex(view.After))}");
            return view.Confirmed ? Exit.Ok : throw new Refusal(Exit.DeviceRefused, "not_taken", "the device did not keep what was written", "some registers are write-only or need another one first; its document tells");
        });
        return command;
    }

    private static DeviceProfile Profile(ParseResult parsed, string name)
    {
        var profiles = CheckCommand.ProfilesOf(parsed);
        return profiles.Find(name) ?? throw new Refusal(
            Exit.Usage, "profile_unknown", $"there is no profile {name}", $"{(Spelling.Nearest(name, [.. profiles.Names]) is { } near ? $"did you mean {near}? " : "")}there are {string.Join(", ", profiles.Names)}");
    }

    private static Intent IntentOf(ParseResult parsed, DeviceProfile? profile, (ushort Address, string Value) asked)
    {
        var target = ModbusCommand.Target(parsed);
        var space = ModbusCommand.SpaceOf(parsed);
        if (space is RegisterSpace.InputRegister or RegisterSpace.DiscreteInput)
            throw new Refusal(Exit.Usage, "read_only_table", $"nothing can be written to the {Spaces.Name(space)} table", "--space holding or --space coil");
        if (!double.TryParse(asked.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new Refusal(Exit.Usage, "value_unclear", $"'{asked.Value}' is not a number", "as in 4200 or -1.5");
        var point = profile is null ? null : PointAt(profile, space, asked.Address);
        var plain = new PointDefinition("value", space == RegisterSpace.Coil ? RegisterType.U16 : ModbusCommand.TypeOf(parsed.GetValue(ModbusCommand.Type)) ?? RegisterType.U16) { Words = ModbusCommand.OrderOf(parsed), Max = space == RegisterSpace.Coil ? 1 : double.PositiveInfinity };
        var value = RegisterEncoding.TowardsZero(point ?? plain, number);
        var encoded = RegisterEncoding.Of(point ?? plain, value);
        if (!encoded.IsOk)
            throw new Refusal(Exit.Usage, "value_does_not_fit", encoded.Refusal!, point is null ? "--type s16, u32, s32 or f32 takes other numbers" : "the profile tells the range");
        var span = ModbusCommand.SpanOf(parsed, asked.Address, encoded.Words.Length);
        return new(target, span, point ?? plain, encoded.Words) { Value = $"{(value == number ? asked.Value : $"{value}")} {point?.Unit}".TrimEnd(), Cautions = profile is null ? [] : Cautions(profile, point) };
    }

    private static PointDefinition PointAt(DeviceProfile profile, RegisterSpace space, ushort address)
    {
        foreach (var point in profile.Points)
            if (!point.IsDerived && profile.Layout == ProfileLayout.Fixed && point.Space == space && point.Address == address)
                return point.Access != PointAccess.Read ? point : throw new Refusal(Exit.Usage, "point_read_only", $"{profile.Name} knows {address} as {point.Name}, which is only read", "leave --profile away if the document says otherwise");
        throw new Refusal(Exit.Usage, "point_unknown", $"{profile.Name} has no writable point at {Spaces.Name(space)} {address}", "smartems modbus write without --profile takes any register");
    }

    private static string[] Cautions(DeviceProfile profile, PointDefinition? point)
    {
        if (point is null)
            return [];
        var wear = point.Wear switch
        {
            WearClass.Volatile => "volatile: may be written freely",
            WearClass.Unknown => "not known whether it is stored: write it seldom",
            _ => "flash: every write wears it",
        };
        foreach (var control in profile.Controls)
            foreach (var step in control.Apply)
                if (step.Point == point.Name)
                    return [wear, $"falls back: {(control.Fallback.Length > 0 ? control.Fallback : control.TimeoutMs == 0 ? "never by itself" : $"after {control.TimeoutMs / 1000} s")}"];
        return [wear, "falls back: never by itself, as far as the profile knows"];
    }

    private static async Task<WriteView> WriteAsync(Intent intent, WriteFunction function, Action confirm, (Screen Screen, string Reason) told, CancellationToken stop)
    {
        await using var bus = intent.Target.Open(told.Screen.Time);
        var (before, after) = (new ushort[intent.Span.Count], new ushort[intent.Span.Count]);
        var old = await bus.ReadAsync(intent.Span, before, stop);
        if (!old.IsOk && old.Status != BusStatus.Exception)
            throw intent.Target.Failure(intent.Span, old, bus.Health.LastFault);
        told.Screen.Say($"{ModbusCommand.Place(intent.Target, intent.Span)} {intent.Span.Address} ({Spaces.Reference(intent.Span.Space, intent.Span.Address)}): {(old.IsOk ? Hex(before) : "cannot be read")} → {Hex(intent.Words)} ({intent.Value})");
        foreach (var caution in intent.Cautions)
            told.Screen.Say($"  {caution}");
        confirm();
        var reply = await bus.WriteAsync(intent.Span, intent.Words, function, stop);
        if (!reply.IsOk)
            throw intent.Target.Failure(intent.Span, reply, bus.Health.LastFault);
        var read = await bus.ReadAsync(intent.Span, after, stop);
        return new(intent.Target.Text, intent.Span.Unit, Spaces.Name(intent.Span.Space), intent.Span.Address, told.Reason)
        {
            Before = old.IsOk ? Array.ConvertAll(before, word => (int)word) : null,
            Written = Array.ConvertAll(intent.Words, word => (int)word),
            After = read.IsOk ? Array.ConvertAll(after, word => (int)word) : null,
            Confirmed = read.IsOk && after.AsSpan().SequenceEqual(intent.Words),
        };
    }

    private static void Confirm(Screen screen, bool isSure)
    {
        if (isSure)
            return;
        if (!screen.TalksToTerminal || Console.IsInputRedirected)
            throw new Refusal(Exit.Usage, "not_confirmed", "nobody can be asked here, and nothing was written", "--yes writes without asking");
        screen.Error.Write("write it? type yes: ");
        if (Console.In.ReadLine()?.Trim() != "yes")
            throw new Refusal(Exit.Failed, "not_confirmed", "nothing was written", "");
    }

    private static string Hex(IEnumerable<ushort> words) => string.Join(' ', words.Select(word => $"{word:X4}"));

    private static string Hex(int[] words) => string.Join(' ', words.Select(word => $"{word:X4}"));
}
